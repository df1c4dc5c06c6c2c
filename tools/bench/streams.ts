import { openEngine } from './commands.js';
import type { Figure, Measure } from './measure.js';
import { median } from './statistics.js';

const EVENTS = 50;
const LOADS = 400;

/** A customer of 50 facts, 25 purchases with their points, whom the process that wrote them has left behind. */
async function customerOf50(folder: string) {
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
  return openEngine(folder);
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

async function loads(folder: string, cached: boolean): Promise<Figure> {
  const { engine, store, close } = await customerOf50(folder);
  const limit = await p50(() => store.readStream('customer-c-1'));
  const value = cached ? await p50(() => engine.customers.known('c-1')) : await p50(() => engine.customers.load('c-1'));
  await close();
  return cached ? { value } : { value, limit };
}

export const sCold: Measure = {
  ...{ name: 'S', about: 'load a customer of 50 facts after a restart; limit: read and parse its stream', unit: 'ms' },
  wanted: { ratio: 1.3, at: 'most' },
  run: (folder) => loads(folder, false),
};

export const sCached: Measure = {
  ...{ name: 'S-cached', about: 'the same customer from the cache', unit: 'ms' },
  wanted: { value: 0.02, at: 'most' },
  run: (folder) => loads(folder, true),
};
