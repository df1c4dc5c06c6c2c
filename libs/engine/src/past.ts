import { InvalidRequest } from '#kernel/errors.js';
import type { Position, Recorded } from '#kernel/fact.js';
import {
  EventStore,
  StoreUnavailable,
  type Batch,
  type Portion,
  type Portions,
  type ReadAll,
  type ReadStream,
} from '#kernel/ports/event-store.js';
import { CALENDAR, ClockAdvanced, ClockFixed, PolicyPublished } from '#kernel/system.events.js';
import { plusMs, toInstant, type Instant } from '#kernel/time.js';
import { AHEAD_MS } from './ahead.js';

/**
 * A moment of history. By `recorded` time: what this store held then, as it was known then. By `business` time: what had happened
 * up to then, as it is known now, late facts included.
 */
export interface Moment {
  readonly at: Instant | Position;
  readonly by: 'recorded' | 'business';
  /** As it was known when the store ended here; as it is known now where this is left out. */
  readonly knownTo?: Position;
}

/** @throws {InvalidRequest} for neither an instant nor a position, or a position by business time */
export function momentOf(at: string, by: string | undefined, name = 'asOf'): Moment {
  const wrong = (path: string, message: string): InvalidRequest => new InvalidRequest([{ path, message }]);
  if (by !== undefined && by !== 'recorded' && by !== 'business') throw wrong('by', 'must be recorded or business');
  if (/^\d{1,15}$/.test(at)) {
    if (by === 'business') throw wrong('by', 'must be recorded where a position is given');
    return { at: Number(at), by: 'recorded' };
  }
  try {
    return { at: toInstant(at), by: by ?? 'recorded' };
  } catch {
    throw wrong(name, 'must be an instant, 2026-03-01T00:00:00Z, or a position');
  }
}

/** What whoever asks often need not ask the store again. */
export interface Known {
  readonly head: Position;
  /** How far business time has come; undefined for nowhere. */
  readonly reached: Instant | undefined;
  /** Where instants of recorded time lie, as they were found before. */
  readonly positions: Map<Instant, Position>;
}

async function knownOf(store: EventStore): Promise<Known> {
  const [last] = await store.readStream(CALENDAR, { backwards: true, limit: 1 });
  return { head: await store.head(), reached: reachedBy(last), positions: new Map() };
}

/** How far business time has come by the newest fact of the calendar. */
export const reachedBy = (last: Recorded | undefined): Instant | undefined =>
  last === undefined ? undefined : String(last.data['to']);

const POSITIONS_KEPT = 1_000;

/** A store as it was at a moment. It is read only; positions are those of the store. */
export class Past extends EventStore {
  override readonly stride: number;
  override readonly beginning: Position;

  private constructor(
    private readonly store: EventStore,
    /** Nothing behind it is seen. */
    readonly upTo: Position,
    /** The latest that may have happened; undefined where only the position counts. */
    readonly until: Instant | undefined,
  ) {
    super();
    this.stride = store.stride;
    this.beginning = store.beginning;
  }

  /** @throws {InvalidRequest} for a moment that has not come */
  static async at(
    store: EventStore,
    { at, by, knownTo = Infinity }: Moment,
    now: Instant,
    known?: Known,
  ): Promise<Past> {
    const { head, reached, positions } = known ?? (await knownOf(store));
    if (typeof at === 'number') {
      if (at > head) throw notYet(`${at} lies behind the newest fact, ${head}`);
      return new Past(store, Math.min(at, knownTo), undefined);
    }
    if (by === 'recorded') {
      if (at > now && at > plusMs(now, AHEAD_MS)) throw notYet(`it is ${now}`);
      const found = positions.get(at) ?? (await positionAt(store, at, head));
      if (found < head) remember(positions, at, found); // what comes later was recorded later
      return new Past(store, Math.min(found, knownTo), undefined);
    }
    if (reached === undefined || at > reached) throw notYet(`business time has reached ${reached ?? 'nothing'} only`);
    return new Past(store, Math.min(head, knownTo), at);
  }

  get storeId(): string {
    return this.store.storeId;
  }

  /** True of a fact that is a part of it. A policy counts from when it is in force, whenever it was published. */
  holds({ position, occurredAt, type, data }: Recorded): boolean {
    if (position > this.upTo || this.until === undefined) return position <= this.upTo;
    if (type === PolicyPublished.type) return String(data['effectiveFrom']) <= this.until;
    if (type === ClockAdvanced.type || type === ClockFixed.type) return String(data['to']) <= this.until;
    return occurredAt <= this.until;
  }

  override append(): never {
    throw new StoreUnavailable('The past cannot be appended to.');
  }

  override async readStream(stream: string, options: ReadStream = {}): Promise<readonly Recorded[]> {
    const { from, limit = Infinity, backwards = false } = options;
    const facts = (await this.store.readStream(stream)).filter((fact) => this.holds(fact));
    if (!backwards) return facts.filter(({ revision }) => revision >= (from ?? 0)).slice(0, limit);
    return facts
      .filter(({ revision }) => revision <= (from ?? Infinity))
      .slice(-limit)
      .reverse();
  }

  override async *readAll(options: ReadAll = {}): AsyncGenerator<Batch> {
    const upTo = Math.min(options.upTo ?? Infinity, this.upTo);
    for await (const { facts, position } of this.store.readAll({ ...options, upTo })) yield this.batch(facts, position);
  }

  // eslint-disable-next-line require-yield -- it says so instead of waiting for what will never come
  override async *follow(): AsyncGenerator<Batch> {
    throw new StoreUnavailable('The past is not followed.');
  }

  override get portions(): Portions | undefined {
    const { portions } = this.store;
    if (portions === undefined) return undefined;
    return {
      count: () => portions.count(),
      next: (after, facts) => portions.next(after, facts),
      byStream: (portion, options = {}) => this.byStream(portions, portion, options),
    };
  }

  override async head(): Promise<Position> {
    return this.upTo;
  }

  override async markAt(position: Position): Promise<string | undefined> {
    return position > this.upTo ? undefined : this.store.markAt(position);
  }

  override async close(): Promise<void> {
    // the store is closed by whoever opened it
  }

  private async *byStream(portions: Portions, portion: Portion, options: Pick<ReadAll, 'upTo' | 'skip'>) {
    const upTo = Math.min(options.upTo ?? Infinity, this.upTo);
    for await (const facts of portions.byStream(portion, { ...options, upTo })) yield this.held(facts);
  }

  private batch(facts: readonly Recorded[], position: Position): Batch {
    return { facts: this.held(facts), position };
  }

  private held(facts: readonly Recorded[]): readonly Recorded[] {
    return this.until === undefined ? facts : facts.filter((fact) => this.holds(fact));
  }
}

const notYet = (why: string): InvalidRequest => new InvalidRequest([{ path: 'asOf', message: `has not come: ${why}` }]);

function remember(positions: Known['positions'], at: Instant, found: Position): void {
  if (positions.size >= POSITIONS_KEPT) positions.clear();
  positions.set(at, found);
}

/** The last position taken up to an instant, by halving: what the store took later stands behind, but for a clock set back. */
async function positionAt(store: EventStore, at: Instant, head: Position): Promise<Position> {
  let [low, high] = [0, head];
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2);
    const first = await firstBehind(store, middle - 1, high);
    if (first === undefined || first.recordedAt > at) high = middle - 1;
    else low = first.position;
  }
  return low;
}

async function firstBehind(store: EventStore, after: Position, upTo: Position): Promise<Recorded | undefined> {
  for await (const { facts } of store.readAll({ after, upTo, batch: 1 })) if (facts[0] !== undefined) return facts[0];
  return undefined;
}
