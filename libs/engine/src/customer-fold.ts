import type { Fact, Position, Recorded } from '#kernel/fact.js';
import type { Json, Stored } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { DocumentFold, type Documentary, type InHand } from './document-fold.js';
import { TimerHeap } from './heap.js';
import type { Passing } from './passing.js';
import type { References } from './references.js';
import { handlerOf, Wanting, type Wanted } from './wanting.js';

const NONE: InHand = { doc: null, position: 0, due: null };

/** The documents of one customer, and when time changes them. */
class InMemory implements Documentary {
  held = new Map<string, InHand>();
  private readonly timers = new TimerHeap();

  get(key: string): InHand {
    return this.held.get(key) ?? NONE;
  }

  set(key: string, doc: Json | null, position: Position, due: Instant | null): void {
    if (due !== null && due !== this.held.get(key)?.due) this.timers.push(due, key);
    this.held.set(key, { doc, position, due });
  }

  /** When the next timer fires. */
  get due(): Instant | undefined {
    for (let first = this.timers.first; first !== undefined; first = this.timers.first) {
      const [due, key] = first;
      if (this.held.get(key)?.due === due) return due;
      this.timers.pop(due); // it was overtaken
    }
    return undefined;
  }

  /** Takes out a document whose timer fires up to `until`. */
  next(until: Instant): string | undefined {
    const { due } = this;
    return due === undefined || due > until ? undefined : this.timers.pop(until)?.[1];
  }

  clear(): void {
    // a new one: V8 links a map that was cleared to what comes after it, and all of it outlives the young generation
    if (this.held.size > 0) this.held = new Map();
    this.timers.clear();
  }
}

/** A fact that could not be folded, and whose documents stand still for it. */
export interface Stuck {
  readonly recorded: Recorded;
  readonly error: unknown;
  readonly customerId: string;
}

/**
 * One projection at work on one customer after the other, each from their first fact to the last. Time passes for a document
 * when something is due in it, not at every tick of the clock; it sees the same facts at the same times.
 */
export class CustomerFold {
  readonly wanting: Wanting;
  private readonly documents = new InMemory();
  private readonly folding: DocumentFold;
  /** Steps that concern every document, whatever is due in it. */
  private readonly telling: readonly number[];
  private readonly isTimed: boolean;
  private customerId = '';
  private stuckAt = Infinity;
  /** Steps that were passed, and how many of `telling` are among them. */
  private passed = 0;
  private told = 0;
  private stuck: Stuck[] = [];

  constructor(
    readonly projection: AnyProjection,
    private readonly references: References,
    private readonly passing: Passing,
  ) {
    this.wanting = new Wanting(projection);
    this.folding = new DocumentFold(projection, references, this.documents);
    this.isTimed = projection.timers !== undefined;
    this.telling = passing.telling(projection);
  }

  begin(customerId: string): void {
    this.customerId = customerId;
    this.stuckAt = Infinity;
    this.passed = this.told = 0;
    this.folding.clock = EARLIEST;
  }

  /** True where the customer's documents stand still: the fact is not to be read for them. */
  isStuckAt(position: Position): boolean {
    return position >= this.stuckAt;
  }

  take(wanted: Wanted, recorded: Recorded): void {
    if (this.isTimed || this.telling.length > 0) this.pass(this.passing.before(recorded.position));
    if (this.isStuckAt(recorded.position)) return;
    try {
      this.folding.fold(wanted, recorded.position);
    } catch (error) {
      this.standStill(recorded, error, this.customerId);
    }
  }

  /** The customer's documents stand still there. */
  standStill(recorded: Recorded, error: unknown, customerId: string): void {
    this.stuck.push({ recorded, error, customerId });
    if (customerId !== '' && customerId === this.customerId) this.stuckAt = Math.min(this.stuckAt, recorded.position);
  }

  /** The customer's documents as they are in the end, added to those that are to be written; and what could not be folded. */
  end(made: Stored[]): readonly Stuck[] {
    const { documents } = this;
    if (documents.held.size > 0) {
      this.pass(this.passing.steps.length);
      for (const [key, { doc, position, due }] of documents.held) made.push({ key, doc, position, due });
      documents.clear();
    }
    if (this.stuck.length === 0) return this.stuck;
    const { stuck } = this;
    this.stuck = [];
    return stuck;
  }

  /** Time passes, and what concerns everybody happens, up to a step. */
  private pass(upTo: number): void {
    if (upTo <= this.passed) return;
    const { steps } = this.passing;
    while (this.documents.held.size > 0) {
      const telling = this.telling[this.told] ?? Infinity;
      const { due } = this.documents;
      const at = Math.min(telling, due === undefined ? Infinity : this.passing.reaching(due, this.passed));
      if (at >= upTo) break;
      if (at === telling) this.told += 1;
      this.passed = at + 1;
      this.happen(at, at === telling);
    }
    this.passed = upTo;
    while ((this.telling[this.told] ?? Infinity) < upTo) this.told += 1;
    this.folding.clock = steps[upTo - 1]?.clock ?? EARLIEST;
  }

  private happen(at: number, tells: boolean): void {
    const step = this.passing.steps[at];
    if (step === undefined) return;
    const { recorded, clock, isTick, reschedules } = step;
    this.folding.clock = clock;
    if (isTick) this.fireDue(recorded);
    if (!tells) return;
    if (reschedules && this.isTimed) {
      this.changeAll(recorded, (key) => this.folding.reschedule(key, recorded.position));
      this.fireDue(recorded);
    }
    const fact = this.broadcastBy(recorded);
    if (fact !== undefined) this.changeAll(recorded, (key) => this.folding.broadcast(key, fact, recorded.position));
  }

  private broadcastBy({ type, position }: Recorded): Fact | undefined {
    if (handlerOf(this.projection.broadcast, type) === undefined) return undefined;
    return this.references.at(type, position);
  }

  private fireDue(recorded: Recorded): void {
    const { documents, folding } = this;
    for (let key = documents.next(folding.clock); key !== undefined; key = documents.next(folding.clock)) {
      this.guarded(key, recorded, (due) => folding.fired(due, folding.clock, recorded.position));
    }
  }

  private changeAll(recorded: Recorded, change: (key: string) => void): void {
    for (const key of [...this.documents.held.keys()]) this.guarded(key, recorded, change);
  }

  /** A document whose own timer or broadcast fails waits, as one whose fact cannot be folded does. */
  private guarded(key: string, recorded: Recorded, change: (key: string) => void): void {
    try {
      change(key);
    } catch (error) {
      const { doc, position } = this.documents.get(key);
      this.documents.set(key, doc, position, null);
      this.standStill(recorded, error, String(doc?.['customerId'] ?? ''));
    }
  }
}
