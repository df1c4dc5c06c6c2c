import type { Recorded } from '#kernel/fact.js';
import type { Json, Stored } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { CustomersFold, PortionFold } from './customers-fold.js';
import { Nowhere } from './nowhere.js';
import { Parking } from './parking.js';
import { Passing } from './passing.js';
import type { FactReader } from './reader.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import type { Turns } from './turns.js';

/** Facts folded between two turns of others. */
const BATCH = 250;

/** Documents that are handed over to be looked at, and kept nowhere. */
class LookedAt extends Nowhere {
  docs: Json[] = [];

  override add(made: readonly Stored[]): Promise<void> {
    for (const { doc } of made) if (doc !== null) this.docs.push(doc);
    return Promise.resolve();
  }
}

/** What read models that go by customer say of one customer after the other; folded in memory, as a build folds them. */
export class CustomerDocuments {
  private readonly models: readonly LookedAt[];
  private readonly parts: readonly PortionFold[];
  private readonly folding: CustomersFold;

  /** @param shared  Facts that concern everybody, in the order of the log. */
  constructor(
    projections: readonly AnyProjection[],
    shared: readonly Recorded[],
    references: References,
    registry: Registry,
    reader: FactReader,
  ) {
    const passing = new Passing(shared, references);
    this.models = projections.map(({ name, version }) => new LookedAt(name, version));
    this.parts = projections.map((projection, index) => {
      const model = this.models[index] as LookedAt;
      return new PortionFold({ projection, model, parking: Parking.ofBuild() }, references, passing);
    });
    this.folding = new CustomersFold(this.parts, registry, reader);
  }

  /** By read model. @param own  All facts of the customer's stream. */
  async of(own: readonly Recorded[], turns: Turns): Promise<ReadonlyMap<string, readonly Json[]>> {
    for (let start = 0; start < own.length; start += BATCH) {
      await this.folding.take(own.slice(start, start + BATCH));
      await turns.next();
    }
    await this.folding.endPortion();
    for (const part of this.parts) await part.handOver();
    return new Map(
      this.models.map((model) => {
        const { docs } = model;
        model.docs = [];
        return [model.name, docs] as const;
      }),
    );
  }
}
