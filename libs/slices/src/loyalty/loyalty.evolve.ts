import type { LoyaltyEvent, PointsEarned } from './loyalty.events.js';
import { rateOf } from './loyalty.policy.js';
import { earnedAtOf, earnedInYear, withPoints, withoutPoints, yearName, type Loyalty } from './loyalty.state.js';

/** What a customer's points are after a fact. */
export function evolve(state: Loyalty, fact: LoyaltyEvent): Loyalty {
  switch (fact.type) {
    case 'PointsEarned':
      return earned(state, fact);
    case 'PointsReversed': {
      const { lots, lotId, points, year, debt } = fact.data;
      const rest = withoutPoints(state, lots);
      const earning = state.earnings.get(lotId);
      return {
        ...rest,
        debt: state.debt + debt,
        earnings: earning ? state.earnings.set(lotId, { ...earning, points: earning.points - points }) : state.earnings,
        earnedIn: { ...state.earnedIn, [yearName(year)]: earnedInYear(state, year) - points },
        done: fact.data.purchaseId === undefined ? state.done.set(`reverse ${lotId}`, true) : state.done,
      };
    }
    case 'PointsRedeemed':
      return done(withoutPoints(state, fact.data.lots), `redeem ${fact.data.redemptionId}`);
    case 'PointsReserved': {
      const { reservationId, points, lots, lapsesAt } = fact.data;
      const reservations = state.reservations.set(reservationId, { points, lots, lapsesAt });
      return done({ ...withoutPoints(state, lots), reservations }, `reserve ${reservationId}`);
    }
    case 'ReservationConfirmed': {
      const { reservationId } = fact.data;
      return done({ ...state, reservations: state.reservations.delete(reservationId) }, `confirm ${reservationId}`);
    }
    case 'ReservationCancelled': {
      const { reservationId, lots, debtPaid } = fact.data;
      const reservations = state.reservations.delete(reservationId);
      const back = lots.reduce(
        (now, portion) => withPoints(now, { ...portion, earnedAt: earnedAtOf(now, portion.lotId) }),
        {
          ...state,
          reservations,
          debt: state.debt - debtPaid,
        },
      );
      return done(back, `cancel ${reservationId}`);
    }
    case 'PointsExpired':
      return withoutPoints(state, fact.data.lots);
    case 'PointsAdjustedIn':
      return done(received(state, fact), `adjust ${fact.data.adjustmentId}`);
    case 'PointsAdjustedOut':
      return done(withoutPoints(state, fact.data.lots), `adjust ${fact.data.adjustmentId}`);
    case 'PointsSent':
      return done(withoutPoints(state, fact.data.lots), `send ${fact.data.transferId}`);
    case 'PointsReceived':
      return received(state, fact);
    case 'LoyaltyTierChanged':
      return { ...state, tier: fact.data.to, tierYear: Math.max(state.tierYear, fact.data.year) };
  }
}

function earned(state: Loyalty, fact: PointsEarned): Loyalty {
  const { points, year, purchaseId, rate, earningId } = fact.data;
  const lot = received(state, fact, year);
  const earnedIn = { ...state.earnedIn, [yearName(year)]: earnedInYear(state, year) + points };
  const named = earningId === undefined ? lot : done(lot, `earn ${earningId}`);
  if (purchaseId === undefined || rate === undefined) return { ...named, earnedIn };
  const lotIds = (state.purchases.get(purchaseId)?.lotIds ?? []).concat(fact.id); // a spread leaves room for sixteen more
  return { ...named, earnedIn, purchases: state.purchases.set(purchaseId, { lotIds, rate: rateOf(rate) }) };
}

interface NewLot {
  readonly id: string;
  readonly occurredAt: string;
  readonly data: {
    readonly points: number;
    readonly debtPaid: number;
    readonly availableAt: string;
    readonly expiresAt: string;
  };
}

/** A new lot, less what went to a debt. Only what was earned can be reversed, and only that has a year. */
function received(state: Loyalty, { id, occurredAt, data }: NewLot, year = 0): Loyalty {
  const { points, debtPaid, availableAt, expiresAt } = data;
  const reversible = year === 0 ? 0 : points;
  const earnings = state.earnings.set(id, { lotId: id, earnedAt: occurredAt, year, points: reversible });
  const lot = { lotId: id, earnedAt: occurredAt, points: points - debtPaid, availableAt, expiresAt };
  return withPoints({ ...state, earnings, debt: state.debt - debtPaid }, lot);
}

const done = (state: Loyalty, name: string): Loyalty => ({ ...state, done: state.done.set(name, true) });
