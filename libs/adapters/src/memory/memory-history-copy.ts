import { randomUUID } from 'node:crypto';
import type { Recorded } from '#kernel/fact.js';
import { StoreRefused, type Batch } from '#kernel/ports/event-store.js';
import { HistoryCopy, notFollowing } from '#kernel/ports/history-copy.js';
import { MemoryEventStore } from './memory-event-store.js';

/** A copy in this process, lost on exit. For tests. */
export class MemoryHistoryCopy extends HistoryCopy {
  private readonly log: Recorded[] = [];
  private readonly counts = new Map<string, number>();
  private readonly numbering = randomUUID();
  private whole = false;

  constructor(readonly storeId: string) {
    super();
  }

  override async *taken(): AsyncGenerator<Batch> {
    const facts = [...this.log];
    if (facts.length > 0) yield { facts, position: facts.length };
  }

  override async take(facts: readonly Recorded[]): Promise<void> {
    this.whole = false;
    for (const fact of facts) {
      const held = this.counts.get(fact.stream) ?? 0;
      if (fact.revision !== held) throw notFollowing(fact, held);
      this.counts.set(fact.stream, held + 1);
      this.log.push({ ...structuredClone(fact), position: this.log.length + 1 });
    }
  }

  override complete(): Promise<void> {
    this.whole = true;
    return Promise.resolve();
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  /** What was copied, as a store. @throws {StoreRefused} before it is complete */
  get store(): MemoryEventStore {
    if (!this.whole) throw new StoreRefused('A copy into this store was not finished.');
    return MemoryEventStore.holding(this.storeId, this.numbering, this.log);
  }
}
