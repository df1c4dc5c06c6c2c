import { once } from 'node:events';
import { boundGarbage } from '#runtime/heap-growth.js';
import { letHelpersYield } from '#runtime/yielding.js';
import type { Access } from './access/access.js';
import { commands } from './commands.js';
import { UsageError } from './frame/parse-args.js';
import { terminalOf } from './frame/terminal.js';
import type { World } from './frame/world.js';
import { run } from './run.js';

const INTERRUPTED = 130;
const { stdin, stdout, stderr, env } = process;

boundGarbage();
letHelpersYield();

const ending = new AbortController();
const opened: Access[] = [];
let closed: Promise<unknown> | undefined;

/** What was opened is closed, however the command ends. */
const close = (): Promise<unknown> => (closed ??= Promise.all(opened.map((access) => access.close())));

// Whoever reads our output has gone, as in `patron read … | head`: nothing is wrong.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    void close().finally(() => process.exit(0));
  });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    ending.abort();
    process.once(signal, () => process.exit(INTERRUPTED));
  });
}

/** Whoever waits to write on for a reader that has gone waits for the end, which is under way. */
const unlessGone = (error: NodeJS.ErrnoException): Promise<never> =>
  error.code === 'EPIPE' ? new Promise(() => undefined) : Promise.reject(error);

const world: World = {
  out: (line) => void stdout.write(`${line}\n`),
  err: (line) => void stderr.write(`${line}\n`),
  errText: (text) => void stderr.write(text),
  write: async (text) => {
    if (!stdout.write(text)) await once(stdout, 'drain').catch(unlessGone);
  },
  terminal: terminalOf(stdout, stderr, env),
  env,
  stdin,
  signal: ending.signal,
  patron: async (where, wanted) => {
    const server = where.server ?? (where.data === undefined ? env['PATRON_SERVER'] : undefined);
    const isHere = server === undefined || server === '';
    if (!isHere && where.partitions !== undefined)
      throw new UsageError(
        '--partitions is for who folds: give it to `patron serve`, not to a command that goes through it.',
      );
    const access = isHere
      ? await (await import('./access/direct.js')).DirectAccess.open(where, wanted, env)
      : new (await import('./access/remote.js')).RemoteAccess(server, where.token ?? env['PATRON_TOKEN']);
    opened.push(access);
    return access;
  },
};

const exit = await run(commands, process.argv.slice(2), world);
await close();
process.exitCode = ending.signal.aborted && exit !== 0 ? INTERRUPTED : exit;
