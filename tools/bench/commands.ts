import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { EmbeddedKeys } from '#adapters/embedded/embedded-keys.js';
import { EmbeddedReadModels } from '#adapters/embedded/embedded-read-models.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { SystemIds } from '#adapters/system/system-ids.js';
import { Engine } from '#engine/engine.js';
import { slices } from '#slices/index.js';
import { join } from 'node:path';
import { BareLog } from './bare.js';
import { timed, type Figure, type Measure } from './measure.js';
import { barePurchases, purchase } from './purchase.js';

/** Sent first and not counted, as over HTTP: a process that has just begun compiles what it runs often. */
const WARM_UP = 3_000;

/** The whole engine on the embedded store, with all slices, reactions and sealing. */
export async function openEngine(folder: string, project = false) {
  const clock = new SystemClock();
  const store = await EmbeddedEventStore.open({ folder, mode: 'write', clock });
  const readModels = await EmbeddedReadModels.open({ folder, mode: 'write' });
  const keys = await EmbeddedKeys.open({ folder: join(folder, 'keys') });
  const engine = await Engine.open({ store, readModels, keys, clock, ids: new SystemIds(), slices, project });
  const close = async (): Promise<void> => {
    await engine.close();
    await readModels.close();
    await store.close();
    await keys.close();
  };
  return { engine, store, readModels, close };
}

async function purchases(folder: string, callers: number, count: number): Promise<Figure> {
  const bare = new BareLog(folder);
  const limit = await barePurchases(bare, callers, count);
  bare.close();
  const { engine, close } = await openEngine(folder);
  const { command: RecordPurchase, slice } = engine.registry.commands.get('RecordPurchase') ?? {};
  if (RecordPurchase === undefined || slice === undefined) throw new Error('RecordPurchase is not there');
  const part = engine.registry.part(slice);
  let next = 0;
  const caller = async (until: number): Promise<void> => {
    while (next < until) {
      const number = next;
      next += 1;
      const command = Object.assign(new RecordPurchase(), purchase(number));
      await engine.execute({
        commandId: `command-${number}`,
        bodyDigest: 'q'.repeat(43),
        command: command as never,
        part,
      });
    }
  };
  const send = (until: number): Promise<unknown> => Promise.all(Array.from({ length: callers }, () => caller(until)));
  await send(WARM_UP);
  const seconds = await timed(() => send(WARM_UP + count));
  await close();
  return { value: count / seconds, limit };
}

export const c1: Measure = {
  ...{
    name: 'C1',
    about: 'purchases decided and appended with their reactions, one caller; limit: their facts by bare driver',
    unit: 'commands/s',
  },
  wanted: { value: 2_500, at: 'least' },
  run: (folder) => purchases(folder, 1, 5_000),
};

export const c64: Measure = {
  ...{
    name: 'C64',
    about: 'purchases decided and appended with their reactions, 64 callers; limit: their facts by bare driver',
    unit: 'commands/s',
  },
  wanted: { value: 8_000, at: 'least' },
  run: (folder) => purchases(folder, 64, 30_000),
};
