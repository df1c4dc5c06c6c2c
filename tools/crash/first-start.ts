import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expecting, type Check } from './check.js';
import { faultsOfLog } from './ledger.js';
import { straceAt, Program, ran, type Running } from './program.js';
import { factsIn } from './post-mortem.js';
import { Server } from './server.js';

/** The n-th of these calls is not made any more: folders, the log and the keys come into being by them. */
const CALLS: readonly (readonly [call: string, times: readonly number[]])[] = [
  ['mkdir', [2]],
  ['rename', [1, 2]],
  ['link', [1]],
  ['unlink', [1]],
  ['fsync', [5, 21]],
  ['pwrite64', [8]],
];
const MOMENTS_MS: readonly number[] = [300, 500, 700, 900, 1_200];

interface Moment {
  readonly name: string;
  readonly running: Running;
  /** Killed from outside after so long. */
  readonly afterMs?: number;
}

const moments: readonly Moment[] =
  straceAt === undefined
    ? MOMENTS_MS.map((afterMs) => ({ name: `after ${afterMs} ms`, running: {}, afterMs }))
    : CALLS.flatMap(([call, times]) =>
        times.map((time) => ({ name: `${call} ${time}`, running: killing(call, time) })),
      );

function killing(call: string, times: number): Running {
  const inject = `inject=${call}:signal=KILL:when=${times}`;
  return { strace: ['-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', inject] };
}

/** Whatever the first start had made by then, the second one makes the rest. */
export const firstStart: Check = {
  name: 'in the first start',
  async run(folder) {
    const faults: string[] = [];
    for (const moment of moments) {
      const found = await begunAgain(join(folder, moment.name.replaceAll(' ', '-')), moment);
      faults.push(...found.map((fault) => `${moment.name}: ${fault}`));
    }
    return { kills: moments.length, faults };
  },
};

async function begunAgain(folder: string, { running, afterMs }: Moment): Promise<readonly string[]> {
  mkdirSync(folder);
  const data = join(folder, 'data');
  const first = new Program(['serve', '--port', '0'], data, running);
  if (afterMs !== undefined) {
    await delay(afterMs);
    await first.end('SIGKILL');
  }
  const { code, signal } = await first.ended;
  const server = new Server(data);
  await server.start();
  if (!server.hasToken) {
    server.take(/pat_\S+/.exec(await ran(['token', 'create', '--name', 'n', '--role', 'admin'], data))?.[0] ?? '');
  }
  const { status } = await server.send('RegisterCustomer', { customerId: 'ada', name: 'Ada' });
  await server.caughtUp();
  await server.end('SIGTERM');
  return [
    ...expecting(signal === 'SIGKILL' || code === 137, 'the first start was not killed'),
    ...expecting(status === 201, `a command was answered with ${status}`),
    ...faultsOfLog(await factsIn(data)),
  ];
}
