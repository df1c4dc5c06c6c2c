import { fixClock, instantIn } from '#runtime/system-door.js';
import type { PatronConfig } from '#runtime/config.js';
import { BadConfig } from '#runtime/errors.js';
import { httpAppOf, type HttpApp, type HttpOptions } from '#runtime/http-app.js';
import { openPatron, type OpenOptions, type Patron } from '#runtime/patron.js';
import { ClockProcess } from './clock-process.js';
import { openedInTime } from './opening.js';

export interface Io {
  /** For people: one text, no newline at its end. */
  readonly out: (text: string) => void;
  /** For machines: lines of the log. */
  readonly err: (text: string) => void;
}

export interface ServeOptions extends Partial<OpenOptions>, Pick<HttpOptions, 'heartbeatMs' | 'pages' | 'patience'> {
  /** Ends it, also while it is being opened. */
  readonly signal?: AbortSignal;
}

export interface RunningServer {
  readonly url: string;
  readonly patron: Patron;
  /** The secret of the first token, on the first start only. */
  readonly token?: string;
  /** Resolves when the server has ended, by a signal or by `close`. */
  readonly ended: Promise<void>;
  /** Answers what was begun, closes the stores. */
  close(): Promise<void>;
}

/** How long requests that were begun may take to end. */
const GRACE_MS = 10_000;
const LOOK_MS = 50;

/** Serves until the signal aborts. @throws like `serve` */
export async function serveUntil(signal: AbortSignal, config: PatronConfig, io: Io): Promise<void> {
  try {
    const { ended } = await serve(config, io, { thread: true, signal });
    await ended;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}

/**
 * Opens Patron and listens.
 *
 * @throws {DomainError} saying what stands in the way; nothing is left open
 * @throws the signal's reason where it aborts before anything is served
 */
export async function serve(config: PatronConfig, io: Io, options: ServeOptions = {}): Promise<RunningServer> {
  const { signal, heartbeatMs, pages, patience, mode = 'write', ...opening } = options;
  const open = (): Promise<Begun> => begun(config, io, { ...opening, mode });
  const needsServer = config.eventStore.includes('://');
  const tell = (message: string): void => io.err(JSON.stringify({ level: 'error', context: 'start', message }));
  const { value, port } = needsServer
    ? await openedInTime(config, open, tell, signal).catch((error: unknown) =>
        Promise.reject(cannotListen(config, error)),
      )
    : { value: await open(), port: config.port };
  const { patron, clock } = value;
  let app: HttpApp | undefined;
  try {
    signal?.throwIfAborted();
    app = await httpAppOf(patron, {
      log: (line) => io.err(line.trimEnd()),
      ...(heartbeatMs !== undefined && { heartbeatMs }),
      ...(pages !== undefined && { pages }),
      ...(patience !== undefined && { patience }),
    });
    const { nest, ending } = app;
    await nest.listen(port, config.host).catch((error: unknown) => Promise.reject(cannotListen(config, error)));
    const url = (await nest.getUrl()).replace('[::1]', 'localhost');
    const token = patron.tokens.list().length === 0 ? firstToken(patron) : undefined;
    announce(patron, io, url, token);
    const server = nest.getHttpServer() as { closeAllConnections(): void };
    let closing: Promise<void> | undefined;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const close = (): Promise<void> =>
      (closing ??= (async () => {
        ending.begin();
        signal?.removeEventListener('abort', stop);
        // Clients hold connections open, some without ever having asked for anything.
        const until = Date.now() + GRACE_MS;
        const timer = setInterval(() => {
          if (ending.idle || Date.now() > until) server.closeAllConnections();
        }, LOOK_MS);
        await nest.close().finally(() => clearInterval(timer));
        await clock?.stop();
        await patron.close();
        end();
      })());
    const stop = (): void => {
      io.out('Stopping: what was begun is answered first.');
      close().catch((error: unknown) => io.err(String(error)));
    };
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    return { url, patron, ended, close, ...(token !== undefined && { token }) };
  } catch (error) {
    await app?.nest.close();
    await clock?.stop();
    await patron.close();
    throw error;
  }
}

interface Begun {
  readonly patron: Patron;
  readonly clock: ClockProcess | undefined;
}

async function begun(config: PatronConfig, io: Io, options: OpenOptions): Promise<Begun> {
  const patron = await openPatron(config, options);
  try {
    return { patron, clock: await startClock(patron, io) };
  } catch (error) {
    await patron.close();
    throw error;
  }
}

/** Only a process that writes facts moves time on. Where another one folds, the first tick may have to wait for it. */
async function startClock({ config, engine }: Patron, io: Io): Promise<ClockProcess | undefined> {
  if (config.target === 'queries' || config.target === 'projector') return undefined;
  if (config.clock !== undefined) {
    await fixClock(engine, instantIn(engine, config.clock, 'clock'), { kind: 'person', id: 'serve' });
  }
  const tell = (message: string): void => io.err(JSON.stringify({ level: 'error', context: 'clock', message }));
  const clock = new ClockProcess(engine, config.tickMinutes, tell);
  if (config.target === 'all') await clock.first();
  else clock.begin();
  return clock.start();
}

function cannotListen({ host, port }: PatronConfig, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'is taken by another program; choose another one with --port',
    EACCES: 'may not be listened on by this user',
    EADDRNOTAVAIL: 'is no address of this machine',
    ENOTFOUND: 'is no address of this machine',
  };
  const message = reasons[code ?? ''];
  return message === undefined ? error : new BadConfig([{ key: 'port', origin: `${host}:${port}`, message }]);
}

const firstToken = ({ tokens }: Patron): string => tokens.create({ name: 'first', role: 'admin' }).secret;

function announce({ config, engine }: Patron, io: Io, url: string, token: string | undefined): void {
  const { fixedAt } = engine.calendar;
  io.out(`Patron listens on ${url} (data: ${config.data}, target: ${config.target}).`);
  if (token !== undefined) io.out(`Its first token, shown once: ${token}`);
  else io.out(`Make a token: patron token create --name <name> --role <role> --data ${config.data}`);
  if (fixedAt !== null) {
    io.out(`The business clock stands still at ${fixedAt} until it is lifted (command LiftClock).`);
  }
}
