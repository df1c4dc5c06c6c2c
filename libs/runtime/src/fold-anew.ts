import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import type { Keys } from '#kernel/ports/keys.js';
import { Engine } from '#engine/engine.js';
import type { Progress } from '#engine/projecting.js';
import { replay } from '#engine/replay.js';
import { slices } from '#slices/index.js';
import { openEventStore, openKeys, openReadModels } from './adapters.js';
import { AbsentKeys } from './absent-keys.js';
import type { PatronConfig } from './config.js';
import type { Digests } from './manifest.js';
import { withEmpty } from './replay.js';

/** What the log in a folder makes of every read model, folded anew with no keys. */
export const sealedDigests = (config: PatronConfig, data: string, tell?: Progress): Promise<Digests> =>
  digests({ ...config, data }, new AbsentKeys(config.keys), tell);

/** The same with the keys that the configuration names; null where there are none. */
export async function openedDigests(config: PatronConfig, data: string, tell?: Progress): Promise<Digests | null> {
  if (!existsSync(join(config.keys, 'master.key'))) return null;
  const keys = await openKeys(config, 'read', true);
  try {
    return await digests({ ...config, data }, keys, tell);
  } finally {
    await keys.close();
  }
}

/** Why the keys at hand are none of a history, where they are known to be of others: where nothing is sealed, digests do not tell. */
export async function foreignKeys(config: PatronConfig, storeId: string): Promise<string | undefined> {
  const keys = await openKeys(config, 'read', true);
  try {
    await keys.belongTo({ storeId, isBegun: true, isWritten: false });
    return undefined;
  } catch (error) {
    if (error instanceof StoreRefused) return error.message;
    throw error;
  } finally {
    await keys.close();
  }
}

async function digests(config: PatronConfig, keys: Keys, tell?: Progress): Promise<Digests> {
  const { SystemClock } = await import('#adapters/system/system-clock.js');
  const { SystemIds } = await import('#adapters/system/system-ids.js');
  const [clock, ids] = [new SystemClock(), new SystemIds()];
  const store = await openEventStore(config, 'read', clock);
  const readModels = await openReadModels({ ...config, readModels: 'memory' }, 'write');
  try {
    const read = { write: false, project: false };
    const engine = await Engine.open({ store, readModels, keys, clock, ids, slices, ...read });
    try {
      const folded = await withEmpty(config, store, (empty) => replay(engine, empty, tell));
      return Object.fromEntries(
        folded.map(({ name, replayed }) => {
          const version = engine.registry.projections.get(name)?.version ?? 0;
          return [name, { version, ...replayed }];
        }),
      );
    } finally {
      await engine.close();
    }
  } finally {
    for (const part of [readModels, store]) await part.close();
  }
}
