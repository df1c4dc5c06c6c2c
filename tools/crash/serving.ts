import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../bench/random.js';
import { Clients } from './clients.js';
import { killOf, strike, type Method } from './kills.js';
import { faultsOf } from './ledger.js';
import { factsIn, postMortem } from './post-mortem.js';
import { replayFaults } from './replayed.js';
import { Server } from './server.js';
import type { Tally } from './tally.js';

/** Answers on their way when the server fell still reach their clients. */
const ARRIVE_MS = 30;

export interface Round {
  readonly name: string;
  readonly data: string;
  readonly seed: number;
  readonly methods: readonly Method[];
  /** Commands of each of the 64 clients. */
  readonly eachSends: number;
}

/** 64 clients send commands, the server is killed again and again; then everything is counted. */
export async function servingRound({ name, data, seed, methods, eachSends }: Round, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const server = new Server(data);
  await server.start();
  const clients = new Clients(server, new Random(seed + 1), eachSends);
  for (const [at, method] of (['signal', ...methods] as const).entries()) {
    const kill = killOf(method, random, data);
    const listens = at === 0 || (await server.start(kill.running));
    if (listens && !(await strike(kill, server, clients, random))) {
      tally.missed += 1;
      tally.fault(name, await stopped(server));
      continue;
    }
    await server.ended;
    await delay(ARRIVE_MS);
    tally.note(method, await postMortem(data), clients.unanswered);
  }
  await server.start();
  await clients.done();
  await server.caughtUp();
  tally.fault(name, await stopped(server));
  const facts = await factsIn(data);
  tally.facts += facts.length;
  tally.noteAnswers(clients.sent);
  tally.fault(name, [...faultsOf(clients.sent, facts), ...(await replayFaults(data))]);
}

async function stopped(server: Server): Promise<readonly string[]> {
  const { signal } = await server.end('SIGTERM');
  return signal === 'SIGKILL' ? ['the server did not end when it was asked to'] : [];
}
