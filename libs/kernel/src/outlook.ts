import type { Money } from './money.js';
import type { Context } from './policy.js';

/** A class in which a customer stands: moves between classes are counted. */
export interface StandingOutlook<Doc = never> {
  /** A read model with one document a customer, whose key is the customer. */
  readonly model: string;
  readonly field: string;
  of(doc: Doc): string;
}

/** Amounts that add up over customers, and what is owed for them. */
export interface AmountsOutlook<Doc = never> {
  readonly model: string;
  /** What is counted: `points`. */
  readonly unit: string;
  readonly fields: readonly string[];
  /** What the company owes for a document, under the policies in force. */
  owed(doc: Doc, context: Context): { readonly amount: number; readonly money: Money };
}

/** Things that begin for a reason and end: those that appear and disappear are counted by reason. */
export interface EpisodesOutlook<Doc = never> {
  /** A read model with a document an episode, which names its customer. */
  readonly model: string;
  of(doc: Doc): {
    readonly reason: string;
    /** Two of a reason about the same are the same, though they may begin at other times. */
    readonly about: string;
    readonly since: string;
    readonly open: boolean;
  };
}

/** What a what-if says of a slice's read models. Pure. */
export interface Outlook {
  readonly standings?: readonly StandingOutlook[];
  readonly amounts?: AmountsOutlook;
  readonly episodes?: EpisodesOutlook;
}
