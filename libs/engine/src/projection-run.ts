import { DefinitionError } from '#kernel/errors.js';
import type { Fact, Position, Recorded } from '#kernel/fact.js';
import { StaleDocument, type Checkpoint, type Json, type ReadModel } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { ClockAdvanced, ClockFixed, PolicyPublished } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { FoldContext } from './context.js';
import { Documents } from './documents.js';
import type { Incoming } from './incoming.js';
import type { Parking } from './parking.js';
import type { References } from './references.js';
import { handlerOf, Wanting, type Wanted } from './wanting.js';

const PAGE = 5_000;
/** What is held of one read model while it follows; while it is built, when nothing else is, it may hold more. */
const HELD_DOCUMENTS = 3_000;
const HELD_IN_BUILD = 60_000;
/** What is folded again at most after a kill, though few documents changed: about a second's work. */
const UNWRITTEN_FACTS = 50_000;

/** One projection at work on one build of its read model. Facts come in order, in batches of any size. */
export class ProjectionRun {
  private readonly documents: Documents;
  private readonly context: FoldContext;
  private readonly wanting: Wanting;
  /** Business time as far as it has passed. */
  clock: Instant = EARLIEST;
  private reached: Position = 0;
  private written: Position = 0;
  private stored: Position = 0;
  /** Handed over since documents were written, wanted or not; positions do not count facts in every store. */
  private passed = 0;

  private constructor(
    readonly projection: AnyProjection,
    readonly model: ReadModel,
    private readonly references: References,
    private readonly parking: Parking,
    mostHeld: number,
  ) {
    this.documents = new Documents(model, mostHeld);
    this.context = new FoldContext(references);
    this.wanting = new Wanting(projection, parking);
  }

  static async open(
    projection: AnyProjection,
    model: ReadModel,
    references: References,
    parking: Parking,
    building = false,
  ): Promise<ProjectionRun> {
    const mostHeld = building ? HELD_IN_BUILD : HELD_DOCUMENTS;
    const run = new ProjectionRun(projection, model, references, parking, mostHeld);
    await run.resume();
    if (run.written === 0) run.documents.storeIsEmpty();
    return run;
  }

  /** At work on some customers in memory, apart from the others; `handIn` writes their documents, once. */
  static ofPortion(
    projection: AnyProjection,
    model: ReadModel,
    references: References,
    parking: Parking,
  ): ProjectionRun {
    const run = new ProjectionRun(projection, model, references, parking, Infinity);
    run.documents.storeIsEmpty();
    return run;
  }

  /** The same portion as it is now, to be folded on apart from this one. */
  fork(): ProjectionRun {
    const { projection, model, references, parking } = this;
    const run = ProjectionRun.ofPortion(projection, model, references, parking.copied());
    run.documents.take(this.documents);
    run.clock = this.clock;
    run.reached = this.reached;
    return run;
  }

  /** Everything up to here is folded in and written. */
  get position(): Position {
    return this.written;
  }

  /** Everything up to here is folded in. */
  get folded(): Position {
    return this.reached;
  }

  /** Goes back to what was written, as after a failed write. */
  async resume(): Promise<void> {
    this.documents.clear();
    ({ position: this.reached, clock: this.clock } = await this.model.checkpoint());
    this.written = this.stored = this.reached;
  }

  /** Folds the facts behind its position; writes the documents they changed when more than `unwritten` are. */
  async apply(batch: readonly Incoming[], upTo: Position, unwritten = 0): Promise<void> {
    await this.fold(batch, upTo);
    this.passed += batch.length;
    const far = this.passed > UNWRITTEN_FACTS;
    if (unwritten === 0 || far || this.documents.changed > unwritten) await this.write();
    if (far) await this.note();
  }

  /** All documents of a portion by their keys. */
  documentsNow(): ReadonlyMap<string, Json> {
    return new Map(this.documents.current());
  }

  /** Writes the documents of a portion; the build is at its beginning until the last one is there. */
  async handIn(): Promise<void> {
    try {
      await this.documents.write({ position: 0, clock: EARLIEST });
    } catch (error) {
      if (!(error instanceof StaleDocument)) throw error;
      const said = `${this.projection.name} says that it goes by customer, but several change its document ${error.key}.`;
      throw new DefinitionError(said, { cause: error });
    }
  }

  /** Folds the facts behind its position, and writes nothing. */
  async fold(batch: readonly Incoming[], upTo: Position): Promise<void> {
    if (upTo <= this.reached) return;
    const fresh = batch.filter(
      (incoming) => incoming.recorded.position > this.reached && this.wanting.concerns(incoming),
    );
    const wanted = await this.wanting.of(fresh);
    await this.documents.pin([...wanted.values()].flatMap(({ keys, everyKeys }) => [...keys, ...everyKeys]));
    for (const { recorded } of fresh) {
      const found = wanted.get(recorded);
      if (found !== undefined && !this.parking.has(this.projection.name, found.fact.customerId, recorded.position)) {
        await this.foldInto(found, recorded);
      }
      await this.passTime(recorded, found?.fact);
      this.reached = recorded.position;
    }
    this.documents.unpin();
    this.reached = upTo;
  }

  /**
   * Writes what was folded. Where no document changed there is nothing to lose: how far it came is written with the next
   * change, or by `note`.
   */
  async write(): Promise<void> {
    if (this.documents.changed > 0) {
      await this.documents.write(this.checkpoint());
      this.stored = this.reached;
      this.documents.evict();
    }
    this.written = this.reached;
    this.passed = 0;
  }

  /** Writes how far it came, for readers in other processes and for the next start. */
  async note(): Promise<void> {
    if (this.stored === this.written) return;
    await this.documents.write(this.checkpoint());
    this.stored = this.written = this.reached;
  }

  private async foldInto({ fact, keys, everyKeys }: Wanted, recorded: Recorded): Promise<void> {
    try {
      const [only] = keys;
      if (only !== undefined && keys.length === 1 && everyKeys.length === 0) this.foldOne(only, fact, recorded);
      else this.foldAll(fact, keys, everyKeys, recorded);
    } catch (error) {
      await this.parking.park(this.projection.name, recorded, error);
    }
  }

  private foldOne(key: string, fact: Fact, { position }: Recorded): void {
    const { projection, documents } = this;
    if (documents.get(key).position >= position) return;
    const doc: unknown = this.fired(key, fact.occurredAt, position) ?? projection.initial(key);
    const context = this.context.turnTo(fact.occurredAt, position, fact.metadata.policies);
    const changed = handlerOf(projection.on, fact.type)?.(doc, fact, context) ?? null;
    this.put(key, changed as Json | null, position, fact.occurredAt);
    this.fired(key, this.clock, position);
  }

  /** All documents of a fact, or none where one of them cannot be folded. */
  private foldAll(fact: Fact, keys: readonly string[], everyKeys: readonly string[], { position }: Recorded): void {
    const { projection, documents } = this;
    const changed = new Map<string, Json | null>();
    for (const [index, key] of [...everyKeys, ...keys].entries()) {
      if (!changed.has(key) && documents.get(key).position >= position) continue;
      const before = changed.has(key) ? changed.get(key) : this.fired(key, fact.occurredAt, position);
      const doc: unknown = before ?? projection.initial(key);
      const fold = index < everyKeys.length ? projection.every?.fold : handlerOf(projection.on, fact.type);
      this.context.turnTo(fact.occurredAt, position, fact.metadata.policies);
      changed.set(key, (fold?.(doc, fact, this.context) ?? null) as Json | null);
    }
    for (const [key, doc] of changed) this.put(key, doc, position, fact.occurredAt);
    for (const key of changed.keys()) this.fired(key, this.clock, position);
  }

  /** What calendar, policy and population facts do to documents that are not theirs. */
  private async passTime(recorded: Recorded, fact: Fact | undefined): Promise<void> {
    const { type, position, data } = recorded;
    if (type === ClockAdvanced.type || type === ClockFixed.type) {
      const from = this.clock;
      this.clock = String(data['to']);
      await this.fireDue(recorded);
      if (this.references.changesBetween(from, this.clock, position)) await this.rescheduleAll(recorded);
    } else if (type === PolicyPublished.type && String(data['effectiveFrom']) <= this.clock) {
      await this.rescheduleAll(recorded);
    }
    const broadcast = handlerOf(this.projection.broadcast, type);
    if (broadcast === undefined) return;
    const read = fact?.data === undefined ? this.references.at(type, position) : fact;
    if (read === undefined) return;
    await this.changeAll((doc) => broadcast(doc, read, this.context.turnTo(read.occurredAt, position + 1)), recorded);
  }

  private async fireDue(recorded: Recorded): Promise<void> {
    if (this.projection.timers === undefined) return;
    for (;;) {
      const keys = await this.documents.due(this.clock, PAGE);
      for (const key of keys) {
        try {
          this.fired(key, this.clock, recorded.position);
        } catch (error) {
          await this.standStill(key, recorded, error);
        }
      }
      if (keys.length < PAGE) return;
      if (this.documents.areAllHeld) continue;
      await this.documents.write(this.checkpoint());
      this.documents.evict();
    }
  }

  /** A document whose own timer or broadcast fails waits, as one whose fact cannot be folded does. */
  private async standStill(key: string, recorded: Recorded, error: unknown): Promise<void> {
    const { doc, position } = this.documents.get(key);
    this.documents.set(key, doc, position, null);
    await this.parking.park(this.projection.name, recorded, error, String(doc?.['customerId'] ?? ''));
  }

  /** The document after its timers up to `until` fired. */
  private fired(key: string, until: Instant, position: Position): Json | null {
    const { timers } = this.projection;
    const held = this.documents.get(key);
    while (timers !== undefined && held.doc !== null && held.due !== null && held.due <= until) {
      const due = held.due;
      // the fact at `position` may be the very policy that made it due
      const doc = timers.fire(held.doc, due, this.context.turnTo(due, position + 1)) as Json | null;
      this.put(key, doc, position, due);
      if (held.due !== null && held.due <= due) {
        throw new DefinitionError(`${this.projection.name}: the timer of ${key} stays at ${due}.`);
      }
    }
    return held.doc;
  }

  private put(key: string, doc: Json | null, position: Position, at: Instant): void {
    this.documents.set(key, doc, position, this.dueOf(doc, position, at));
  }

  private dueOf(doc: Json | null, position: Position, at: Instant): Instant | null {
    const { timers } = this.projection;
    const asOf = at > this.clock ? at : this.clock;
    return doc === null || !timers ? null : timers.due(doc, this.context.turnTo(asOf, position + 1));
  }

  /** A policy came into force: what each document waits for may have moved. */
  private async rescheduleAll(recorded: Recorded): Promise<void> {
    if (this.projection.timers !== undefined) await this.changeAll((doc) => doc, recorded);
    await this.fireDue(recorded);
  }

  /** Changes every document that this fact has not changed already. */
  private async changeAll(change: (doc: Json) => unknown, recorded: Recorded): Promise<void> {
    const { position } = recorded;
    for await (const keys of this.documents.all(this.checkpoint(), PAGE)) {
      for (const key of keys) {
        const held = this.documents.get(key);
        if (held.doc === null || held.position >= position) continue;
        try {
          const doc = change(held.doc) as Json | null;
          const due = this.dueOf(doc, position, this.clock);
          if (doc !== held.doc) this.documents.set(key, doc, position, due);
          else if (due !== held.due) this.documents.set(key, doc, held.position, due);
        } catch (error) {
          await this.standStill(key, recorded, error);
        }
      }
    }
  }

  private checkpoint(): Checkpoint {
    return { position: this.reached, clock: this.clock };
  }
}
