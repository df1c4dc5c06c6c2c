import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from './commands.js';
import type { Figure, Measure } from './measure.js';
import { median } from './statistics.js';

const EVENTS = 50;
const LOADS = 400;

/** A customer of 50 facts, 25 purchases with their points, whom the process that wrote them has left behind. */
async function customerOf50(folder: string): Promise<void> {
  const { engine, close } = await openEngine(folder);
  const { command: RecordPurchase, slice } = engine.registry.commands.get('RecordPurchase') ?? {};
  if (RecordPurchase === undefined || slice === undefined) throw new Error('RecordPurchase is not there');
  for (let number = 0; number < EVENTS / 2; number += 1) {
    const total = { units: 1_999, scale: 2, currency: 'GBP' };
    const at = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
    const command = Object.assign(new RecordPurchase(), { customerId: 'c-1', at, purchaseId: `p-${number}`, total });
    await engine.execute({
      commandId: `command-${number}`,
      command: command as never,
      part: engine.registry.part(slice),
    });
  }
  await close();
}

async function p50(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let load = 0; load < LOADS; load += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** What an end by force leaves of a customer of 50 facts: no snapshot. */
function killed(folder: string): void {
  const models = join(folder, 'read-models');
  for (const name of readdirSync(models)) if (name.startsWith('state-snapshots.')) rmSync(join(models, name));
}

async function cold(folder: string, left: (folder: string) => void = () => undefined): Promise<Figure> {
  await customerOf50(folder);
  left(folder);
  const { engine, store, close } = await openEngine(folder);
  const limit = await p50(() => store.readStream('customer-c-1'));
  const value = await p50(() => engine.customers.load('c-1'));
  await close();
  return { value, limit };
}

async function cached(folder: string): Promise<Figure> {
  await customerOf50(folder);
  const { engine, close } = await openEngine(folder);
  const value = await p50(() => engine.customers.known('c-1'));
  await close();
  return { value };
}

export const sCold: Measure = {
  ...{ name: 'S', about: 'load a customer of 50 facts after a restart; limit: read and parse its stream', unit: 'ms' },
  wanted: { ratio: 1.3, at: 'most' },
  run: (folder) => cold(folder),
};

export const sKilled: Measure = {
  ...{ name: 'S-killed', about: 'the same after a kill, which leaves no snapshot of it', unit: 'ms' },
  run: (folder) => cold(folder, killed),
};

export const sCached: Measure = {
  ...{ name: 'S-cached', about: 'the same customer from the cache', unit: 'ms' },
  wanted: { value: 0.02, at: 'most' },
  run: cached,
};
