import { customerStream, type Position, type Recorded } from '#kernel/fact.js';
import type { Clock } from '#kernel/ports/clock.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import type { Json, ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { CALENDAR, ClockAdvanced } from '#kernel/system.events.js';
import type { Instant } from '#kernel/time.js';
import { foldAnew, type Folded } from './building.js';
import { NotFound } from './errors.js';
import { Incoming } from './incoming.js';
import { OwnDocuments } from './own-documents.js';
import { Parking } from './parking.js';
import { Past, reachedBy, type Moment } from './past.js';
import { sharedStreams } from './partition-fold.js';
import type { Progress } from './projecting.js';
import type { FactReader } from './reader.js';
import { References } from './references.js';
import type { Registry } from './registry.js';
import { settled } from './settled.js';
import { specOf } from './read-side.js';

export interface AsOfDeps {
  readonly store: EventStore;
  readonly registry: Registry;
  readonly reader: FactReader;
  /** The outside's time, which no moment of recorded time lies behind. */
  readonly clock: Clock;
  /** Most facts folded in one go. */
  readonly batch?: number;
  /** See `ProjectorOptions`. */
  readonly parking?: () => Parking;
}

/** What concerns everybody, as it was at a moment. */
export interface Then {
  readonly past: Past;
  readonly references: References;
  readonly shared: readonly Recorded[];
}

/** What is the same for every question about a moment. */
interface Known {
  readonly id: string;
  readonly references: References;
  readonly shared: readonly Recorded[];
  /** Made when a customer is asked about. */
  ownDocuments?: OwnDocuments;
}

/** Answers as of a moment of history: the same folds over the facts of then. Nothing is written but to models given for it. */
export class AsOf {
  private shared: readonly Recorded[] = [];
  private reading: Promise<void> = Promise.resolve();
  private readonly revisions = new Map<string, number>();
  private readonly positions = new Map<Instant, Position>();
  /** Head of the store before they were read last. */
  private readTo = -1;
  /** Of the last question; the next one is often of the same moment. */
  private last: Known | undefined;

  constructor(private readonly deps: AsOfDeps) {}

  /**
   * A customer's own document in every read model, from their stream and the facts that concern everybody.
   *
   * @throws {NotFound} for a customer without facts then @throws {InvalidRequest} for a moment that has not come
   */
  async customer(customerId: string, moment: Moment): Promise<Readonly<Record<string, Json>>> {
    const then = await this.at(moment);
    const stream = await then.past.readStream(customerStream(customerId));
    if (stream.length === 0) throw new NotFound('customer', customerId.slice(0, 100), NOBODY[moment.by]);
    return this.ownDocuments(then.past).of(customerId, stream);
  }

  /**
   * A whole read model, folded into `empty` for as many questions as are asked of it.
   *
   * @throws {NotFound} @throws {InvalidRequest} for a moment that has not come
   */
  async model(name: string, moment: Moment, empty: ReadModels, progress?: Progress): Promise<ReadModel> {
    await this.models([name], moment, empty, progress);
    return empty.open(specOf(this.deps.registry, name));
  }

  /**
   * Several, in one pass over the facts of then, in the order of their names.
   *
   * @throws {NotFound} @throws {InvalidRequest} for a moment that has not come
   */
  async models(
    names: readonly string[],
    moment: Moment,
    empty: ReadModels,
    progress: Progress = () => undefined,
  ): Promise<readonly Folded[]> {
    const { registry, reader } = this.deps;
    const projections = names.map((name) => {
      specOf(registry, name);
      return registry.projections.get(name) as AnyProjection;
    });
    const { past, references, shared } = await this.at(moment);
    const all = await foldAnew({ ...this.deps, store: past, readModels: empty, references }, projections, progress);
    const last = shared.at(-1);
    for (const { run, model } of all) {
      if (last !== undefined && last.position > past.upTo) {
        await run.apply([new Incoming(last, registry, reader)], last.position); // the time since the last tick
        await run.note();
      }
      await empty.swap(model);
    }
    return all;
  }

  /** @throws {InvalidRequest} for a moment that has not come */
  async at(moment: Moment): Promise<Then> {
    const { store } = this.deps;
    const head = await store.head();
    this.reading = settled(this.reading).then(() => this.readShared(head));
    await this.reading;
    const last = this.shared.findLast(({ stream }) => stream === CALENDAR);
    const known = { head, reached: reachedBy(last), positions: this.positions };
    const past = await Past.at(store, moment, this.deps.clock.now(), known);
    const { references, shared } = this.known(past, moment.knownTo);
    if (past.until === undefined) return { past, references, shared };
    return { past, references, shared: [...shared, tick(past.until, past.upTo, store.storeId)] };
  }

  private known(past: Past, knownTo?: Position): Known {
    const id = `${past.until ?? past.upTo} ${knownTo ?? ''} ${this.shared.length}`;
    if (this.last?.id === id) return this.last;
    const shared = this.shared.filter((recorded) => past.holds(recorded));
    this.last = { id, references: References.of(this.deps.registry, shared), shared };
    return this.last;
  }

  private ownDocuments(past: Past): OwnDocuments {
    const { registry, reader, store } = this.deps;
    const known = this.known(past);
    if (known.ownDocuments !== undefined) return known.ownDocuments;
    const { references, shared } = known;
    // business time comes there behind every fact, also behind those that are appended while the same moment is asked about
    const passing = past.until === undefined ? shared : [...shared, tick(past.until, LAST, store.storeId)];
    known.ownDocuments = new OwnDocuments(registry, reader, references, passing);
    return known.ownDocuments;
  }

  /** Facts that concern everybody, as far as there are any now; what was read before is not read again. */
  private async readShared(head: Position): Promise<void> {
    const { store, registry } = this.deps;
    if (head <= this.readTo) return;
    const fresh: Recorded[] = [];
    for (const stream of sharedStreams(registry)) {
      const from = this.revisions.get(stream) ?? 0;
      const facts = await store.readStream(stream, { from });
      this.revisions.set(stream, from + facts.length);
      fresh.push(...facts);
    }
    if (fresh.length > 0)
      this.shared = [...this.shared, ...fresh].sort((left, right) => left.position - right.position);
    this.readTo = head;
  }
}

/** Whoever asks an imported history by recorded time, which is that of the import, is told of the other one. */
const NOBODY = {
  recorded: 'This store held nothing of them at that moment; by business time it may have happened.',
  business: 'Nothing of them had happened at that moment.',
} as const;

/** Of ticks of the clock with nothing between them the last says all: what is due in between fires at its own instants. */
export const withoutIdleTicks = (facts: readonly Recorded[]): readonly Recorded[] =>
  facts.filter(({ type }, at) => type !== ClockAdvanced.type || facts[at + 1]?.type !== type);

const LAST: Position = Number.MAX_SAFE_INTEGER - 2;

/** Business time comes as far as was asked for, between two ticks of the clock. */
const tick = (to: string, position: number, id: string): Recorded => ({
  ...{ id, type: ClockAdvanced.type, version: ClockAdvanced.version, occurredAt: to, recordedAt: to },
  data: { to, fixedAt: null },
  metadata: { commandId: 'as-of' },
  ...{ stream: 'as-of', revision: 0, position: position + 1 },
});
