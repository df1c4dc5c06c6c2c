import { resolve } from 'node:path';
import type { EventStore } from '#kernel/ports/event-store.js';
import { CopyRefused, type HistoryCopy } from '#kernel/ports/history-copy.js';
import { copyHistory, type Copied, type Copying } from '#engine/copying.js';
import { openEventStore } from './adapters.js';

/** A data folder, or a server as `PATRON_EVENT_STORE` names it. */
export interface Place {
  readonly eventStore: string;
  readonly data: string;
}

const isServer = (text: string): boolean => /^[a-z+]+:\/\//.test(text);

export const placeOf = (text: string): Place =>
  isServer(text) ? { eventStore: text, data: '' } : { eventStore: 'embedded', data: resolve(text) };

/** For people: without a password. */
export const shownPlace = ({ eventStore, data }: Place): string =>
  eventStore === 'embedded' ? data : eventStore.replace(/\/\/[^/]*@/, '//***@');

/** @throws {StoreRefused} where there is no history */
export async function openSource(place: Place): Promise<EventStore> {
  const { SystemClock } = await import('#adapters/system/system-clock.js');
  return openEventStore(place, 'read', new SystemClock());
}

/** @throws {CopyRefused} where another history is there */
async function openTarget({ eventStore, data }: Place, storeId: string): Promise<HistoryCopy> {
  if (eventStore === 'embedded') {
    const { EmbeddedHistoryCopy } = await import('#adapters/embedded/embedded-history-copy.js');
    return EmbeddedHistoryCopy.open({ folder: data, storeId, standing: 'copying' });
  }
  const { EventStoreDBHistoryCopy } = await import('#adapters/eventstoredb/eventstoredb-history-copy.js');
  return EventStoreDBHistoryCopy.open(eventStore, storeId);
}

/** Copies a history as `copyHistory` does, beside whoever writes to its source. Keys and tokens are no part of it. */
export async function copy(from: Place, to: Place, options?: Copying): Promise<Copied> {
  if (from.eventStore === to.eventStore && from.data === to.data) {
    throw new CopyRefused('Source and target are the same.');
  }
  const source = await openSource(from);
  try {
    const target = await openTarget(to, source.storeId);
    try {
      return await copyHistory(source, target, options);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
