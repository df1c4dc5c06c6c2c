import type { AnyDecider, CommandBase } from './decider.js';
import type { AnyEvent } from './event.js';
import type { Fact } from './fact.js';
import type { Measurement } from './measurement.js';
import type { Outlook } from './outlook.js';
import type { PolicyDefinition } from './policy.js';
import type { AnyProjection } from './projection.js';
import type { AnyStatement, AnyWords } from './statement.js';

/** A command as a class-validator DTO whose instances carry their own `type`. */
export interface CommandClass {
  new (): { readonly type: string; customerId: string };
  /** One line for the catalogue. */
  readonly about: string;
  /** A body that is accepted, for documents and `--help`. */
  readonly example: Readonly<Record<string, unknown>>;
  /** True for a command that only Patron itself sends, as the second half of what spans two customers. */
  readonly internal?: boolean;
  /** True for a command that names a thing which must be there already; where it is not, the refusal is `not_found`. */
  readonly refers?: boolean;
}

/** A claim that one fact makes on, or gives back from, an identity shared by the whole deployment. */
export interface IdentityClaim {
  readonly kind: string;
  /** Already normalised, so that equal identities are equal texts. */
  readonly value: string;
}

/** A business feature: one folder, listed once here. */
export interface Slice {
  readonly name: string;
  readonly about: string;
  readonly events: readonly AnyEvent[];
  readonly commands: readonly CommandClass[];
  readonly policies: readonly PolicyDefinition[];
  /** Absent where a slice has only read models. */
  readonly decider?: AnyDecider;
  /** Other slices' events that this slice's state is folded from. */
  readonly listens?: readonly AnyEvent[];
  /** Events after which `decider.react` is asked. */
  readonly reactsTo?: readonly AnyEvent[];
  /** Deployment-wide facts that `Context.latest` gives, and the stream that holds them. */
  readonly references?: readonly { readonly stream: string; readonly event: AnyEvent }[];
  /** Taken by the clock process at the end of each month. */
  readonly measurements?: readonly Measurement[];
  /** Identities that a fact of a type claims or gives back. */
  readonly claims?: Readonly<Record<string, (data: never) => readonly IdentityClaim[]>>;
  readonly releases?: Readonly<Record<string, (data: never) => readonly IdentityClaim[]>>;
  /** The claim that a caller means by `<kind>:<value>`, in its normal form; undefined where this slice knows none. */
  readonly identityFrom?: (kind: string, value: string) => IdentityClaim | undefined;
  /**
   * Commands to another customer that a fact brings with it. Each is sent once its fact is appended, under an id derived
   * from the fact's, and again by the clock process if a crash came between.
   */
  readonly followUps?: Readonly<Record<string, (fact: Fact) => CommandBase>>;
  readonly projections: readonly AnyProjection[];
  /** What it says of a customer that `why` explains. */
  readonly statements?: readonly AnyStatement[];
  /** Its facts in a person's words; needed of those that statements rest on. */
  readonly words?: AnyWords;
  /** What a what-if says of them. */
  readonly outlook?: Outlook;
  /** Version of this slice's state; raise it when `evolve` or what a snapshot keeps changes, so that old snapshots are left aside. */
  readonly stateVersion?: number;
}

/** What folding needs of a slice. In a file of its own: a thread that folds then loads no commands and no decider. */
export type Folding = Pick<
  Slice,
  'name' | 'about' | 'events' | 'policies' | 'references' | 'measurements' | 'projections'
>;

export const defineFolding = <Given extends Folding>(folding: Given): Given => folding;

export const defineSlice = (slice: Slice): Slice => slice;
