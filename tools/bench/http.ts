import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from '../crash/server.js';
import { Caller } from './caller.js';
import { timedClient, type Figure, type Measure } from './measure.js';
import { BareLog } from './bare.js';
import { barePurchases, purchase } from './purchase.js';
import { median, percentile } from './statistics.js';

const CALLERS = 64;
/** Sent first and not counted: a server that has just started compiles what it runs often. */
const WARM_UP = 3_000;
const COUNT = 12_000;
/** Purchases of one customer: ten by each caller. */
const OF_ONE = 640;

/** Where purchases are sent to. */
export interface Target {
  readonly url: string;
  readonly authorization: string;
}

const bareServer = fileURLToPath(new URL('bare-server.js', import.meta.url));

/** The bare server in a process of its own, ended afterwards. */
export async function withBareServer<T>(folder: string, work: (target: Target) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [bareServer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  try {
    const [said] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer | number | null];
    const url = /http:\S+/.exec(String(said))?.[0];
    if (url === undefined) throw new Error('The bare server did not begin to listen.');
    return await work({ url, authorization: 'none' });
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** A server of its own in a folder of this run, ended afterwards. */
export async function withServer<T>(folder: string, work: (server: Server) => Promise<T>): Promise<T> {
  const server = new Server(join(folder, 'data'));
  await server.start();
  try {
    return await work(server);
  } finally {
    await server.end('SIGTERM');
  }
}

async function oneByOne(folder: string): Promise<Figure> {
  const limit = (await withBareServer(folder, rate)).value;
  return { ...(await withServer(folder, rate)), limit };
}

async function warmedUp({ url, authorization }: Target): Promise<readonly Caller[]> {
  const callers = await Promise.all(Array.from({ length: CALLERS }, () => Caller.open(url, authorization)));
  await sendAll(callers, 0, WARM_UP);
  return callers;
}

async function rate(target: Target): Promise<Figure> {
  const callers = await warmedUp(target);
  const took: number[] = [];
  const { seconds, beside } = await timedClient(() => sendAll(callers, WARM_UP, WARM_UP + COUNT, took));
  for (const caller of callers) caller.close();
  return { value: COUNT / seconds, beside: { ...beside, 'p50 ms': median(took), 'p99 ms': percentile(took, 0.99) } };
}

/** All of them want one customer, whose commands are done one after the other. */
async function inTurn(target: Target): Promise<Figure> {
  const callers = await warmedUp(target);
  const took: number[] = [];
  await sendAll(callers, WARM_UP, WARM_UP + OF_ONE, took, { customerId: 'one' });
  for (const caller of callers) caller.close();
  return { value: percentile(took, 0.99), beside: { 'p50 ms': median(took), 'most ms': Math.max(...took) } };
}

/** @throws where a purchase was not recorded */
async function sendAll(
  callers: readonly Caller[],
  from: number,
  to: number,
  took: number[] = [],
  more: object = {},
): Promise<void> {
  let next = from;
  const call = async (caller: Caller): Promise<void> => {
    while (next < to) {
      const number = next;
      next += 1;
      const start = performance.now();
      const { status, body } = await caller.post('/v1/commands/RecordPurchase', { ...purchase(number), ...more });
      if (status !== 201) throw new Error(`A purchase was answered with ${status}: ${body}`);
      took.push(performance.now() - start);
    }
  };
  await Promise.all(callers.map(call));
}

export const http: Measure = {
  ...{
    name: 'HTTP',
    about: 'purchases over HTTP, 64 callers; limit: a bare Node server and driver',
    unit: 'commands/s',
  },
  wanted: { value: 3_000, at: 'least' },
  run: oneByOne,
};

/** Nobody who waits for 63 others can be answered sooner than so many appends one after the other take. */
async function limitInTurn(folder: string): Promise<number> {
  const bare = new BareLog(folder);
  const each = 1_000 / (await barePurchases(bare, 1, OF_ONE));
  bare.close();
  return CALLERS * each;
}

export const oneCustomer: Measure = {
  ...{
    name: 'one-customer',
    about: 'p99 of 64 callers over HTTP who all want one customer; limit: 64 durable appends by the bare driver',
    unit: 'ms',
  },
  run: async (folder) => ({ limit: await limitInTurn(folder), ...(await withServer(folder, inTurn)) }),
};
