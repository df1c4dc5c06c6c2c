import { DefinitionError } from '#kernel/errors.js';
import { customerOf, type Position, type Recorded } from '#kernel/fact.js';
import { StaleDocument, type Stored } from '#kernel/ports/read-models.js';
import type { Instant } from '#kernel/time.js';
import type { Build } from './build.js';
import { CustomerFold } from './customer-fold.js';
import { Incoming } from './incoming.js';
import type { Passing } from './passing.js';
import type { FactReader } from './reader.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import { progressWith, type BuildProgress, type FoldedPortion } from './resuming.js';

/** Documents that are handed over together: few, as what lives on while others are made costs its collection. */
const TOGETHER = 32;

/** One projection of those that are built customer by customer, and where its documents are written. */
export class PortionFold {
  readonly fold: CustomerFold;
  private made: Stored[] = [];

  constructor(
    private readonly build: Build,
    references: References,
    passing: Passing,
  ) {
    this.fold = new CustomerFold(build.projection, references, passing);
  }

  /** True where the customers before had so much that it is time to write. */
  endCustomer(): boolean {
    const { projection, parking } = this.build;
    for (const { recorded, error, customerId } of this.fold.end(this.made)) {
      parking.note(projection.name, recorded, error, customerId);
    }
    return this.made.length >= TOGETHER;
  }

  /** Hands over the documents that were made. @throws {DefinitionError} where two customers have the same document */
  async handOver(): Promise<void> {
    const { made } = this;
    this.made = [];
    if (made.length > 0) await this.guarded(() => this.build.model.add(made));
  }

  /** What was handed over stays, with what the build has now. */
  async keep(folded: FoldedPortion): Promise<void> {
    const { projection, model, parking } = this.build;
    await this.handOver();
    const parked = parking.of(projection.name);
    await this.guarded(() => model.keep((noted) => ({ ...progressWith(noted, folded, parked) })));
  }

  /** All customers are in it, so that it holds everything up to a position. @throws {DefinitionError} as `handOver` */
  async finish(position: Position, clock: Instant): Promise<void> {
    const { model } = this.build;
    const { parked = [] } = ((await model.checkpoint()).progress ?? {}) as Partial<BuildProgress>;
    await model.write([], { position, clock, progress: { parked } });
    await this.guarded(() => model.index());
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StaleDocument)) throw error;
      const { name } = this.build.projection;
      const said = `${name} says that it goes by customer, but several change its document ${error.key}.`;
      throw new DefinitionError(said, { cause: error });
    }
  }
}

/** Folds the facts of one customer after the other into several projections. */
export class CustomersFold {
  private stream: string | undefined;
  private readonly concerned = new Map<string, readonly CustomerFold[]>();

  constructor(
    private readonly parts: readonly PortionFold[],
    private readonly registry: Registry,
    private readonly reader: FactReader,
  ) {}

  /** Takes facts stream by stream, each from its first one on. */
  async take(facts: readonly Recorded[]): Promise<void> {
    for (const recorded of facts) {
      if (recorded.stream !== this.stream) await this.begin(recorded.stream);
      const incoming = new Incoming(recorded, this.registry, this.reader);
      // a type that nobody knows is parked wherever it stands
      if (incoming.customerId === '' && incoming.known) continue;
      for (const fold of this.concernedBy(incoming)) {
        if (fold.isStuckAt(recorded.position)) continue;
        try {
          const reading = fold.wanting.read(incoming);
          const wanted = reading instanceof Promise ? await reading : reading;
          if (wanted !== undefined) fold.take(wanted, recorded);
        } catch (error) {
          fold.standStill(recorded, error, incoming.customerId);
        }
      }
    }
  }

  /** The last customer is whole. */
  async endPortion(): Promise<void> {
    await this.end();
    this.stream = undefined;
  }

  private async begin(stream: string): Promise<void> {
    await this.end();
    this.stream = stream;
    for (const { fold } of this.parts) fold.begin(customerOf(stream));
  }

  private async end(): Promise<void> {
    for (const part of this.parts) if (part.endCustomer()) await part.handOver();
  }

  private concernedBy(incoming: Incoming): readonly CustomerFold[] {
    const { type } = incoming.recorded;
    let folds = this.concerned.get(type);
    if (folds === undefined) {
      folds = this.parts.map(({ fold }) => fold).filter(({ wanting }) => wanting.concerns(incoming));
      this.concerned.set(type, folds);
    }
    return folds;
  }
}
