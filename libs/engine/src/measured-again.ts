import type { Recorded } from '#kernel/fact.js';
import { FoldContext } from './context.js';
import { merged } from './building.js';
import { Incoming } from './incoming.js';
import { Nowhere } from './nowhere.js';
import { Parking } from './parking.js';
import { ProjectionRun } from './projection-run.js';
import type { FactReader } from './reader.js';
import type { AnyMeasurement, Registry } from './registry.js';
import { SPREAD, spread, type Supposed, type Supposition } from './supposed.js';
import type { Turns } from './turns.js';
import { typesOf } from './unwanted.js';

/** Facts folded between two turns of others. */
const BATCH = 250;

/** What was gathered for one published fact so far. */
interface Taking {
  readonly measurement: AnyMeasurement;
  readonly position: number;
  readonly gathered: unknown;
}

/**
 * What is measured over all customers, measured again where a supposed policy decides what is measured; where none does, the
 * published facts stay: they are what everybody was compared with. It is measured when it was, at the places of the facts
 * that were published. What is measured rests on facts of commands, which stay. Holds what is gathered for every month.
 */
export class MeasuredAgain {
  private readonly concerned: readonly AnyMeasurement[];
  private takings: readonly Taking[] | undefined;

  constructor(
    private readonly registry: Registry,
    suppositions: readonly Supposition[],
  ) {
    this.concerned = registry.measurements.filter(({ policies }) =>
      policies.some((policy) => suppositions.some(({ name }) => name === policy.name)),
    );
  }

  get isNeeded(): boolean {
    return this.concerned.length > 0;
  }

  /** Takes in some whole customers. */
  async add(own: readonly Recorded[], supposed: Supposed, reader: FactReader, turns: Turns): Promise<void> {
    this.takings ??= this.concerned.flatMap((measurement) =>
      supposed.shared
        .filter(({ stream }) => stream === measurement.stream)
        .map(({ position }) => ({ measurement, position, gathered: measurement.gather() })),
    );
    const kept = own.filter(({ metadata }) => metadata.derived !== true).map(spread);
    for (const measurement of this.concerned) {
      const projection = this.registry.projections.get(measurement.model);
      if (projection === undefined) continue;
      const nowhere = new Nowhere(projection.name, projection.version);
      const run = ProjectionRun.ofPortion(projection, nowhere, supposed.references, Parking.ofBuild());
      const types = typesOf(projection);
      const facts = merged(
        kept.filter(({ type }) => types.has(type)),
        supposed.shared,
      );
      let from = 0;
      for (const taking of this.takings) {
        if (taking.measurement !== measurement) continue;
        const to = facts.findIndex(({ position }, index) => index >= from && position >= taking.position);
        for (let start = from; start < to; start += BATCH) {
          const batch = facts.slice(start, Math.min(to, start + BATCH));
          const incoming = batch.map((recorded) => new Incoming(recorded, this.registry, reader));
          await run.fold(incoming, batch.at(-1)?.position ?? 0);
          await turns.next();
        }
        for (const doc of run.documentsNow().values()) measurement.add(taking.gathered, doc);
        from = to;
      }
    }
  }

  /** The facts that concern everybody, those of measurements saying what was measured now. */
  published(shared: readonly Recorded[], supposed: Supposed): readonly Recorded[] {
    const context = new FoldContext(supposed.references);
    return shared.map((recorded) => {
      const { stream, occurredAt } = recorded;
      const position = recorded.position * SPREAD;
      const taking = this.takings?.find((one) => one.position === position && one.measurement.stream === stream);
      if (taking === undefined) return recorded;
      context.references = supposed.before(recorded.position);
      const { version, data } = taking.measurement.publish(
        taking.gathered,
        occurredAt,
        context.turnTo(occurredAt, Infinity),
      );
      return { ...recorded, version, data: data as Recorded['data'] };
    });
  }
}
