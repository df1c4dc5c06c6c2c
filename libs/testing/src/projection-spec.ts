import { customerOf, type Recorded } from '#kernel/fact.js';
import type { Json, ReadModel } from '#kernel/ports/read-models.js';
import type { Projection } from '#kernel/projection.js';
import type { Fact } from '#kernel/fact.js';
import type { Slice } from '#kernel/slice.js';
import type { Instant } from '#kernel/time.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { Incoming } from '#engine/incoming.js';
import { Parking } from '#engine/parking.js';
import { ProjectionRun } from '#engine/projection-run.js';
import { FactReader } from '#engine/reader.js';
import { References } from '#engine/references.js';
import { Registry } from '#engine/registry.js';
import { Sealer } from '#engine/sealing.js';
import { Scribe, type GivenFact } from './makers.js';

export interface ProjectionSpecOptions {
  /** The slice of the projection and those whose facts it folds. */
  readonly slices: readonly Slice[];
  /** Published before everything else, see `published`. */
  readonly policies?: readonly GivenFact[];
  /** When facts happen that do not say so. */
  readonly now?: Instant;
  /** Facts folded between two writes; 1 by default. */
  readonly batch?: number;
}

/** Folds facts into documents, by their keys. @throws when a fact could not be folded */
export type Folded<Doc> = (...facts: readonly GivenFact[]) => Promise<ReadonlyMap<string, Doc>>;

/**
 * Given facts in order, these documents; by the engine's own run on read models in memory. Time passes by
 * `clockAt('2026-04-01T00:00Z')` among the facts, policies change by `published(…)`, and facts of deployment-wide
 * streams are given like any other: `const documents = await fold(PointsEarned({ … }), clockAt('…'))`.
 */
export function projectionSpec<Doc extends object, F extends Fact, G extends Fact>(
  projection: Projection<Doc, F, G>,
  { slices, policies = [], now = '2026-03-02T12:00:00.000Z', batch = 1 }: ProjectionSpecOptions,
): Folded<Doc> {
  return async (...facts) => {
    const registry = new Registry(slices);
    const scribe = new Scribe(registry, now);
    const recorded = [...scribe.defaults(), ...[...policies, ...facts].map((fact) => scribe.write(fact))];
    const sealer = new Sealer(new MemoryKeys());
    const reader = new FactReader(registry, sealer);
    const references = new References(registry);
    const readModels = new MemoryReadModels();
    const parking = await Parking.open(readModels);
    const model = await readModels.open(projection);
    const run = await ProjectionRun.open(projection, model, references, parking);
    for (let start = 0; start < recorded.length; start += batch) {
      const stored = await Promise.all(
        recorded.slice(start, start + batch).map((fact) => sealed(fact, registry, sealer)),
      );
      for (const fact of stored) references.take(fact);
      const incoming = stored.map((fact) => new Incoming(fact, registry, reader));
      await run.apply(incoming, stored.at(-1)?.position ?? 0);
    }
    const [parked] = parking.of(projection.name);
    if (parked !== undefined) throw new Error(`${parked.type} could not be folded: ${parked.reason}`);
    return documentsOf(model) as Promise<ReadonlyMap<string, Doc>>;
  };
}

/** Every document of a read model by its key. */
export async function documentsOf(model: ReadModel): Promise<ReadonlyMap<string, Json>> {
  const stored = await model.scan('', await model.count());
  return new Map(stored.map(({ key, doc }) => [key, doc ?? {}]));
}

async function sealed(fact: Recorded, registry: Registry, sealer: Sealer): Promise<Recorded> {
  const personal = registry.events.get(fact.type)?.personal ?? [];
  const place = { customerId: customerOf(fact.stream), stream: fact.stream, eventId: fact.id };
  return { ...fact, data: await sealer.seal(place, personal, fact.data) };
}
