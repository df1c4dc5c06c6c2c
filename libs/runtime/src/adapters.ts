import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#kernel/ports/clock.js';
import { StoreRefused, type EventStore } from '#kernel/ports/event-store.js';
import type { Keys } from '#kernel/ports/keys.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import { foldedIn } from '#adapters/embedded/belonging.js';
import { standingIn } from '#adapters/embedded/log-file.js';
import { AbsentKeys, KeysAbsent } from './absent-keys.js';
import type { PatronConfig } from './config.js';
import { BadConfig } from './errors.js';

export type Mode = 'write' | 'read';

/** Adapters load when they are chosen: the embedded default never loads the drivers of servers. */
export async function openEventStore(
  { eventStore, data }: Pick<PatronConfig, 'eventStore' | 'data'>,
  mode: Mode,
  clock: Clock,
): Promise<EventStore> {
  if (eventStore === 'memory') {
    const { MemoryEventStore } = await import('#adapters/memory/memory-event-store.js');
    return new MemoryEventStore(clock);
  }
  if (eventStore !== 'embedded') {
    const { EventStoreDBEventStore } = await import('#adapters/eventstoredb/eventstoredb-event-store.js');
    const foldedFrom = foldedIn(data); // then the history is there, or its name is mistyped
    return EventStoreDBEventStore.open({ url: eventStore, mode, ...(foldedFrom !== undefined && { foldedFrom }) });
  }
  if (mode === 'read' && !existsSync(data)) {
    throw new StoreRefused(`There is no data at ${data}; \`patron serve --data ${data}\` or an import begins it.`);
  }
  const { EmbeddedEventStore } = await import('#adapters/embedded/embedded-event-store.js');
  return EmbeddedEventStore.open({ folder: data, mode, clock });
}

/** True of a data folder whose log follows another store. */
export const isMirror = ({ data }: Pick<PatronConfig, 'data'>): boolean => standingIn(data) === 'mirror';

/** The writer's lock of a data folder. @throws {StoreRefused} naming the process that holds it */
export async function lockOf({ data }: PatronConfig): Promise<{ close(): Promise<void> }> {
  const { WriterLock } = await import('#adapters/embedded/writer-lock.js');
  const lock = await WriterLock.take(data);
  return { close: async () => lock.release() };
}

export async function openReadModels({ readModels, data }: PatronConfig, mode: Mode): Promise<ReadModels> {
  if (readModels === 'memory') {
    const { MemoryReadModels } = await import('#adapters/memory/memory-read-models.js');
    return new MemoryReadModels();
  }
  if (readModels !== 'embedded') throw notAvailable('readModels', readModels);
  const { EmbeddedReadModels } = await import('#adapters/embedded/embedded-read-models.js');
  return EmbeddedReadModels.open({ folder: data, mode });
}

/**
 * Facts that end with the process may be sealed with keys that do, too. Keys are made for a history that begins, never for
 * one that is there: under new ones nothing would be found again, and every command could be done twice.
 *
 * @throws {KeysAbsent} where a history is there and its keys are not
 */
export async function openKeys({ eventStore, keys }: PatronConfig, mode: Mode, begun: boolean): Promise<Keys> {
  if (eventStore === 'memory') {
    const { MemoryKeys } = await import('#adapters/memory/memory-keys.js');
    return new MemoryKeys();
  }
  if (begun && !existsSync(join(keys, 'master.key'))) {
    if (mode === 'write') throw new KeysAbsent(keys);
    return new AbsentKeys(keys);
  }
  const { EmbeddedKeys } = await import('#adapters/embedded/embedded-keys.js');
  return EmbeddedKeys.open({ folder: keys });
}

const notAvailable = (key: string, url: string): BadConfig =>
  new BadConfig([
    { key, origin: url.replace(/\/\/[^@/]*@/, '//***@'), message: 'is not available in this version; use embedded' },
  ]);
