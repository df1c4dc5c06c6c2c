import type { Context } from '#kernel/policy.js';
import type { Instant } from '#kernel/time.js';
import type { FactOf, FactType } from './facts.js';

type Handler<Doc, F> = (doc: Doc, fact: F, context: Context) => Doc | null;

/** A fold of an analyst's own: facts in, documents out, and from them the rows of a table. */
export interface OwnProjection<Doc extends object, Type extends FactType> {
  /** Lower-case letters, digits and `_`; also what its file is called where several are written. */
  readonly name: string;
  /** The document before its first fact; plain JSON values. */
  readonly initial: (key: string) => Doc;
  /** What each fact makes of a document; null removes it. Facts without a handler are not read at all. */
  readonly on: { readonly [T in Type]: Handler<Doc, FactOf<T>> };
  /** The documents a fact changes: one key, several, or none (`[]`). The customer's id where it is left out. */
  key?(fact: FactOf<Type>): string | readonly string[];
  /**
   * Say so where the key is not the customer's id, but each document is still changed by one customer's facts only: customers
   * are then folded apart from each other, which is faster.
   */
  readonly perCustomer?: true;
  /** What time alone does to a document. */
  readonly timers?: {
    /** When it will next change without a fact; null for never. */
    due(doc: Doc, context: Context): Instant | null;
    fire(doc: Doc, at: Instant, context: Context): Doc | null;
  };
  /** What a measurement of all customers does to every document there is. */
  readonly broadcast?: { readonly PopulationMeasured?: Handler<Doc, FactOf<'PopulationMeasured'>> };
  /** The rows of the table, from all documents in the order of their keys; a row is a document where it is left out. */
  rows?(documents: AsyncIterable<Doc>): AsyncIterable<object> | Iterable<object>;
}

/** Declares a projection of your own; `patron replay` folds what a file exports of them. */
export const defineProjection = <Doc extends object, Type extends FactType>(
  projection: OwnProjection<Doc, Type>,
): OwnProjection<Doc, Type> => projection;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of projections is heterogeneous
export type AnyOwnProjection = OwnProjection<any, any>;
