import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { restore } from '#runtime/backup.js';
import { loadConfig, type PatronConfig } from '#runtime/config.js';
import { openedDigests } from '#runtime/fold-anew.js';
import { openEventStore } from '#runtime/adapters.js';
import { placeOf } from '#runtime/copy.js';
import { readManifest, type Digests } from '#runtime/manifest.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { factsOf } from '#testing/proposed.js';

const fixture = new URL('fixtures/store-v1/', import.meta.url).pathname;

/** A history with facts of every slice and sealed fields, as an earlier commit wrote it, in `<folder>/source`. */
export async function shopIn(folder: string): Promise<string> {
  cpSync(join(fixture, 'keys'), join(folder, 'keys'), { recursive: true });
  await restore(configOf(folder, join(folder, 'source')), join(fixture, 'backup'));
  return join(folder, 'source');
}

/** Digests of its read models as they were folded then, with the keys. */
export const known: Digests = readManifest(join(fixture, 'backup')).opened ?? {};

/** A data folder or a server, with the shop's keys. */
export function configOf(folder: string, place: string): PatronConfig {
  const { eventStore, data } = placeOf(place);
  return loadConfig({
    flags: { data: data || join(folder, 'read-models'), keys: join(folder, 'keys'), eventStore },
    folder,
  });
}

/** Every fact without its position. */
export async function logicalFacts(place: string): Promise<readonly object[]> {
  const store = await openEventStore(placeOf(place), 'read', new SystemClock());
  try {
    return (await factsOf(store)).map(({ position: _, ...logical }) => logical);
  } finally {
    await store.close();
  }
}

/** Every read model folded from the first fact with the shop's keys. */
export async function folded(folder: string, place: string): Promise<Digests> {
  const config = configOf(folder, place);
  return (await openedDigests(config, config.data)) ?? {};
}
