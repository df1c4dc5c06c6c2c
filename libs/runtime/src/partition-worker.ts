import { workerData } from 'node:worker_threads';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { Shared } from '#engine/partition.js';
import { PartitionFold } from '#engine/partition-fold.js';
import { FactReader } from '#engine/reader.js';
import { Registry } from '#engine/registry.js';
import { Sealer } from '#engine/sealing.js';
import { folding } from '#slices/folding.js';
import { openEventStore, openKeys, openReadModels } from './adapters.js';
import type { PatronConfig } from './config.js';
import { servePartition } from './partition-work.js';

const { config, shared } = workerData as { readonly config: PatronConfig; readonly shared: Shared };

servePartition(async () => {
  const store = await openEventStore(config, 'read', new SystemClock());
  const keys = await openKeys(config, 'read', true);
  const readModels = await openReadModels(config, 'write');
  const registry = new Registry(folding);
  const reader = new FactReader(registry, new Sealer(keys));
  const partition = await PartitionFold.join({ store, readModels, registry, reader }, shared);
  const close = async (): Promise<void> => {
    for (const part of [readModels, keys, store]) await part.close();
  };
  return { partition, close };
});
