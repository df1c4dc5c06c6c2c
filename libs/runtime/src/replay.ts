import type { Progress } from '#engine/projecting.js';
import { replay, type Replayed } from '#engine/replay.js';
import { openReadModels } from './adapters.js';
import type { Patron } from './patron.js';

/** Every stored read model beside a replay of the log in this process's memory. */
export async function replayInMemory({ config, engine }: Patron, tell?: Progress): Promise<readonly Replayed[]> {
  const empty = await openReadModels({ ...config, readModels: 'memory' }, 'write');
  try {
    return await replay(engine, empty, tell);
  } finally {
    await empty.close();
  }
}
