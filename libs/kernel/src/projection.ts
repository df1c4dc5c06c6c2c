import type { Fact } from './fact.js';
import type { Context } from './policy.js';
import type { Instant } from './time.js';

/** Fields in the order in which an index keeps them: 1 rising, -1 falling. Nested fields are written `spend.units`. */
export type Index = Readonly<Record<string, 1 | -1>>;

type Handler<Doc, F> = (doc: Doc, fact: F, context: Context) => Doc | null;
type Handlers<Doc, F extends Fact> = { readonly [T in F['type']]: Handler<Doc, Extract<F, { type: T }>> };

/** A pure fold of facts into documents; it knows nothing of storage. */
export interface Projection<Doc extends object, F extends Fact = Fact, G extends Fact = never> {
  /** Also the name of its read model, `loyalty_balance`. */
  readonly name: string;
  /** Raise it when the fold changes: the read model is built anew. */
  readonly version: number;
  readonly about: string;
  /** The documents a fact changes: one key, several (a month, a channel), or none. */
  key(fact: F): string | readonly string[];
  readonly initial: (key: string) => Doc;
  /** One handler for every fact it wants; null deletes the document. */
  readonly on: Handlers<Doc, F>;
  /** Asked for facts of every type, before `on`, by their metadata alone: `data` is left unread. */
  readonly every?: { key(fact: Fact): readonly string[]; fold: Handler<Doc, Fact> };
  /** Facts of deployment-wide streams that change every document there is. */
  readonly broadcast?: Handlers<Doc, G>;
  readonly timers?: {
    /** When time alone will next change this document; null for never. */
    due(doc: Doc, context: Context): Instant | null;
    fire(doc: Doc, at: Instant, context: Context): Doc | null;
  };
  readonly indexes: readonly Index[];
  /**
   * Said of a projection each of whose documents is changed by the facts of one customer only, beside `broadcast` and time.
   * A build of it goes customer by customer, and is refused where two customers turn out to share a document.
   */
  readonly perCustomer?: true;
  /** Personal fields it may open, as `Type.field`; allowed only where the customer id is the key. */
  readonly opens?: readonly string[];
}

/** Declares a projection; a missing handler does not compile. */
export const defineProjection = <Doc extends object, F extends Fact, G extends Fact = never>(
  projection: Projection<Doc, F, G>,
): Projection<Doc, F, G> => projection;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of projections is heterogeneous
export type AnyProjection = Projection<any, any, any>;
