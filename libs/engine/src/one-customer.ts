import { customerStream, type Position } from '#kernel/fact.js';
import type { Stored, Write } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { CustomersFold, PortionFold } from './customers-fold.js';
import { differenceOf, type Difference } from './differences.js';
import { NotByCustomer, NotFound } from './errors.js';
import { Nowhere } from './nowhere.js';
import { Parking } from './parking.js';
import { sharedFacts } from './partition-fold.js';
import { Passing } from './passing.js';
import type { Compared } from './projecting.js';
import type { ProjectionRun } from './projection-run.js';
import type { ProjectorOptions } from './projector-options.js';

/** Facts of a stream that are read at once. */
const PAGE = 1_000;

/** Documents that are to be compared with those that are stored. */
class Made extends Nowhere {
  readonly documents: Stored[] = [];

  override add(made: readonly Stored[]): Promise<void> {
    this.documents.push(...made);
    return Promise.resolve();
  }
}

/**
 * Folds one customer's documents from their first fact and puts them where the stored ones are, up to where the projection is;
 * while nothing else is folded. Documents that none of the customer's facts names are not looked for.
 *
 * @throws {NotFound} @throws {NotByCustomer}
 */
export async function foldCustomer(
  options: ProjectorOptions,
  run: ProjectionRun,
  live: Parking,
  customerId: string,
): Promise<Compared> {
  const { projection, model } = run;
  const { name } = projection;
  if (projection.perCustomer !== true) throw new NotByCustomer(name);
  await run.write();
  const upTo = run.folded;
  const { documents, parking } = await foldedAnew(options, projection, customerId, upTo);
  const stored = await model.load(documents.map(({ key }) => key));
  const writes: Write[] = documents.map((one) => ({ ...one, loadedAt: stored.get(one.key)?.position ?? 0 }));
  const differing = documents.flatMap((one) => differenceOf(shown(stored.get(one.key)), shown(one)) ?? []);
  await live.adopt(parking); // before its documents say otherwise
  await model.write(writes, { position: upTo, clock: run.clock });
  if (parking.size === 0) await live.release(name, customerId);
  await run.resume();
  return { name, ...counted(differing), first: differing };
}

async function foldedAnew(
  { store, registry, reader, references }: ProjectorOptions,
  projection: AnyProjection,
  customerId: string,
  upTo: Position,
) {
  const stream = customerStream(customerId);
  const passing = new Passing(await sharedFacts(store, registry, upTo), references);
  const [made, parking] = [new Made(projection.name, projection.version), Parking.ofBuild()];
  const part = new PortionFold({ projection, model: made, parking }, references, passing);
  const folding = new CustomersFold([part], registry, reader);
  let from = 0;
  for (;;) {
    const facts = await store.readStream(stream, { from, limit: PAGE });
    if (from === 0 && facts.length === 0) throw new NotFound('customer', customerId.slice(0, 100));
    await folding.take(facts.filter(({ position }) => position <= upTo));
    if (facts.length < PAGE) break;
    from += facts.length;
  }
  await folding.endPortion();
  await part.handOver();
  return { documents: made.documents, parking };
}

/** A tombstone is no document to a reader. */
const shown = (stored: Stored | undefined): Stored | undefined => (stored?.doc === null ? undefined : stored);

const counted = (differing: readonly Difference[]) => {
  const of = (kind: Difference['kind']): number => differing.filter((one) => one.kind === kind).length;
  return { appeared: of('appeared'), disappeared: of('disappeared'), changed: of('changed') };
};
