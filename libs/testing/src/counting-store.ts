import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import type { ReadStream } from '#kernel/ports/event-store.js';

/** Counts how many facts are read of streams, so that a snapshot is seen to save reading. */
export class CountingStore extends MemoryEventStore {
  factsRead = 0;

  override async readStream(stream: string, options?: ReadStream) {
    const facts = await super.readStream(stream, options);
    this.factsRead += facts.length;
    return facts;
  }
}
