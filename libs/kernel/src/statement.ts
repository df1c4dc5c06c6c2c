import type { Proposal } from './event.js';
import type { Fact } from './fact.js';
import type { Context, InForce } from './policy.js';
import type { AnyProjection } from './projection.js';
import type { Instant } from './time.js';

/** A fact in a person's words. */
export interface Said {
  /** What happened, `bought`. */
  readonly what: string;
  /** How much of it, with its unit: `42.00 GBP`, `+84 points`. */
  readonly amount?: string;
}

/** How a slice says its facts, by type. A missing one does not compile. */
export type Words<F extends Fact> = { readonly [T in F['type']]: (fact: Extract<F, { type: T }>) => Said };
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of words is heterogeneous
export type AnyWords = Words<any>;

/** A rule in words, with the version of the policy that its figures come from. */
export interface Rule {
  readonly policy: string;
  readonly version: number;
  readonly effectiveFrom: Instant;
  readonly words: string;
  /** The policy's figures that it quotes. */
  readonly figures: Readonly<Record<string, unknown>>;
}

export const ruleOf = (
  policy: string,
  { version, effectiveFrom }: InForce<object>,
  words: string,
  figures: Rule['figures'],
): Rule => ({ policy, version, effectiveFrom, words, figures });

/** What will change a statement if nothing happens before. */
export interface Next {
  readonly at: Instant;
  /** As a statement says it: `is churned since 2026-07-10`. */
  readonly says: string;
}

/** What the words for a statement are made of. */
export interface Telling<Doc> {
  readonly customerId: string;
  readonly doc: Doc;
  /** Business time as of which it is said. */
  readonly at: Instant;
  /** Gives the policies under which it was said. */
  readonly context: Context;
  /** The derived fact that it goes back to, see `decidedBy`. */
  readonly decision: Fact | undefined;
}

/** Something that is said of a customer, and how it is explained. Facts, rules and words are the slice's own. */
export interface Statement<Doc extends object> {
  /** What it is asked by: `stage`. */
  readonly name: string;
  /** Tells it from others of the same name: `value`, of `tier`. */
  readonly kind?: string;
  readonly about: string;
  readonly projection: AnyProjection;
  /** Which of the customer's documents are meant; their own, where it is left out. */
  pick?(docs: readonly Doc[], which: string | undefined): readonly Doc[];
  /** The key of a document; the customer's id, where it is left out. */
  keyOf?(doc: Doc): string;
  /** Its name among several of the customer's. */
  nameOf?(doc: Doc): string;
  /** What is stated. A fact is decisive when without it something else would be. */
  states(doc: Doc): Readonly<Record<string, unknown>>;
  /** What the words quote beside; it follows from the listed facts, too. */
  figures(doc: Doc): Readonly<Record<string, unknown>>;
  /**
   * Those of the facts that it may rest on, so that nobody has to read the others. Where they turn out not to give the same
   * statement all are listed.
   */
  restsOn?(facts: readonly Fact[], telling: Telling<Doc>): readonly Fact[];
  /**
   * Said of a statement that goes back to a derived fact: true for that fact. It is decided again from the listed facts;
   * `redecided` gives its data as decided again, or undefined for a decision of something else.
   */
  readonly decision?: {
    is(fact: Fact, doc: Doc): boolean;
    again(fact: Fact, proposal: Proposal): unknown;
  };
  /** Why it is not made of a customer, in a sentence. */
  nothing(which: string | undefined): string;
  /** The statement without its subject, the customer: `is at risk since 2026-03-12`. */
  says(doc: Doc): string;
  /** The rules that it was made by. */
  rules(telling: Telling<Doc>): readonly Rule[];
  /** What follows from facts, figures and time, in sentences. */
  follows(telling: Telling<Doc>): readonly string[];
  /** What time will change; found by the projection's timers, where it is left out. */
  next?(telling: Telling<Doc>): Next | undefined;
}

export const defineStatement = <Doc extends object>(statement: Statement<Doc>): Statement<Doc> => statement;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of statements is heterogeneous
export type AnyStatement = Statement<any>;

/** A day in words: the first ten signs of an instant in UTC. */
export const dateOf = (at: Instant): string => at.slice(0, 10);

/** `1 day`, `2 days`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
