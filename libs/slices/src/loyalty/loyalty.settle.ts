import { companyPolicy } from '#kernel/company.policy.js';
import type { Proposal } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import type { Money } from '#kernel/money.js';
import { zero } from '#kernel/money.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, type Instant } from '#kernel/time.js';
import type {
  PurchaseLinesAdded,
  PurchaseRecorded,
  PurchaseRefunded,
  PurchaseVoided,
} from '../purchases/purchases.events.js';
import { LoyaltyTierChanged, PointsEarned, PointsExpired, type PointsEarned as Earned } from './loyalty.events.js';
import { cancelled, inChunks, reversals } from './loyalty.movements.js';
import {
  availableFrom,
  BASIC,
  expiryOf,
  loyaltyPolicy,
  pointsFor,
  rankOf,
  rateFor,
  reviewOf,
  tierBelow,
  tierFor,
} from './loyalty.policy.js';
import { earnedInYear, expired, sumOf, type Loyalty } from './loyalty.state.js';

type Cause = PurchaseRecorded | PurchaseLinesAdded | PurchaseRefunded | PurchaseVoided | Earned;

/** A purchase earns points, a refund takes them back, and points reach tiers. */
export function react(state: Loyalty, fact: Fact, context: Context): readonly Proposal[] {
  const cause = fact as Cause;
  switch (cause.type) {
    case 'PurchaseRecorded':
      return earn(state, cause, cause.data.total, context);
    case 'PurchaseLinesAdded':
      return earn(state, cause, cause.data.net, context);
    case 'PurchaseRefunded':
      return takeBack(state, cause, cause.data.net, 'refund');
    case 'PurchaseVoided':
      return takeBack(state, cause, zero(cause.data.net.currency), 'void');
    case 'PointsEarned':
      return raise(state, cause, context);
  }
}

function earn(
  state: Loyalty,
  fact: PurchaseRecorded | PurchaseLinesAdded,
  net: Money,
  context: Context,
): readonly Proposal[] {
  const rules = context.policy(loyaltyPolicy);
  const { zone } = context.policy(companyPolicy);
  const { purchaseId } = fact.data;
  const rate = state.purchases.get(purchaseId)?.rate ?? rateFor(net.currency, rules);
  const points = pointsFor(net, rate) - earnedBy(state, purchaseId);
  if (points <= 0) return [];
  const at = fact.occurredAt;
  return [
    PointsEarned({
      ...{ points, debtPaid: Math.min(points, state.debt), reason: 'purchase', purchaseId, rate },
      ...{ availableAt: availableFrom(at, rules, zone), expiresAt: expiryOf(at, rules, zone) },
      year: yearOf(at, zone),
    }),
  ];
}

function takeBack(
  state: Loyalty,
  { data: { purchaseId } }: PurchaseRefunded | PurchaseVoided,
  net: Money,
  reason: string,
): readonly Proposal[] {
  const purchase = state.purchases.get(purchaseId);
  if (purchase === undefined) return [];
  const surplus = earnedBy(state, purchaseId) - pointsFor(net, purchase.rate);
  return surplus <= 0 ? [] : reversals(state, purchase.lotIds, surplus, reason, purchaseId);
}

const earnedBy = ({ purchases, earnings }: Loyalty, purchaseId: string): number =>
  (purchases.get(purchaseId)?.lotIds ?? []).reduce((sum, lotId) => sum + (earnings.get(lotId)?.points ?? 0), 0);

/** Only a year that is not settled yet can raise a tier: an older one was followed by reviews already. */
function raise(state: Loyalty, { data: { year } }: Earned, context: Context): readonly Proposal[] {
  const rules = context.policy(loyaltyPolicy);
  const points = earnedInYear(state, year);
  const to = tierFor(points, rules);
  if (year < state.tierYear || rankOf(to, rules) <= rankOf(state.tier, rules)) return [];
  return [LoyaltyTierChanged({ from: state.tier, to, year, points })];
}

/** When the first lot expires, reservation lapses, or year is drawn that did not keep the tier. */
export function due(state: Loyalty, context: Context): Instant | null {
  const instants: Instant[] = [];
  const expiring = state.expiries.firstKey();
  if (expiring !== undefined) instants.push(expiring);
  for (const { lapsesAt } of state.reservations.values()) instants.push(lapsesAt);
  const lost = lostYear(state, context);
  if (lost !== undefined) instants.push(lost.reviewAt);
  return instants.length === 0 ? null : instants.reduce((least, at) => (at < least ? at : least));
}

export function settle(state: Loyalty, at: Instant, context: Context): readonly Proposal[] {
  const gone = inChunks([...expired(state, at)]).map((lots) => PointsExpired({ points: sumOf(lots), lots }, at));
  if (gone.length > 0) return gone;
  for (const [reservationId, reservation] of state.reservations.entries()) {
    if (reservation.lapsesAt <= at) return [cancelled(state, reservationId, reservation, 'lapsed', at)];
  }
  const lost = lostYear(state, context);
  if (lost === undefined || lost.reviewAt > at) return [];
  const to = tierBelow(state.tier, context.policy(loyaltyPolicy));
  return [LoyaltyTierChanged({ from: state.tier, to, year: lost.year, points: earnedInYear(state, lost.year) }, at)];
}

/**
 * The first qualification year behind the settled one that earned too little for the tier. A year that was drawn under
 * an earlier policy is not drawn again.
 */
function lostYear(state: Loyalty, context: Context) {
  const { tier, tierYear } = state;
  if (tier === BASIC) return undefined;
  const rules = context.policy(loyaltyPolicy);
  const { zone } = context.policy(companyPolicy);
  const needed = Math.max(1, rules.tiers[rankOf(tier, rules) - 1]?.from ?? 0);
  for (let year = tierYear + 1; ; year += 1) {
    const reviewAt = reviewOf(year, rules, zone);
    if (earnedInYear(state, year) < needed && reviewAt >= rules.effectiveFrom) return { year, reviewAt };
  }
}

const yearOf = (at: Instant, zone: string): number => Number(dayOf(at, zone).slice(0, 4));
