import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { EmbeddedKeys } from '#adapters/embedded/embedded-keys.js';
import { EmbeddedReadModels } from '#adapters/embedded/embedded-read-models.js';
import type { Shared } from '#engine/partition.js';
import { PartitionFold } from '#engine/partition-fold.js';
import { FactReader } from '#engine/reader.js';
import { Registry } from '#engine/registry.js';
import { Sealer } from '#engine/sealing.js';
import { servePartition } from '#runtime/partition-work.js';

/** Where a measure has its history and its read models; all slices, or the one of the peers' comparison. */
export interface Measured {
  readonly folder: string;
  readonly models: string;
  readonly slices: 'all' | 'summary';
}

const { folder, models, slices, shared } = workerData as Measured & { readonly shared: Shared };

servePartition(async () => {
  const all =
    slices === 'all' ? (await import('#slices/folding.js')).folding : [(await import('./summary.js')).summarySlice];
  const store = await EmbeddedEventStore.open({ folder, mode: 'read' });
  const keys = await EmbeddedKeys.open({ folder: join(folder, 'keys') });
  const readModels = await EmbeddedReadModels.open({ folder: models, mode: 'write' });
  const registry = new Registry(all);
  const reader = new FactReader(registry, new Sealer(keys));
  const partition = await PartitionFold.join({ store, readModels, registry, reader }, shared);
  const close = async (): Promise<void> => {
    for (const part of [readModels, keys, store]) await part.close();
  };
  return { partition, close };
});
