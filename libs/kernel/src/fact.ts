import type { Instant } from './time.js';

/** Where a fact stands in the whole log of one store: ordered, opaque, with gaps. */
export type Position = number;

/** Who sent a command. */
export interface Actor {
  readonly kind: 'service' | 'person' | 'clock' | 'import' | 'system';
  readonly id: string;
}

export interface Metadata {
  /** The command that led to this fact; unique in its stream. */
  readonly commandId: string;
  /** Keyed digest of the command's body as received (HMAC-SHA-256 over its RFC 8785 form). */
  readonly bodyDigest?: string;
  readonly $correlationId?: string;
  readonly $causationId?: string;
  readonly actor?: Actor;
  readonly source?: string;
  /** Name and version of the program that decided. */
  readonly program?: string;
  /** True for a fact made by `react` or `settle`: a what-if drops it and decides again. */
  readonly derived?: true;
  /** Version of each policy that was used to make a derived fact. */
  readonly policies?: Readonly<Record<string, number>>;
  /** Identities (keyed digests) that this fact takes for its customer, or gives back. */
  readonly claims?: readonly string[];
  readonly releases?: readonly string[];
  /** True where a command to another customer goes with this fact. */
  readonly followUp?: true;
  /** On the last fact of an append where it changed: when time alone will next owe this customer a fact; null for never. */
  readonly dueAt?: Instant | null;
}

/** What is handed to a store. `data` is JSON; personal fields in it are sealed. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly occurredAt: Instant;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Metadata;
}

/** What a store gives back: the body as it was stored, not yet upcast, opened or parsed. */
export interface Recorded extends Proposed {
  readonly stream: string;
  /** 0 for the first fact of a stream, without gaps. */
  readonly revision: number;
  readonly position: Position;
  /** When the store took it. */
  readonly recordedAt: Instant;
  /** Why its body and metadata are empty here: what is stored of them is no JSON any more. */
  readonly unreadable?: string;
}

/** See `EventStore.markAt`. */
export const markOf = ({ id, recordedAt }: Pick<Recorded, 'id' | 'recordedAt'>): string => `${id}@${recordedAt}`;

/** A fact as deciders and projections see it: upcast, opened as far as its reader may, and parsed. */
export interface Fact<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly id: string;
  /** The customer whose stream holds it; empty for facts of other streams. */
  readonly customerId: string;
  readonly revision: number;
  readonly occurredAt: Instant;
  readonly data: Data;
  readonly metadata: Metadata;
}

const CUSTOMER = 'customer-';

export const customerStream = (customerId: string): string => CUSTOMER + customerId;
/** The customer a stream belongs to; empty for any other stream. */
export const customerOf = (stream: string): string =>
  stream.startsWith(CUSTOMER) ? stream.slice(CUSTOMER.length) : '';

/** Why a statement holds: the facts that decide it, a bounded number of them, and the figures that were used. */
export interface Why {
  readonly facts: readonly string[];
  readonly policy: { readonly name: string; readonly version: number };
}
