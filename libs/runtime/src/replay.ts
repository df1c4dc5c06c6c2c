import { rm } from 'node:fs/promises';
import type { EventStore } from '#kernel/ports/event-store.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { Progress } from '#engine/projecting.js';
import { replay, type Replayed } from '#engine/replay.js';
import { openReadModels } from './adapters.js';
import type { PatronConfig } from './config.js';
import { scratchRoom } from './room.js';
import { scratchFolder } from './scratch-folder.js';
import type { Patron } from './patron.js';

/** What so many facts make is folded in memory, which makes no files; the read models of more would not fit there. */
const IN_MEMORY = 20_000;

/** Every stored read model beside a replay of the log in this process. */
export const replayBeside = ({ config, engine }: Patron, tell?: Progress): Promise<readonly Replayed[]> =>
  withEmpty(config, engine.store, (empty) => replay(engine, empty, tell));

/** Empty read models for a replay of a store, removed afterwards: in memory, or in the machine's temporary folder. */
export async function withEmpty<T>(
  config: PatronConfig,
  store: EventStore,
  work: (empty: ReadModels) => Promise<T>,
): Promise<T> {
  if (store.factsBetween(0, await store.head()) <= IN_MEMORY)
    return work(await openReadModels(inMemory(config), 'write'));
  const folder = scratchFolder('replay');
  try {
    const empty = await openReadModels({ ...config, readModels: 'embedded', data: folder }, 'write');
    try {
      return await work(empty);
    } finally {
      await empty.close();
    }
  } catch (error) {
    throw scratchRoom(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const inMemory = (config: PatronConfig): PatronConfig => ({ ...config, readModels: 'memory' });
