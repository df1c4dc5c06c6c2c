import type { Recorded } from '#kernel/fact.js';
import type { Json, Stored } from '#kernel/ports/read-models.js';
import { CustomerFold } from './customer-fold.js';
import { Incoming } from './incoming.js';
import { Passing } from './passing.js';
import type { FactReader } from './reader.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import type { Wanted } from './wanting.js';

/** A fact as a projection wants it, or why it cannot be read. */
interface Reading {
  readonly recorded: Recorded;
  readonly wanted?: Wanted | undefined;
  readonly error?: unknown;
}

/** The documents that are a customer's own, by read model, as of one moment; for one customer after the other. */
export class OwnDocuments {
  private readonly folds: readonly CustomerFold[];

  /** @param shared  Facts that concern everybody, in the order of the log. */
  constructor(
    private readonly registry: Registry,
    private readonly reader: FactReader,
    references: References,
    shared: readonly Recorded[],
  ) {
    const passing = new Passing(shared, references);
    const projections = [...registry.projections.values()].filter(({ perCustomer }) => perCustomer === true);
    this.folds = projections.map((projection) => new CustomerFold(projection, references, passing));
  }

  /** @param stream  All facts of the customer's stream then. */
  async of(customerId: string, stream: readonly Recorded[]): Promise<Readonly<Record<string, Json>>> {
    const own = stream.map((recorded) => new Incoming(recorded, this.registry, this.reader));
    const documents: Record<string, Json> = {};
    for (const fold of this.folds) {
      const read = await readings(fold, own);
      if (!read.some((reading) => isOwn(reading, customerId))) continue;
      const doc = folded(fold, customerId, read);
      if (doc?.['customerId'] === customerId) documents[fold.projection.name] = doc;
    }
    return documents;
  }
}

async function readings({ wanting }: CustomerFold, own: readonly Incoming[]): Promise<readonly Reading[]> {
  const read: Reading[] = [];
  for (const incoming of own) {
    if (!wanting.concerns(incoming)) continue;
    const { recorded } = incoming;
    try {
      const reading = wanting.read(incoming);
      const wanted = reading instanceof Promise ? await reading : reading;
      if (wanted !== undefined) read.push({ recorded, wanted });
    } catch (error) {
      read.push({ recorded, error }); // there the customer's documents stand still
      break;
    }
  }
  return read;
}

/** Whether the fact changes the document that is the customer's own: of lots, purchases and alerts none does. */
const isOwn = ({ wanted }: Reading, customerId: string): boolean =>
  wanted?.keys.includes(customerId) === true || wanted?.everyKeys.includes(customerId) === true;

/** Nothing is waited for in between: others ask of the same moment meanwhile. */
function folded(fold: CustomerFold, customerId: string, read: readonly Reading[]): Json | null | undefined {
  const made: Stored[] = [];
  fold.begin(customerId);
  for (const { recorded, wanted, error } of read) {
    if (wanted === undefined) fold.standStill(recorded, error, customerId);
    else fold.take(wanted, recorded);
  }
  fold.end(made);
  return made.find(({ key }) => key === customerId)?.doc;
}
