import type { AnyEvent, EventOf } from './event.js';
import { DefinitionError } from './errors.js';
import { int, type Raw } from './parse.js';
import type { Instant } from './time.js';

/** Figures and rules of one slice, versioned and published as facts in the stream `policy-<name>`. */
export interface PolicyDefinition<Rules extends object = object> {
  readonly name: string;
  /** What is published when a store is first opened. */
  readonly defaults: Rules;
  /** Reads published rules, older shapes included. @throws {UnreadableBody} naming what does not hold */
  readonly parse: (raw: Raw) => Rules;
}

export const definePolicy = <Rules extends object>(definition: PolicyDefinition<Rules>): PolicyDefinition<Rules> =>
  definition;

/** A hundred years. What lies much further behind a fact has no instant of four-digit years. */
export const MOST_DAYS = 36_525;

/** A whole number of a policy, a number of days where nothing else is said. @throws {DefinitionError} naming it @throws {BadValue} */
export function whole(value: unknown, name: string, least: number, most = MOST_DAYS): number {
  if (int(value) < least || int(value) > most) {
    throw new DefinitionError(`${name}: must be a whole number from ${least} to ${most}`);
  }
  return int(value);
}

/** Rules with the version under which they were published, and since when that is in force. */
export type InForce<Rules> = Rules & { readonly version: number; readonly effectiveFrom: Instant };

/** What deciders and folds are given beside state and fact. They have no clock and no figures of their own. */
export interface Context {
  /**
   * The policy in force for the fact at hand: the newest published before it in the log whose `effectiveFrom` is not
   * after its `occurredAt`; for a derived fact, the version it was stamped with.
   */
  policy<Rules extends object>(definition: PolicyDefinition<Rules>): InForce<Rules>;
  /** The newest fact of a deployment-wide stream (population, …) before the fact at hand; undefined where there is none. */
  latest<Definition extends AnyEvent>(definition: Definition): EventOf<Definition> | undefined;
}
