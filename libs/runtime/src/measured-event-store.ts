import {
  EventStore,
  type Appended,
  type Batch,
  type Follow,
  type Portions,
  type ReadAll,
  type ReadStream,
} from '#kernel/ports/event-store.js';
import type { Position, Proposed, Recorded } from '#kernel/fact.js';

export interface Append {
  readonly seconds: number;
  readonly facts: number;
  readonly ok: boolean;
}

/** Another event store, with its appends counted and timed. */
export class MeasuredEventStore extends EventStore {
  readonly storeId: string;
  override readonly stride: number;
  override readonly beginning: Position;
  /** Appends asked for and not yet answered. */
  underWay = 0;
  private readonly listeners: ((append: Append) => void)[] = [];

  constructor(private readonly store: EventStore) {
    super();
    this.storeId = store.storeId;
    this.stride = store.stride;
    this.beginning = store.beginning;
  }

  override get numbering(): string {
    return this.store.numbering;
  }

  onAppend(listener: (append: Append) => void): void {
    this.listeners.push(listener);
  }

  override async append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended> {
    const began = performance.now();
    let ok = false;
    this.underWay += 1;
    try {
      const appended = await this.store.append(stream, expected, facts);
      ok = true;
      return appended;
    } finally {
      this.underWay -= 1;
      const append = { seconds: (performance.now() - began) / 1_000, facts: facts.length, ok };
      for (const listener of this.listeners) listener(append);
    }
  }

  override readStream(stream: string, options?: ReadStream): Promise<readonly Recorded[]> {
    return this.store.readStream(stream, options);
  }

  override readAll(options?: ReadAll): AsyncIterable<Batch> {
    return this.store.readAll(options);
  }

  override follow(options: Follow): AsyncIterable<Batch> {
    return this.store.follow(options);
  }

  override get portions(): Portions | undefined {
    return this.store.portions;
  }

  override look(): void {
    this.store.look();
  }

  override head(): Promise<Position> {
    return this.store.head();
  }

  override markAt(position: Position): Promise<string | undefined> {
    return this.store.markAt(position);
  }

  override close(): Promise<void> {
    return this.store.close();
  }
}
