import type { Fact } from '#kernel/fact.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { FoldContext } from './context.js';
import type { Incoming } from './incoming.js';
import { openNone, type Opens } from './reader.js';
import { typesOf } from './unwanted.js';

/** A fact that a projection folds, and into which documents. */
export interface Wanted {
  readonly fact: Fact;
  readonly keys: readonly string[];
  /** Keys that `every` folds, before the others. */
  readonly everyKeys: readonly string[];
}

const NO_KEYS: readonly string[] = [];

/** Which facts a projection wants. */
export class Wanting {
  private readonly opens: Opens;
  private readonly types: ReadonlySet<string>;
  /** Types of which it opens a field; of all others it may see what everybody may, so that they are read once for all. */
  private readonly opening: ReadonlySet<string>;

  constructor(private readonly projection: AnyProjection) {
    const opened = new Set(projection.opens ?? []);
    this.opens = (type, field) => opened.has(`${type}.${field}`);
    this.opening = new Set([...opened].map((path) => path.split('.', 1)[0] ?? ''));
    this.types = typesOf(projection);
  }

  /** False for most facts of most projections, which is why it is asked first. */
  concerns({ known, recorded }: Incoming): boolean {
    return !known || this.types.has(recorded.type) || this.projection.every !== undefined;
  }

  /** The fact as it may be seen here, at once where nothing is sealed; undefined where it changes nothing. @throws {UnreadableBody} */
  read(incoming: Incoming): Wanted | undefined | Promise<Wanted | undefined> {
    const { projection } = this;
    const { type } = incoming.recorded;
    const isHandled = handlerOf(projection.on, type) !== undefined;
    if (!isHandled && incoming.known && projection.every === undefined) return undefined;
    if (!isHandled && incoming.known) return this.wanted(incoming.unread(), false);
    const reading = incoming.read(this.opening.has(type) ? this.opens : openNone);
    return reading instanceof Promise
      ? reading.then((fact) => this.wanted(fact, isHandled))
      : this.wanted(reading, isHandled);
  }

  private wanted(fact: Fact, isHandled: boolean): Wanted | undefined {
    const { projection } = this;
    const keys = isHandled ? listed((projection.key as (fact: Fact) => string | readonly string[])(fact)) : NO_KEYS;
    const everyKeys = projection.every?.key(fact) ?? NO_KEYS;
    return keys.length + everyKeys.length > 0 ? { fact, keys, everyKeys } : undefined;
  }
}

const listed = (keys: string | readonly string[]): readonly string[] => (typeof keys === 'string' ? [keys] : keys);

type Handler = (doc: unknown, fact: Fact, context: FoldContext) => unknown;

/** A projection's handler of a type; what an object inherits is none. */
export const handlerOf = (handlers: object | undefined, type: string): Handler | undefined =>
  handlers !== undefined && Object.hasOwn(handlers, type) ? (handlers as Record<string, Handler>)[type] : undefined;
