import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import type { PatronConfig } from '#runtime/config.js';
import { PROBLEM, problem, RETRY_AFTER_SECONDS } from '#runtime/problem.js';

/** An opening that takes longer is answered for meanwhile. */
const SILENT_MS = 500;
const AGAIN_MS = 1_000;
const OPENING = 'The stores are being opened.';
const GONE = 'The event store does not answer yet; it is asked every second.';

export interface Opened<T> {
  readonly value: T;
  /** Where to listen: the one that was answered on meanwhile. */
  readonly port: number;
}

/**
 * Opens what needs a server, and opens it again until that server answers. Meanwhile `/health/live` is 200 and all the rest 503 with
 * `Retry-After`, so that an event store that is not there yet is an outage like any other.
 *
 * @param tell  Told why it was not opened, whenever that is another reason than before.
 * @throws whatever the opening throws that waiting cannot mend, or listening; the signal's reason where it aborts while nobody answers
 */
export async function openedInTime<T>(
  { port, host }: Pick<PatronConfig, 'port' | 'host'>,
  open: () => Promise<T>,
  tell: (message: string) => void,
  signal?: AbortSignal,
): Promise<Opened<T>> {
  let meanwhile: Promise<Server> | undefined;
  let told: string | undefined;
  const why = (): string => (told === undefined ? OPENING : GONE);
  const answer = (): Promise<Server> => (meanwhile ??= answering(port, host, why));
  try {
    for (;;) {
      const opening = open();
      opening.catch(() => undefined); // it is awaited below
      try {
        const isSlow = await Promise.race([opening.then(() => false), delay(SILENT_MS, true)]);
        if (isSlow) await answer();
        const value = await opening;
        const listening = await meanwhile;
        return { value, port: listening === undefined ? port : (listening.address() as AddressInfo).port };
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        if (error.message !== told) tell((told = error.message));
        await answer();
        await delay(AGAIN_MS, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
    }
  } finally {
    const server = await meanwhile?.catch(() => undefined);
    if (server !== undefined) await ended(server);
  }
}

async function answering(port: number, host: string, why: () => string): Promise<Server> {
  const server = createServer({ keepAlive: false }, (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    response.setHeader('connection', 'close');
    if (request.url === '/health/live') {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify({ status: 'live' }));
    }
    response.writeHead(503, { 'content-type': PROBLEM, 'retry-after': String(RETRY_AFTER_SECONDS) });
    response.end(JSON.stringify(problem(503, 'store.unavailable', why())));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function ended(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), AGAIN_MS);
  await closed;
  clearTimeout(timer);
}
