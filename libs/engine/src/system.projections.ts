import type { Fact } from '#kernel/fact.js';
import { defineProjection, type AnyProjection } from '#kernel/projection.js';
import type { IdentityClaimed, IdentityReleased, SettlementsRescheduled } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';

/** Who holds an identity. */
export interface IdentityDocument {
  readonly identity: string;
  readonly kind: string;
  readonly customerId: string;
  /** Since when the claim waits for the customer's own fact, or for its release; null when both stand. */
  readonly pendingSince: Instant | null;
}

/** Finds a customer by an identity's keyed digest, and claims whose other half was never appended. */
export const identityMap = defineProjection<IdentityDocument, IdentityClaimed | IdentityReleased>({
  name: 'identity_map',
  version: 1,
  about: 'Which customer holds an identity, by its keyed digest.',
  key: (fact) => fact.data.identity,
  indexes: [{ customerId: 1 }, { pendingSince: 1 }],
  initial: (identity) => ({ identity, kind: '', customerId: '', pendingSince: null }),
  every: {
    key: ({ metadata: { claims = [], releases = [] } }) => [...claims, ...releases],
    fold: (doc, { customerId, metadata: { claims = [] } }) => ({
      ...doc,
      customerId,
      pendingSince: claims.includes(doc.identity) ? null : EARLIEST,
    }),
  },
  on: {
    IdentityClaimed: (doc, { data, occurredAt }) => ({
      ...doc,
      kind: data.kind,
      customerId: data.customerId,
      pendingSince: doc.customerId === data.customerId ? doc.pendingSince : occurredAt,
    }),
    IdentityReleased: () => null,
  },
});

/** When time alone will next owe a customer a fact, as the customer's latest facts say. */
export interface SettlementDue {
  readonly customerId: string;
  readonly dueAt: Instant;
}

const dueDocument = (customerId: string, dueAt: Instant | null | undefined): SettlementDue | null =>
  dueAt ? { customerId, dueAt } : null;

/** The index of due instants: the clock process asks it instead of looking at every customer. */
export const settlementDue = defineProjection<SettlementDue, SettlementsRescheduled>({
  name: 'settlement_due',
  version: 1,
  about: 'When time alone will next owe a customer a fact.',
  key: (fact) => fact.data.customers.map(({ customerId }) => customerId),
  indexes: [{ dueAt: 1 }],
  initial: (customerId) => ({ customerId, dueAt: EARLIEST }),
  every: {
    key: ({ customerId, metadata }: Fact) => (customerId === '' || metadata.dueAt === undefined ? [] : [customerId]),
    fold: (doc, { metadata }) => dueDocument(doc.customerId, metadata.dueAt),
  },
  on: {
    SettlementsRescheduled: (doc, { data }) =>
      dueDocument(doc.customerId, data.customers.find(({ customerId }) => customerId === doc.customerId)?.dueAt),
  },
});

/** What the id of a command begins with that goes with a fact; the fact's id follows. */
export const FOLLOW_UP = 'follow-up/';

/** A fact whose follow-up command was not seen to be done. */
export interface PendingFollowUp {
  readonly customerId: string;
  readonly revision: number;
}

/** Second halves that a crash may have cut off: the clock process sends them again. */
export const followUpsPending = defineProjection<PendingFollowUp, never>({
  name: 'follow_ups_pending',
  version: 1,
  about: 'Facts whose command to another customer was not seen to be done.',
  key: () => [],
  indexes: [{ customerId: 1 }],
  initial: () => ({ customerId: '', revision: 0 }),
  every: {
    key: ({ id, metadata: { followUp, commandId } }) => {
      if (followUp === true) return [id];
      return commandId.startsWith(FOLLOW_UP) ? [commandId.slice(FOLLOW_UP.length)] : [];
    },
    fold: (_, { customerId, revision, metadata: { followUp } }) =>
      followUp === true ? { customerId, revision } : null,
  },
  on: {},
});

export const systemProjections: readonly AnyProjection[] = [identityMap, settlementDue, followUpsPending];
