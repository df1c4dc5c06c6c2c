import type { Fact } from './fact.js';
import type { Proposal } from './event.js';
import type { Context } from './policy.js';
import type { Shelf } from './shelf.js';
import type { Instant } from './time.js';

/** What every command carries; `at` is when it happened in the business. */
export interface CommandBase {
  readonly type: string;
  readonly customerId: string;
  readonly at: Instant;
}

/** What a command's facts are where policies, and so the state, are others than they were. */
export interface DecidedAgain {
  readonly proposals: readonly Proposal[];
  /** How much the command took (of points, say), and how much of it was there; absent where all of it was. */
  readonly short?: { readonly asked: number; readonly given: number };
}

/**
 * One slice's part of a customer: pure functions over its own state. The customer is the sum of its slices: one stream,
 * one fold, each slice seeing its own state.
 */
export interface Decider<State, Command extends CommandBase, Event extends Fact> {
  readonly initial: State;
  evolve(state: State, fact: Event, context: Context): State;
  /** The facts a command leads to, none when it changes nothing. @throws {DomainError} when it is refused */
  decide(command: Command, state: State, context: Context): readonly Proposal[];
  /** Facts that another fact brings with it, appended together with it. */
  react?(state: State, fact: Fact, context: Context): readonly Proposal[];
  /**
   * The facts owed at the first due instant up to `at`, each with its own `occurredAt`; none when nothing is due. Called
   * again after these were folded, until it gives none.
   */
  settle?(state: State, at: Instant, context: Context): readonly Proposal[];
  /** When `settle` will next have something to give; null for never. */
  due?(state: State, context: Context): Instant | null;
  /** What a snapshot keeps of a state, much of it on the shelf, to be read when it is wanted; the state itself when left out. */
  keep?(state: State, shelf: Shelf): unknown;
  /**
   * The facts that one command of this slice led to, for a what-if: what was asked for is history and stays, what the slice
   * worked out from its state and its policies is worked out again. Undefined where they stay as they are, as without it.
   */
  decideAgain?(facts: readonly Event[], state: State, context: Context): DecidedAgain | undefined;
  /** How a snapshot's JSON becomes state again, where state holds more than JSON. */
  restore?(json: unknown, shelf: Shelf): State;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of deciders is heterogeneous
export type AnyDecider = Decider<any, any, any>;
