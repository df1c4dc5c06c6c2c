import type { Proposed, Recorded } from '#kernel/fact.js';
import type { Batch, EventStore, ReadAll } from '#kernel/ports/event-store.js';

let made = 0;

/** A fact like those of a slice, with an id of its own. */
export function proposed(type = 'Noted', changes: Partial<Proposed> = {}): Proposed {
  made += 1;
  const id = `00000000-0000-5000-8000-${made.toString(16).padStart(12, '0')}`;
  return {
    id,
    type,
    version: 1,
    occurredAt: '2026-03-29T01:30:00.250Z',
    data: { text: `note ${made}` },
    metadata: { commandId: `command-${made}` },
    ...changes,
  };
}

export const proposals = (count: number, type?: string): Proposed[] =>
  Array.from({ length: count }, () => proposed(type));

/** Appends `count` facts to a stream, one by one. */
export async function fill(store: EventStore, stream: string, count: number, type?: string): Promise<void> {
  const { length } = await store.readStream(stream);
  for (let revision = length; revision < length + count; revision += 1) {
    await store.append(stream, revision, [proposed(type)]);
  }
}

export async function batchesOf(store: EventStore, options?: ReadAll): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of store.readAll(options)) batches.push(batch);
  return batches;
}

export async function factsOf(store: EventStore, options?: ReadAll): Promise<readonly Recorded[]> {
  return (await batchesOf(store, options)).flatMap(({ facts }) => facts);
}
