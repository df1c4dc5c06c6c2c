import type { Fact, Position, Recorded } from '#kernel/fact.js';
import type { Checkpoint, Json, ReadModel } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { ClockAdvanced, ClockFixed, PolicyPublished } from '#kernel/system.events.js';
import type { Instant } from '#kernel/time.js';
import { DocumentFold } from './document-fold.js';
import { Documents } from './documents.js';
import type { Incoming } from './incoming.js';
import type { Parking } from './parking.js';
import { gatheredOf } from './read-side.js';
import type { References } from './references.js';
import type { AnyMeasurement } from './registry.js';
import { handlerOf, Wanting, type Wanted } from './wanting.js';

const PAGE = 5_000;
/** What is held of one read model while it follows; while it is built, when nothing else is, it may hold more. */
const HELD_DOCUMENTS = 3_000;
const HELD_IN_BUILD = 60_000;
/** What is folded again at most after a kill, though few documents changed: about a second's work; of a build some seconds'. */
const UNWRITTEN_FACTS = 50_000;
const UNWRITTEN_IN_BUILD = 250_000;

const TIMELY: ReadonlySet<string> = new Set([ClockAdvanced.type, ClockFixed.type, PolicyPublished.type]);

/** One projection at work on one build of its read model. Facts come in order, in batches of any size. */
export class ProjectionRun {
  private readonly documents: Documents;
  private readonly folding: DocumentFold;
  private readonly wanting: Wanting;
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
    private readonly mostUnwritten = UNWRITTEN_FACTS,
  ) {
    this.documents = new Documents(model, mostHeld);
    this.folding = new DocumentFold(projection, references, this.documents);
    this.wanting = new Wanting(projection);
  }

  static async open(
    projection: AnyProjection,
    model: ReadModel,
    references: References,
    parking: Parking,
    building = false,
  ): Promise<ProjectionRun> {
    const [held, unwritten] = building ? [HELD_IN_BUILD, UNWRITTEN_IN_BUILD] : [HELD_DOCUMENTS, UNWRITTEN_FACTS];
    const run = new ProjectionRun(projection, model, references, parking, held, unwritten);
    await run.resume();
    if (run.written === 0) run.documents.storeIsEmpty();
    return run;
  }

  /** At work on one customer in memory, apart from the others. */
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
    run.folding.clock = this.folding.clock;
    run.reached = this.reached;
    return run;
  }

  /** Everything up to here is folded in and written. */
  get position(): Position {
    return this.written;
  }

  /** Business time as far as it has passed. */
  get clock(): Instant {
    return this.folding.clock;
  }

  /** Everything up to here is folded in. */
  get folded(): Position {
    return this.reached;
  }

  /** Goes back to what was written, as after a failed write. */
  async resume(): Promise<void> {
    this.documents.clear();
    ({ position: this.reached, clock: this.folding.clock } = await this.model.checkpoint());
    this.written = this.stored = this.reached;
  }

  /** Does something with it; where that fails, it goes back to what was written. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.resume();
      throw error;
    }
  }

  /** Folds the facts behind its position; writes the documents they changed when more than `unwritten` are. */
  async apply(batch: readonly Incoming[], upTo: Position, unwritten = 0): Promise<void> {
    await this.fold(batch, upTo);
    this.passed += batch.length;
    const far = this.passed > this.mostUnwritten;
    if (unwritten === 0 || far || this.documents.changed > unwritten) await this.write();
    if (far) await this.note();
  }

  /** All documents of a portion by their keys. */
  documentsNow(): ReadonlyMap<string, Json> {
    return new Map(this.documents.current());
  }

  /** Goes through all documents in key order, as they are folded; what is not written yet is, where not all of them are held. */
  async gather(measurement: AnyMeasurement): Promise<unknown> {
    if (!this.documents.areAllHeld) {
      await this.write();
      return gatheredOf(measurement, this.model);
    }
    const gathered = measurement.gather();
    for (const [, doc] of [...this.documents.current()].sort(byKey)) measurement.add(gathered, doc);
    return gathered;
  }

  /** Folds the facts behind its position, and writes nothing. */
  async fold(batch: readonly Incoming[], upTo: Position): Promise<void> {
    if (upTo <= this.reached) return;
    const [facts, wanted] = await this.freshIn(batch);
    await this.documents.pin(wanted.flatMap((found) => (found === undefined ? [] : keysIn(found))));
    for (const [at, recorded] of facts.entries()) {
      const found = wanted[at];
      if (found !== undefined && !this.parking.has(this.projection.name, found.fact.customerId, recorded.position)) {
        const parked = this.foldInto(found, recorded);
        if (parked !== undefined) await parked;
      }
      if (this.isOfAll(recorded.type)) await this.passTime(recorded, found?.fact);
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

  /** Those behind its position that change something here, and what is wanted of each; one that cannot be read parks its customer. */
  private async freshIn(batch: readonly Incoming[]): Promise<readonly [Recorded[], (Wanted | undefined)[]]> {
    const { projection, parking, wanting } = this;
    const facts: Recorded[] = [];
    const wanted: (Wanted | undefined)[] = [];
    for (const incoming of batch) {
      const { recorded } = incoming;
      if (recorded.position <= this.reached || !wanting.concerns(incoming)) continue;
      let found: Wanted | undefined;
      if (!parking.has(projection.name, incoming.customerId)) {
        try {
          const reading = wanting.read(incoming);
          found = reading instanceof Promise ? await reading : reading;
        } catch (error) {
          await parking.park(projection.name, recorded, error);
        }
      }
      if (found === undefined && !this.isOfAll(recorded.type)) continue;
      facts.push(recorded);
      wanted.push(found);
    }
    return [facts, wanted];
  }

  private foldInto(wanted: Wanted, recorded: Recorded): Promise<void> | undefined {
    try {
      this.folding.fold(wanted, recorded.position);
      return undefined;
    } catch (error) {
      return this.parking.park(this.projection.name, recorded, error);
    }
  }

  /** True where time passes by it, or documents are changed that are not its own. */
  private isOfAll(type: string): boolean {
    return TIMELY.has(type) || handlerOf(this.projection.broadcast, type) !== undefined;
  }

  /** What calendar, policy and population facts do to documents that are not theirs. */
  private async passTime(recorded: Recorded, fact: Fact | undefined): Promise<void> {
    const { type, position, data } = recorded;
    if (type === ClockAdvanced.type || type === ClockFixed.type) {
      const from = this.folding.clock;
      this.folding.clock = String(data['to']);
      await this.fireDue(recorded);
      if (this.references.changesBetween(from, this.folding.clock, position)) await this.rescheduleAll(recorded);
    } else if (type === PolicyPublished.type && String(data['effectiveFrom']) <= this.folding.clock) {
      await this.rescheduleAll(recorded);
    }
    if (handlerOf(this.projection.broadcast, type) === undefined) return;
    const read = fact?.data === undefined ? this.references.at(type, position) : fact;
    if (read === undefined) return;
    await this.changeAll((key) => this.folding.broadcast(key, read, position), recorded);
  }

  private async fireDue(recorded: Recorded): Promise<void> {
    if (this.projection.timers === undefined) return;
    for (;;) {
      const keys = await this.documents.due(this.folding.clock, PAGE);
      for (const key of keys) {
        try {
          this.folding.fired(key, this.folding.clock, recorded.position);
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

  /** A policy came into force: what each document waits for may have moved. */
  private async rescheduleAll(recorded: Recorded): Promise<void> {
    if (this.projection.timers !== undefined) {
      await this.changeAll((key) => this.folding.reschedule(key, recorded.position), recorded);
    }
    await this.fireDue(recorded);
  }

  /** Changes every document that this fact has not changed already. */
  private async changeAll(change: (key: string) => void, recorded: Recorded): Promise<void> {
    for await (const keys of this.documents.all(this.checkpoint(), PAGE)) {
      for (const key of keys) {
        try {
          change(key);
        } catch (error) {
          await this.standStill(key, recorded, error);
        }
      }
    }
  }

  private checkpoint(): Checkpoint {
    const reached = { position: this.reached, clock: this.folding.clock };
    if (!this.parking.isOfBuild) return reached;
    return { ...reached, progress: { parked: this.parking.of(this.projection.name) } };
  }
}

const byKey = ([left]: readonly [string, Json], [right]: readonly [string, Json]): number => (left < right ? -1 : 1);

const keysIn = ({ keys, everyKeys }: Wanted): readonly string[] =>
  everyKeys.length === 0 ? keys : [...keys, ...everyKeys];
