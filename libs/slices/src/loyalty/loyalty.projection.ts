import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import type { LoyaltyEvent, Portion } from './loyalty.events.js';
import { BASIC, loyaltyPolicy } from './loyalty.policy.js';

/** Points that change together at an instant. */
type ByInstant = Readonly<Record<Instant, number>>;

/**
 * A customer's points. Always: earned + adjustedIn + received = redeemed + expired + reversed + adjustedOut + sent +
 * reserved + pending + available − debt.
 */
export interface LoyaltyBalance {
  readonly customerId: string;
  readonly earned: number;
  readonly adjustedIn: number;
  readonly received: number;
  readonly redeemed: number;
  readonly expired: number;
  readonly reversed: number;
  readonly adjustedOut: number;
  readonly sent: number;
  readonly reserved: number;
  /** In their return window: earned, not yet to be spent. */
  readonly pending: number;
  readonly available: number;
  /** Spent and then taken back: paid from what comes next. */
  readonly debt: number;
  /** Pending points by when they become available. */
  readonly maturing: ByInstant;
  /** Pending and available points by when they expire. */
  readonly expiring: ByInstant;
  readonly nextExpiryAt: Instant | null;
  readonly tier: string;
  readonly tierSince: Instant | null;
  /** Latest business time it has seen: what was available then is not pending for a fact that is said late. */
  readonly asOf: Instant;
  /** Points earned by qualification year, the last three. */
  readonly qualifying: Readonly<Record<string, number>>;
  readonly why: Why;
}

const WHY_FACTS = 20;
const QUALIFYING_YEARS = 3;

const nothing = {
  earned: 0,
  adjustedIn: 0,
  received: 0,
  redeemed: 0,
  expired: 0,
  reversed: 0,
  adjustedOut: 0,
  sent: 0,
};

function plusAt(sums: ByInstant, at: Instant, points: number): ByInstant {
  const sum = (sums[at] ?? 0) + points;
  if (sum !== 0) return { ...sums, [at]: sum };
  const rest: Record<Instant, number> = {};
  for (const other in sums) if (other !== at) rest[other] = sums[other] as number; // a copy without one field takes three times as long
  return rest;
}

/** Points come to a lot: pending until they become available. */
function into(
  doc: LoyaltyBalance,
  { points, availableAt, expiresAt }: Omit<Portion, 'lotId'>,
  at: Instant,
): LoyaltyBalance {
  if (points === 0) return doc;
  const expiring = plusAt(doc.expiring, expiresAt, points);
  return availableAt > at
    ? { ...doc, expiring, pending: doc.pending + points, maturing: plusAt(doc.maturing, availableAt, points) }
    : { ...doc, expiring, available: doc.available + points };
}

/** Points leave lots, pending ones or available ones. */
function outOf(doc: LoyaltyBalance, lots: readonly Portion[]): LoyaltyBalance {
  return lots.reduce((now, { points, availableAt, expiresAt }) => {
    const expiring = plusAt(now.expiring, expiresAt, -points);
    return now.maturing[availableAt] === undefined
      ? { ...now, expiring, available: now.available - points }
      : { ...now, expiring, pending: now.pending - points, maturing: plusAt(now.maturing, availableAt, -points) };
  }, doc);
}

const qualified = (doc: LoyaltyBalance, year: number, points: number): LoyaltyBalance['qualifying'] =>
  Object.fromEntries(
    Object.entries<number>({ ...doc.qualifying, [year]: (doc.qualifying[year] ?? 0) + points })
      .sort()
      .slice(-QUALIFYING_YEARS),
  );

function moved(doc: LoyaltyBalance, fact: LoyaltyEvent): LoyaltyBalance {
  const { asOf: at } = doc;
  switch (fact.type) {
    case 'PointsEarned': {
      const { points, debtPaid, year } = fact.data;
      const kept = into(doc, { ...fact.data, points: points - debtPaid }, at);
      return {
        ...kept,
        earned: doc.earned + points,
        debt: doc.debt - debtPaid,
        qualifying: qualified(doc, year, points),
      };
    }
    case 'PointsReversed': {
      const { points, debt, lots, year } = fact.data;
      const rest = outOf(doc, lots);
      return {
        ...rest,
        reversed: doc.reversed + points,
        debt: doc.debt + debt,
        qualifying: qualified(doc, year, -points),
      };
    }
    case 'PointsRedeemed':
      return { ...outOf(doc, fact.data.lots), redeemed: doc.redeemed + fact.data.points };
    case 'PointsReserved':
      return { ...outOf(doc, fact.data.lots), reserved: doc.reserved + fact.data.points };
    case 'ReservationConfirmed': {
      const { points } = fact.data;
      return { ...doc, reserved: doc.reserved - points, redeemed: doc.redeemed + points };
    }
    case 'ReservationCancelled': {
      const { points, debtPaid, lots } = fact.data;
      const back = lots.reduce((now, portion) => into(now, portion, at), doc);
      return { ...back, reserved: doc.reserved - points, debt: doc.debt - debtPaid };
    }
    case 'PointsExpired':
      return { ...outOf(doc, fact.data.lots), expired: doc.expired + fact.data.points };
    case 'PointsAdjustedIn': {
      const { points, debtPaid } = fact.data;
      const kept = into(doc, { ...fact.data, points: points - debtPaid }, at);
      return { ...kept, adjustedIn: doc.adjustedIn + points, debt: doc.debt - debtPaid };
    }
    case 'PointsAdjustedOut':
      return { ...outOf(doc, fact.data.lots), adjustedOut: doc.adjustedOut + fact.data.points };
    case 'PointsSent':
      return { ...outOf(doc, fact.data.lots), sent: doc.sent + fact.data.points };
    case 'PointsReceived': {
      const { points, debtPaid } = fact.data;
      const kept = into(doc, { ...fact.data, points: points - debtPaid }, at);
      return { ...kept, received: doc.received + points, debt: doc.debt - debtPaid };
    }
    case 'LoyaltyTierChanged':
      return { ...doc, tier: fact.data.to, tierSince: fact.occurredAt };
  }
}

function folded(doc: LoyaltyBalance, fact: LoyaltyEvent, context: Context): LoyaltyBalance {
  const asOf = fact.occurredAt > doc.asOf ? fact.occurredAt : doc.asOf;
  const after = moved({ ...doc, asOf }, fact);
  const facts = [...doc.why.facts, fact.id].slice(-WHY_FACTS);
  const policy = { name: loyaltyPolicy.name, version: context.policy(loyaltyPolicy).version };
  const [nextExpiryAt = null] = Object.keys(after.expiring).sort();
  return { ...after, nextExpiryAt, why: { facts, policy } };
}

export const loyaltyBalance = defineProjection<LoyaltyBalance, LoyaltyEvent>({
  name: 'loyalty_balance',
  version: 1,
  about: "Each customer's points by what became of them, when they expire, and the loyalty tier.",
  key: (fact) => fact.customerId,
  perCustomer: true,
  indexes: [{ available: -1 }, { tier: 1, available: -1 }, { nextExpiryAt: 1 }, { debt: -1 }],
  initial: (customerId) => ({
    customerId,
    ...nothing,
    reserved: 0,
    pending: 0,
    available: 0,
    debt: 0,
    maturing: {},
    expiring: {},
    nextExpiryAt: null,
    tier: BASIC,
    tierSince: null,
    asOf: EARLIEST,
    qualifying: {},
    why: { facts: [], policy: { name: loyaltyPolicy.name, version: 0 } },
  }),
  on: {
    PointsEarned: folded,
    PointsReversed: folded,
    PointsRedeemed: folded,
    PointsReserved: folded,
    ReservationConfirmed: folded,
    ReservationCancelled: folded,
    PointsExpired: folded,
    PointsAdjustedIn: folded,
    PointsAdjustedOut: folded,
    PointsSent: folded,
    PointsReceived: folded,
    LoyaltyTierChanged: folded,
  },
  timers: {
    due: ({ maturing }) => Object.keys(maturing).sort()[0] ?? null,
    fire: (doc, at) => {
      const points = doc.maturing[at] ?? 0;
      return {
        ...doc,
        asOf: at > doc.asOf ? at : doc.asOf,
        pending: doc.pending - points,
        available: doc.available + points,
        maturing: plusAt(doc.maturing, at, -points),
      };
    },
  },
});
