import type { Fact, Why } from '#kernel/fact.js';
import type { Money } from '#kernel/money.js';
import { times } from '#kernel/money.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import type {
  LoyaltyEvent,
  LoyaltyTierChanged,
  PointsAdjustedIn,
  PointsEarned,
  PointsReceived,
  Portion,
} from './loyalty.events.js';
import { loyaltyPolicy } from './loyalty.policy.js';

type Movement = Exclude<LoyaltyEvent, LoyaltyTierChanged>;

/** Facts that bring a new lot. */
type Incoming = PointsEarned | PointsAdjustedIn | PointsReceived;

export interface LoyaltyLot {
  readonly lotId: string;
  readonly customerId: string;
  readonly earnedAt: Instant;
  readonly availableAt: Instant;
  readonly expiresAt: Instant;
  /** What it brought at first. */
  readonly points: number;
  /** What is left in it; reserved points are not. */
  readonly left: number;
}

const began = (doc: LoyaltyLot, { id, customerId, occurredAt, data }: Incoming): LoyaltyLot => {
  const { points, debtPaid, availableAt, expiresAt } = data;
  return {
    ...doc,
    lotId: id,
    customerId,
    earnedAt: occurredAt,
    availableAt,
    expiresAt,
    points,
    left: points - debtPaid,
  };
};
type WithLots = Extract<Movement, { readonly data: { readonly lots: readonly Portion[] } }>;
const lotsOf = (fact: Movement): readonly Portion[] => ('lots' in fact.data ? fact.data.lots : []);
const pointsIn = (doc: LoyaltyLot, { data: { lots } }: WithLots): number =>
  lots.reduce((sum, { lotId, points }) => (lotId === doc.lotId ? sum + points : sum), 0);
const less = (doc: LoyaltyLot, fact: WithLots): LoyaltyLot => ({ ...doc, left: doc.left - pointsIn(doc, fact) });

export const loyaltyLots = defineProjection<LoyaltyLot, Movement>({
  name: 'loyalty_lots',
  version: 1,
  about: 'Every lot of points: what it brought, what is left, and when it expires.',
  key: (fact) =>
    fact.type === 'ReservationConfirmed' ? [] : 'lots' in fact.data ? lotsOf(fact).map(({ lotId }) => lotId) : fact.id,
  perCustomer: true,
  indexes: [
    { customerId: 1, earnedAt: 1 },
    { customerId: 1, expiresAt: 1 },
  ],
  initial: (lotId) => ({ lotId, customerId: '', earnedAt: '', availableAt: '', expiresAt: '', points: 0, left: 0 }),
  on: {
    PointsEarned: began,
    PointsAdjustedIn: began,
    PointsReceived: began,
    PointsReversed: less,
    PointsRedeemed: less,
    PointsReserved: less,
    PointsExpired: less,
    PointsAdjustedOut: less,
    PointsSent: less,
    ReservationConfirmed: (doc) => doc,
    ReservationCancelled: (doc, fact) => {
      const expiresAt = fact.data.lots.find(({ lotId }) => lotId === doc.lotId)?.expiresAt ?? doc.expiresAt;
      return { ...doc, expiresAt, left: doc.left + pointsIn(doc, fact) };
    },
  },
});

export interface LedgerEntry {
  readonly customerId: string;
  readonly at: Instant;
  readonly movement: string;
  /** What it did to the points that are held: pending and available ones. */
  readonly points: number;
  /** What it did to the debt. */
  readonly debt: number;
  /** The purchase, redemption, reservation, adjustment or transfer it belongs to. */
  readonly reference: string | null;
  readonly why: Why;
}

/** Change of the held points, of the debt and of the reserved points. */
function effect(fact: Movement): readonly [held: number, debt: number, reserved: number] {
  switch (fact.type) {
    case 'PointsEarned':
    case 'PointsAdjustedIn':
    case 'PointsReceived':
      return [fact.data.points - fact.data.debtPaid, 0 - fact.data.debtPaid, 0];
    case 'PointsReversed':
      return [fact.data.debt - fact.data.points, fact.data.debt, 0];
    case 'PointsReserved':
      return [0 - fact.data.points, 0, fact.data.points];
    case 'ReservationConfirmed':
      return [0, 0, 0 - fact.data.points];
    case 'ReservationCancelled':
      return [fact.data.points - fact.data.debtPaid, 0 - fact.data.debtPaid, 0 - fact.data.points];
    case 'PointsRedeemed':
    case 'PointsExpired':
    case 'PointsAdjustedOut':
    case 'PointsSent':
      return [0 - fact.data.points, 0, 0];
  }
}

const REFERENCES = ['purchaseId', 'redemptionId', 'reservationId', 'adjustmentId', 'transferId', 'earningId', 'lotId'];

const entered = (doc: LedgerEntry, fact: Movement, context: Context): LedgerEntry => {
  const [points, debt] = effect(fact);
  const data = fact.data as Readonly<Record<string, unknown>>;
  const reference = REFERENCES.map((name) => data[name]).find((value) => typeof value === 'string');
  return {
    customerId: fact.customerId,
    at: fact.occurredAt,
    movement: fact.type,
    points,
    debt,
    reference: typeof reference === 'string' ? reference : null,
    why: { facts: [fact.id], policy: { name: loyaltyPolicy.name, version: context.policy(loyaltyPolicy).version } },
  };
};

const everyMovement = <H>(handler: H): Record<Movement['type'], H> => ({
  PointsEarned: handler,
  PointsReversed: handler,
  PointsRedeemed: handler,
  PointsReserved: handler,
  ReservationConfirmed: handler,
  ReservationCancelled: handler,
  PointsExpired: handler,
  PointsAdjustedIn: handler,
  PointsAdjustedOut: handler,
  PointsSent: handler,
  PointsReceived: handler,
});

export const loyaltyLedger = defineProjection<LedgerEntry, Movement>({
  name: 'loyalty_ledger',
  version: 1,
  about: 'Every movement of points, one document a fact.',
  key: (fact: Fact) => fact.id,
  perCustomer: true,
  indexes: [{ customerId: 1, at: -1 }],
  initial: () => ({
    customerId: '',
    at: '',
    movement: '',
    points: 0,
    debt: 0,
    reference: null,
    why: { facts: [], policy: { name: loyaltyPolicy.name, version: 0 } },
  }),
  on: everyMovement(entered),
});

export interface LoyaltyLiability {
  /** Pending and available. */
  readonly held: number;
  readonly reserved: number;
  /** (held + reserved) × the policy's cost of a point. */
  readonly liability: Money;
  readonly why: Why;
}

const owed = (doc: LoyaltyLiability, fact: Movement, context: Context): LoyaltyLiability => {
  const { costPerPoint, version } = context.policy(loyaltyPolicy);
  const [points, , set] = effect(fact);
  const [held, reserved] = [doc.held + points, doc.reserved + set];
  const why = { facts: [fact.id], policy: { name: loyaltyPolicy.name, version } };
  return { held, reserved, liability: times(costPerPoint, held + reserved), why };
};

export const loyaltyLiability = defineProjection<LoyaltyLiability, Movement>({
  name: 'loyalty_liability',
  version: 1,
  about: 'What the points still held by all customers may cost the company.',
  key: () => 'all',
  indexes: [],
  initial: () => ({
    held: 0,
    reserved: 0,
    liability: { units: 0, scale: 0, currency: 'XXX' },
    why: { facts: [], policy: { name: loyaltyPolicy.name, version: 0 } },
  }),
  on: everyMovement(owed),
});
