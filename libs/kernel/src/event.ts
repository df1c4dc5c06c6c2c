import { DefinitionError, UnreadableBody } from './errors.js';
import type { Fact } from './fact.js';
import type { Raw } from './parse.js';
import type { Instant } from './time.js';

/** A fact that a decider asks for. Without `occurredAt` it happened when its command says. */
export interface Proposal<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly version: number;
  readonly data: Data;
  readonly occurredAt?: Instant;
}

export interface EventDefinition<Type extends string = string, Data = unknown> {
  (data: Data, occurredAt?: Instant): Proposal<Type, Data>;
  readonly type: Type;
  readonly version: number;
  /** Fields of `data` that are sealed with the customer's key before any store sees them. */
  readonly personal: readonly string[];
  /** Reads a stored body of any version up to the present one. @throws {UnreadableBody} */
  read(version: number, body: Raw): Data;
}

interface EventSpec<Type extends string, Data> {
  readonly type: Type;
  readonly version?: number;
  readonly personal?: readonly string[];
  /** How a body of version n becomes one of version n + 1. */
  readonly upcast?: Readonly<Record<number, (old: Raw) => Raw>>;
  readonly parse: (body: Raw) => Data;
}

/**
 * Declares a kind of fact. Its type is never renamed; its version rises when its shape does.
 *
 * @throws {DefinitionError} when an upcaster is missing between version 1 and the present one, or leads nowhere.
 */
export function defineEvent<const Type extends string, Data>(spec: EventSpec<Type, Data>): EventDefinition<Type, Data> {
  const { type, version = 1, personal = [], upcast = {}, parse } = spec;
  for (let from = 1; from < version; from += 1) {
    if (upcast[from] === undefined) {
      throw new DefinitionError(
        `${type} is at version ${version} but has no upcaster from ${from}: add upcast[${from}].`,
      );
    }
  }
  for (const from of Object.keys(upcast)) {
    if (Number(from) >= version) throw new DefinitionError(`${type}: upcast[${from}] climbs above version ${version}.`);
  }
  const read = (stored: number, body: Raw): Data => {
    if (!(stored >= 1 && stored <= version)) {
      throw new UnreadableBody(`${type} has version ${stored}; this program reads 1 to ${version}.`);
    }
    let climbed = body;
    for (let from = stored; from < version; from += 1) climbed = upcast[from]?.(climbed) ?? climbed;
    try {
      return parse(climbed);
    } catch (error) {
      throw new UnreadableBody(`${type}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  };
  const make = (data: Data, occurredAt?: Instant): Proposal<Type, Data> =>
    occurredAt === undefined ? { type, version, data } : { type, version, data, occurredAt };
  return Object.assign(make, { type, version, personal, read });
}

/** The fact a definition stands for: `type PointsEarned = EventOf<typeof PointsEarned>`. */
export type EventOf<Definition> = Definition extends EventDefinition<infer Type, infer Data> ? Fact<Type, Data> : never;

/** Every event definition, whatever its data. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a list of definitions is heterogeneous
export type AnyEvent = EventDefinition<any, any>;
