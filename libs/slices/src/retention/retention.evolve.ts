import { companyPolicy } from '#kernel/company.policy.js';
import type { Context } from '#kernel/policy.js';
import { dayOf } from '#kernel/time.js';
import type {
  ComplaintClosed,
  ComplaintResolved,
  ComplaintResponded,
  ComplaintSlaMissed,
} from '../complaints/complaints.events.js';
import type { CustomerContacted } from '../contacts/contacts.events.js';
import { rhythmOf, withoutPurchase, withPurchase } from '../lifecycle/lifecycle.days.policy.js';
import type { LoyaltyEvent, LoyaltyTierChanged, Portion, ReservationConfirmed } from '../loyalty/loyalty.events.js';
import type { SurveyAnswered } from '../surveys/surveys.events.js';
import { isDetractor, surveysPolicy } from '../surveys/surveys.policy.js';
import { valuePolicy } from '../value/value.policy.js';
import { windowAfter, within, type PurchaseFact } from '../value/value.window.policy.js';
import type { RetentionEvent } from './retention.events.js';
import { later } from './retention.movements.js';
import { retentionPolicy } from './retention.policy.js';
import { newRetention, type Episode, type Retention } from './retention.state.js';
import { heldUntil, tierOn } from './retention.tiers.js';

export type ComplaintFact = ComplaintSlaMissed | ComplaintResponded | ComplaintResolved | ComplaintClosed;
export type PointsFact = Exclude<LoyaltyEvent, LoyaltyTierChanged | ReservationConfirmed>;
/** Everything this slice's state is folded from. */
export type Heard = RetentionEvent | PurchaseFact | ComplaintFact | PointsFact | SurveyAnswered | CustomerContacted;

const MOST_DAYS = 366; // no policy looks further back

export function evolve(state: Retention, fact: Heard, context: Context): Retention {
  switch (fact.type) {
    case 'AlertRaised': {
      const { episodeId, reason, about, lapsesAt = null } = fact.data;
      const raised: Episode = {
        ...{ episodeId, reason, about, lapsesAt, status: 'open', raisedAt: fact.occurredAt },
        ...{ number: (state.episodes[reason]?.number ?? 0) + 1, answeredAt: fact.occurredAt, acted: false },
        ...{ endedAt: null, endedBy: null, outcome: null, converted: null },
      };
      return { ...state, episodes: { ...state.episodes, [reason]: raised } };
    }
    case 'AlertCleared': {
      const { by } = fact.data;
      return ended(state, fact, by === 'time' || by === 'action' ? by : 'fact');
    }
    case 'AlertClosed':
      return ended(state, fact, 'person', fact.data.outcome);
    case 'AlertAcknowledged':
      return episode(state, fact, { status: 'acknowledged' });
    case 'RetentionActionRecorded': {
      const answeredAt = later(state.episodes[fact.data.reason]?.answeredAt ?? '', fact.occurredAt);
      const acted = episode(state, fact, { status: 'acted', acted: true, answeredAt });
      return { ...acted, actions: state.actions.set(fact.data.actionId, true) };
    }
    case 'AlertConverted':
      return episode(state, fact, { converted: fact.data.purchaseId });
    case 'AlertConversionUndone':
      return episode(state, fact, { converted: null });
    case 'PurchaseRecorded':
    case 'PurchaseLinesAdded':
    case 'PurchaseRefunded':
    case 'PurchaseVoided':
      return bought(state, fact, context);
    case 'ComplaintSlaMissed': {
      const { complaintId, sla } = fact.data;
      return { ...state, overdue: state.overdue.set(complaintId, [...(state.overdue.get(complaintId) ?? []), sla]) };
    }
    case 'ComplaintResponded': {
      const { complaintId } = fact.data;
      const rest = (state.overdue.get(complaintId) ?? []).filter((sla) => sla !== 'first_response');
      const { overdue } = state;
      return { ...state, overdue: rest.length > 0 ? overdue.set(complaintId, rest) : overdue.delete(complaintId) };
    }
    case 'ComplaintResolved':
    case 'ComplaintClosed':
      return { ...state, overdue: state.overdue.delete(fact.data.complaintId) };
    case 'SurveyAnswered':
      return isDetractor(fact.data.instrument, fact.data.score, context.policy(surveysPolicy)) === undefined
        ? state
        : { ...state, scoredAt: later(state.scoredAt, fact.occurredAt) };
    case 'CustomerContacted':
      return fact.data.reached && fact.occurredAt >= (state.contacted?.at ?? '')
        ? { ...state, contacted: { at: fact.occurredAt, fact: fact.id } }
        : state;
    case 'PointsEarned':
    case 'PointsAdjustedIn':
    case 'PointsReceived': {
      const { points, debtPaid, availableAt, expiresAt } = fact.data;
      return withPoints(state, [{ lotId: fact.id, points: points - debtPaid, availableAt, expiresAt }], 1);
    }
    case 'ReservationCancelled':
      return withPoints(state, fact.data.lots, 1);
    case 'PointsReversed':
    case 'PointsRedeemed':
    case 'PointsReserved':
    case 'PointsExpired':
    case 'PointsAdjustedOut':
    case 'PointsSent':
      return withPoints(state, fact.data.lots, -1);
  }
}

type Own = Exclude<RetentionEvent, { readonly type: 'AlertRaised' }>;

/** Changes the newest alert of a reason; facts about older ones change nothing. */
function episode(state: Retention, { data: { reason, episodeId } }: Own, change: Partial<Episode>): Retention {
  const known = state.episodes[reason];
  if (known?.episodeId !== episodeId) return state;
  return { ...state, episodes: { ...state.episodes, [reason]: { ...known, ...change } } };
}

/** Complaints that were overdue when their alert ended were seen to: the next alert is about others. */
function ended(state: Retention, fact: Own, endedBy: Episode['endedBy'], outcome: string | null = null): Retention {
  const after = episode(state, fact, { status: 'ended', endedAt: fact.occurredAt, endedBy, outcome });
  return fact.data.reason === 'complaint_overdue' ? { ...after, overdue: newRetention.overdue } : after;
}

function bought(state: Retention, fact: PurchaseFact, context: Context): Retention {
  const { zone } = context.policy(companyPolicy);
  const boughtAt = later(state.boughtAt, fact.occurredAt);
  const changed = { ...state, ...daysAfter(state, fact, context), boughtAt };
  const window = within(windowAfter(state.window, fact, zone), dayOf(boughtAt, zone), MOST_DAYS);
  const { uncontactedTiers } = context.policy(retentionPolicy);
  const favoured = (known: Retention['window']): boolean =>
    uncontactedTiers.includes(tierOn(heldUntil(known, context.policy(valuePolicy)), dayOf(boughtAt, zone)));
  if (!favoured(window)) return { ...changed, window, favouredSince: null };
  const since = favoured(state.window) ? state.favouredSince : null;
  return { ...changed, window, favouredSince: since ?? { at: fact.occurredAt, fact: fact.id } };
}

/** The days on which was bought; refunds and added lines leave them. */
function daysAfter(state: Retention, fact: PurchaseFact, context: Context): Pick<Retention, 'bought' | 'rhythm'> {
  const { bought: known, rhythm } = state;
  const { zone } = context.policy(companyPolicy);
  let days = known;
  if (fact.type === 'PurchaseRecorded') days = withPurchase(known, dayOf(fact.occurredAt, zone), fact.id);
  if (fact.type === 'PurchaseVoided') days = withoutPurchase(known, dayOf(fact.data.purchasedAt, zone), fact.id);
  const same = days.gaps === known.gaps && days.lastDay === known.lastDay;
  return { bought: days, rhythm: same ? rhythm : rhythmOf(days, context) };
}

/** Puts portions into their lots, or takes them out. */
function withPoints(state: Retention, portions: readonly Portion[], sign: 1 | -1): Retention {
  let { lots, expiring } = state;
  for (const { lotId, points, expiresAt } of portions) {
    if (points === 0) continue;
    const key = `${expiresAt} ${lotId}`;
    const left = (lots.get(key) ?? 0) + sign * points;
    const sum = (expiring.get(expiresAt) ?? 0) + sign * points;
    lots = left > 0 ? lots.set(key, left) : lots.delete(key);
    expiring = sum > 0 ? expiring.set(expiresAt, sum) : expiring.delete(expiresAt);
  }
  return { ...state, lots, expiring };
}
