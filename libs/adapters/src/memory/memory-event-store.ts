import { randomUUID } from 'node:crypto';
import {
  EventStore,
  StoreUnavailable,
  WrongExpectedRevision,
  type Appended,
  type Batch,
  type Follow,
  type Portion,
  type Portions,
  type ReadAll,
  type ReadStream,
} from '#kernel/ports/event-store.js';
import type { Clock } from '#kernel/ports/clock.js';
import { markOf, type Position, type Proposed, type Recorded } from '#kernel/fact.js';
import { instantOf } from '#kernel/time.js';

const BATCH = 1_000;

/** Keeps streams in this process; lost on exit. What it hands out is frozen. For tests. */
export class MemoryEventStore extends EventStore {
  private readonly log: Recorded[] = [];
  private readonly streams = new Map<string, Recorded[]>();
  private readonly sleepers = new Set<() => void>();
  private closed = false;

  constructor(
    private readonly clock?: Clock,
    readonly storeId: string = randomUUID(),
    private readonly numberedBy: string = storeId,
  ) {
    super();
  }

  /** A history that was copied, facts and positions as they are. */
  static holding(storeId: string, numbering: string, facts: readonly Recorded[], clock?: Clock): MemoryEventStore {
    const store = new MemoryEventStore(clock, storeId, numbering);
    for (const fact of facts) store.put(fact.stream, [frozen(fact)]);
    return store;
  }

  override async append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended> {
    if (this.closed) throw new StoreUnavailable('The store is closed.');
    if (facts.length === 0) throw new RangeError('An append needs at least one fact.');
    const current = this.streams.get(stream) ?? [];
    if (current.length !== expected) throw new WrongExpectedRevision(stream, expected, current.length);
    const recordedAt = this.clock?.now() ?? instantOf(Date.now());
    const recorded = facts.map((fact, ordinal) =>
      frozen<Recorded>({
        ...(JSON.parse(JSON.stringify(fact)) as Proposed),
        stream,
        revision: expected + ordinal,
        position: this.log.length + ordinal + 1,
        recordedAt,
      }),
    );
    this.put(stream, recorded);
    this.wake();
    return { revision: expected + facts.length - 1, position: this.log.length };
  }

  override get numbering(): string {
    return this.numberedBy;
  }

  override async readStream(stream: string, options: ReadStream = {}): Promise<readonly Recorded[]> {
    const { from, limit = Infinity, backwards = false } = options;
    const facts = this.streams.get(stream) ?? [];
    if (!backwards) return facts.slice(from ?? 0, (from ?? 0) + limit);
    const end = Math.min(facts.length, (from ?? Infinity) + 1);
    return facts.slice(Math.max(0, end - limit), end).reverse();
  }

  override async *readAll(options: ReadAll = {}): AsyncGenerator<Batch> {
    const { batch = BATCH, upTo = Infinity, types, skip } = options;
    const wanted = ({ type }: Recorded): boolean => types?.includes(type) ?? !skip?.includes(type);
    const start = options.after ?? 0;
    const end = Math.min(upTo, this.log.length);
    let handed = start;
    let facts: Recorded[] = [];
    for (let position = start + 1; position <= end; position += 1) {
      const fact = this.log[position - 1];
      if (fact === undefined || !wanted(fact)) continue;
      facts.push(fact);
      if (facts.length < batch) continue;
      handed = position;
      yield { facts, position };
      facts = [];
    }
    if (end > handed) yield { facts, position: end };
  }

  override async *follow({ signal, ...options }: Follow): AsyncGenerator<Batch> {
    let position = options.after ?? 0;
    const upTo = options.upTo ?? Infinity;
    while (!signal.aborted && !this.closed) {
      let atHead = false;
      for await (const read of this.readAll({ ...options, after: position })) {
        position = read.position;
        atHead = read.facts.length === 0;
        yield read;
        if (signal.aborted || this.closed) return;
      }
      if (this.log.length > position && position < upTo) continue;
      if (!atHead) yield { facts: [], position };
      while (Math.min(this.log.length, upTo) <= position && !signal.aborted && !this.closed) await this.sleep(signal);
    }
  }

  override get portions(): Portions {
    const facts = [...this.streams.values()];
    const next = async (after: number, most: number): Promise<Portion | undefined> => {
      let upTo = after;
      for (let count = 0; count < most && upTo < facts.length; upTo += 1) count += facts[upTo]?.length ?? 0;
      return upTo === after ? undefined : { after, upTo };
    };
    return {
      count: async () => facts.length,
      next,
      byStream: (portion, options = {}) => this.byStream(portion, options),
    };
  }

  private async *byStream({ after, upTo }: Portion, options: Pick<ReadAll, 'upTo' | 'skip'>) {
    const { upTo: last = Infinity, skip } = options;
    for (const facts of [...this.streams.values()].slice(after, upTo)) {
      yield facts.filter(({ position, type }) => position <= last && skip?.includes(type) !== true);
    }
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.log.length);
  }

  override markAt(position: Position): Promise<string | undefined> {
    const fact = this.log.find((one) => one.position === position);
    return Promise.resolve(fact && markOf(fact));
  }

  override close(): Promise<void> {
    this.closed = true;
    this.wake();
    return Promise.resolve();
  }

  private put(stream: string, recorded: readonly Recorded[]): void {
    const current = this.streams.get(stream) ?? [];
    current.push(...recorded);
    this.streams.set(stream, current);
    this.log.push(...recorded);
  }

  private sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  private wake(): void {
    for (const wake of this.sleepers) wake();
  }
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner as object);
  return Object.freeze(value);
}
