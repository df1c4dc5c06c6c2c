import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../bench/random.js';
import { Clients, underWay, type Sent } from '../crash/clients.js';
import type { Genuine } from './genuine.js';
import { Outage, Watched } from './watched.js';

export const KINDS = ['killed', 'frozen', 'absent'] as const;
export type Kind = (typeof KINDS)[number];

const CLOSED_MS = 1_000;
const FROZEN_MS = 30_000;
const NOTICED_MS = 30_000;
const RECOVERY_MS = 60_000;

/** What all rounds of a kind work on. */
export interface Scene {
  readonly genuine: Genuine;
  readonly patron: Watched;
  /** With which Patron is started. */
  readonly env: Readonly<Record<string, string>>;
  readonly eachSends: number;
  readonly random: Random;
  /** Everything that clients were answered, of all rounds. */
  readonly sent: Sent[];
}

/** What one round measured, in ms. */
export interface Measured {
  readonly refusedMs: number;
  readonly notReadyMs?: number;
  readonly recoveredMs: number;
}

/** One round: its faults are in `patron.outage`. @throws where something does not recover */
export async function playRound(kind: Kind, name: string, scene: Scene): Promise<Measured> {
  scene.patron.outage = new Outage();
  if (kind === 'absent') return absent(name, scene);
  const clients = new Clients(scene.patron, scene.random, scene.eachSends, name);
  await underWay(clients, scene.random.whole(10, 150));
  const measured = await (kind === 'killed' ? killed(name, scene) : frozen(name, scene));
  await within(RECOVERY_MS, 'commands are answered again', clients.done());
  await scene.patron.caughtUp();
  scene.sent.push(...clients.sent);
  return measured;
}

async function killed(name: string, { genuine, patron, random }: Scene): Promise<Measured> {
  await genuine.kill();
  const refusedMs = await patron.refused(`probe-${name}`);
  limit(patron.outage, 'refused', refusedMs, CLOSED_MS);
  await delay(random.whole(0, 2_000));
  await genuine.start();
  return { refusedMs, recoveredMs: await recovered(patron) };
}

async function frozen(name: string, { genuine, patron }: Scene): Promise<Measured> {
  genuine.tell('SIGSTOP');
  const thawed = delay(FROZEN_MS);
  try {
    const refusing = patron.refused(`probe-${name}`);
    const noticing = until(NOTICED_MS, 'readiness says so', async () => !(await patron.isReady()));
    const refusedMs = await refusing;
    limit(patron.outage, 'refused at once after that', await patron.refused(`probe-${name}-2`), CLOSED_MS);
    const notReadyMs = await noticing;
    await thawed;
    genuine.tell('SIGCONT');
    return { refusedMs, notReadyMs, recoveredMs: await recovered(patron) };
  } finally {
    genuine.tell('SIGCONT');
  }
}

/** Patron starts while nothing listens on the server's port. */
async function absent(name: string, scene: Scene): Promise<Measured> {
  const { genuine, patron, env } = scene;
  await patron.end('SIGTERM');
  await genuine.kill();
  const starting = patron.start({ env });
  patron.url = `http://127.0.0.1:${patron.port}`;
  const answers = async (): Promise<boolean> => (await fetch(patron.url).catch(() => undefined)) !== undefined;
  await until(RECOVERY_MS, 'the API answers', answers);
  const refusedMs = await patron.refused(`probe-${name}`);
  limit(patron.outage, 'refused', refusedMs, CLOSED_MS);
  await genuine.start();
  await within(RECOVERY_MS, 'Patron opens', starting);
  const recoveredMs = await recovered(patron);
  const clients = new Clients(patron, scene.random, scene.eachSends, name);
  await within(RECOVERY_MS, 'commands are answered', clients.done());
  await patron.caughtUp();
  scene.sent.push(...clients.sent);
  return { refusedMs, recoveredMs };
}

const recovered = (patron: Watched): Promise<number> =>
  until(RECOVERY_MS, 'readiness comes back', () => patron.isReady());

function limit(outage: Outage, what: string, ms: number, mostMs: number): void {
  if (ms > mostMs) outage.faults.push(`${what} after ${ms} ms, not within ${mostMs}`);
}

/** Ms until something holds. */
async function until(mostMs: number, what: string, holds: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > mostMs) throw new Error(`${what}: not within ${mostMs} ms`);
    await delay(50);
  }
  return Math.round(performance.now() - began);
}

async function within<T>(mostMs: number, what: string, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = delay(mostMs, undefined, { signal: late.signal }).then(
    () => Promise.reject(new Error(`${what}: not within ${mostMs} ms`)),
    () => undefined as never,
  );
  return Promise.race([work, timer]).finally(() => late.abort());
}
