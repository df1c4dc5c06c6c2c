import type { Fact, Recorded } from '#kernel/fact.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { FoldContext } from './context.js';
import type { Incoming } from './incoming.js';
import type { Parking } from './parking.js';
import type { Opens } from './reader.js';
import { typesOf } from './unwanted.js';

/** A fact that a projection folds, and into which documents. */
export interface Wanted {
  readonly fact: Fact;
  readonly keys: readonly string[];
  /** Keys that `every` folds, before the others. */
  readonly everyKeys: readonly string[];
}

/** Which facts a projection wants. */
export class Wanting {
  private readonly opens: Opens;
  private readonly types: ReadonlySet<string>;

  constructor(
    private readonly projection: AnyProjection,
    private readonly parking: Parking,
  ) {
    const opened = new Set(projection.opens ?? []);
    this.opens = (type, field) => opened.has(`${type}.${field}`);
    this.types = typesOf(projection);
  }

  /** False for most facts of most projections, which is why it is asked first. */
  concerns({ known, recorded }: Incoming): boolean {
    return !known || this.types.has(recorded.type) || this.projection.every !== undefined;
  }

  /** Reads them; one that cannot be read parks its customer. */
  async of(fresh: readonly Incoming[]): Promise<ReadonlyMap<Recorded, Wanted>> {
    const { projection, parking } = this;
    const wanted = new Map<Recorded, Wanted>();
    for (const incoming of fresh) {
      const { recorded } = incoming;
      if (parking.has(projection.name, incoming.customerId)) continue;
      try {
        const handled = handlerOf(projection.on, recorded.type) !== undefined;
        if (!handled && incoming.known && projection.every === undefined) continue;
        const reading = handled || !incoming.known ? incoming.read(this.opens) : incoming.unread();
        const fact = reading instanceof Promise ? await reading : reading;
        const keys = handled ? listed((projection.key as (fact: Fact) => string | readonly string[])(fact)) : [];
        const everyKeys = projection.every?.key(fact) ?? [];
        if (keys.length + everyKeys.length > 0) wanted.set(recorded, { fact, keys, everyKeys });
      } catch (error) {
        await parking.park(projection.name, recorded, error);
      }
    }
    return wanted;
  }
}

const listed = (keys: string | readonly string[]): readonly string[] => (typeof keys === 'string' ? [keys] : keys);

type Handler = (doc: unknown, fact: Fact, context: FoldContext) => unknown;

/** A projection's handler of a type; what an object inherits is none. */
export const handlerOf = (handlers: object | undefined, type: string): Handler | undefined =>
  handlers !== undefined && Object.hasOwn(handlers, type) ? (handlers as Record<string, Handler>)[type] : undefined;
