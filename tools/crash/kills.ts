import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../bench/random.js';
import { underWay, type Clients } from './clients.js';
import { straceAt, type Running } from './program.js';
import type { Server } from './server.js';

/** How a process is killed. */
export interface Kill {
  readonly method: Method;
  /** What the process must be started with; one that ends itself needs no signal from outside. */
  readonly running: Running;
}

export const METHODS = ['signal', 'inTransaction', 'appended', 'projected', 'writing', 'syncing'] as const;

/**
 * `signal`: kill -9 from outside at a random moment. `inTransaction`, `appended`, `projected`: see `PLACES`. `writing` and
 * `syncing`: strace kills it as it enters a write to, or a sync of, the log's write-ahead log.
 */
export type Method = (typeof METHODS)[number];

/** Methods that this machine has, and why it has not the others. */
export const usable: readonly Method[] = METHODS.filter((method) => straceAt !== undefined || !isTraced(method));
export const skipped: readonly string[] =
  straceAt === undefined ? ['strace is not here: no kills between the writes of a commit and its sync'] : [];

function isTraced(method: Method): boolean {
  return method === 'writing' || method === 'syncing';
}

/** @param data  Folder of the log. */
export function killOf(method: Method, random: Random, data: string): Kill {
  switch (method) {
    case 'signal':
      return { method, running: {} };
    case 'inTransaction':
      return { method, running: { killPoint: { place: method, times: random.whole(20, 120) } } };
    case 'appended':
      return { method, running: { killPoint: { place: method, times: random.whole(20, 120) } } };
    case 'projected':
      return { method, running: { killPoint: { place: method, times: random.whole(30, 120) } } };
    case 'writing':
      return { method, running: { strace: killing('pwrite64', random.whole(30, 200), data) } };
    case 'syncing':
      return { method, running: { strace: killing('fsync,fdatasync', random.whole(5, 25), data) } };
  }
}

/** Arguments by which strace kills a process as it enters a call on the log's write-ahead log for the n-th time. */
const killing = (calls: string, times: number, data: string): readonly string[] => [
  ...['-f', '-qq', '-o', '/dev/null', '-P', `${data}/log.db-wal`],
  ...['-e', `trace=${calls}`, '-e', `inject=${calls}:signal=KILL:when=${times}`],
];

const MOST_MS = 120;
const LOOK_MS = 5;

/** Lets the server be killed while it works; false where the work ended before. */
export async function strike({ method }: Kill, server: Server, clients: Clients, random: Random): Promise<boolean> {
  if (method === 'signal') {
    await underWay(clients, random.whole(10, 150));
    await delay(random.whole(0, MOST_MS));
    if (clients.isDone) return false;
    await server.end('SIGKILL');
    return true;
  }
  while (!server.hasEnded && !clients.isDone) await delay(LOOK_MS);
  return server.hasEnded;
}
