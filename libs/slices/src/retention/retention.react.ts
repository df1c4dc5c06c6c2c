import { companyPolicy } from '#kernel/company.policy.js';
import type { Proposal } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, daysBetween } from '#kernel/time.js';
import type { ComplaintSlaMissed } from '../complaints/complaints.events.js';
import type { CustomerContacted } from '../contacts/contacts.events.js';
import type { PurchaseRecorded, PurchaseVoided } from '../purchases/purchases.events.js';
import type { SurveyAnswered } from '../surveys/surveys.events.js';
import { isDetractor, surveysPolicy } from '../surveys/surveys.policy.js';
import { valuePolicy } from '../value/value.policy.js';
import type { PurchaseFact } from '../value/value.window.policy.js';
import { favouredUntil } from './retention.causes.js';
import { AlertConversionUndone, AlertConverted, type Reason } from './retention.events.js';
import type { ComplaintFact, PointsFact } from './retention.evolve.js';
import { cleared, raised } from './retention.movements.js';
import { retentionPolicy } from './retention.policy.js';
import { nameOf, openOf, type Retention } from './retention.state.js';
import { heldUntil, isLower, tierOn } from './retention.tiers.js';

type Cause = PurchaseFact | ComplaintFact | PointsFact | SurveyAnswered | CustomerContacted;

/** What other slices' facts raise, clear and convert. */
export function react(state: Retention, fact: Fact, context: Context): readonly Proposal[] {
  const cause = fact as Cause;
  switch (cause.type) {
    case 'PurchaseRecorded':
      return [...brokeSilence(state, cause), ...regained(state, cause, context), ...converted(state, cause, context)];
    case 'PurchaseLinesAdded':
      return regained(state, cause, context);
    case 'PurchaseRefunded':
      return leftTier(state, cause, context);
    case 'PurchaseVoided':
      return [...brokeSilence(state, cause), ...leftTier(state, cause, context), ...undone(state, cause)];
    case 'ComplaintSlaMissed':
      return overdue(state, cause, context);
    case 'ComplaintResponded':
    case 'ComplaintResolved':
    case 'ComplaintClosed':
      return state.overdue.size > 0 ? [] : answer(state, 'complaint_overdue', cause, OUTCOMES[cause.type]);
    case 'SurveyAnswered':
      return scored(state, cause, context);
    case 'CustomerContacted':
      return cause.data.reached ? answer(state, 'vip_uncontacted', cause, 'contacted') : [];
    case 'PointsEarned':
    case 'PointsAdjustedIn':
    case 'PointsReceived':
    case 'ReservationCancelled':
      return [];
    case 'PointsReversed':
    case 'PointsRedeemed':
    case 'PointsReserved':
    case 'PointsExpired':
    case 'PointsAdjustedOut':
    case 'PointsSent': {
      const points = state.expiring.get(openOf(state, 'points_lapsing')?.about ?? '') ?? 0;
      const few = points < context.policy(retentionPolicy).lapsingLeastPoints;
      return few ? answer(state, 'points_lapsing', cause, OUTCOMES[cause.type]) : [];
    }
  }
}

/** What a fact that answers an alert is called as its outcome. */
const OUTCOMES = {
  ComplaintResponded: 'responded',
  ComplaintResolved: 'resolved',
  ComplaintClosed: 'closed',
  PointsReversed: 'reversed',
  PointsRedeemed: 'redeemed',
  PointsReserved: 'reserved',
  PointsExpired: 'expired',
  PointsAdjustedOut: 'adjusted',
  PointsSent: 'sent',
} as const;

function answer(state: Retention, reason: Reason, { id, occurredAt }: Fact, outcome: string): readonly Proposal[] {
  const episode = openOf(state, reason);
  return episode === undefined ? [] : [cleared(episode, id, outcome, occurredAt)];
}

/** The last buying day is another one than that after which the customer was silent. */
function brokeSilence(state: Retention, fact: PurchaseRecorded | PurchaseVoided): readonly Proposal[] {
  if (openOf(state, 'silent')?.about === state.bought.lastDay) return [];
  return answer(state, 'silent', fact, fact.type === 'PurchaseRecorded' ? 'bought' : 'corrected');
}

/** The tier is again what it was before it fell, or better. */
function regained(state: Retention, fact: PurchaseFact, context: Context): readonly Proposal[] {
  const episode = openOf(state, 'value_fell');
  if (episode === undefined) return [];
  const held = heldUntil(state.window, context.policy(valuePolicy));
  const tier = tierOn(held, dayOf(state.boughtAt, context.policy(companyPolicy).zone));
  return isLower(tier, episode.about) ? [] : answer(state, 'value_fell', fact, 'regained');
}

function leftTier(state: Retention, fact: PurchaseFact, context: Context): readonly Proposal[] {
  if (openOf(state, 'vip_uncontacted') === undefined || favouredUntil(state, context) !== undefined) return [];
  return answer(state, 'vip_uncontacted', fact, 'tier_left');
}

/** The newest alert of each reason is what a purchase is counted for. */
function converted(state: Retention, fact: PurchaseRecorded, context: Context): readonly Proposal[] {
  const { zone } = context.policy(companyPolicy);
  const { convertedWithinDays } = context.policy(retentionPolicy);
  const { purchaseId, total: amount } = fact.data;
  return Object.values(state.episodes).flatMap((episode) => {
    const { answeredAt, acted } = episode;
    const afterDays = daysBetween(dayOf(answeredAt, zone), dayOf(fact.occurredAt, zone));
    if (episode.converted !== null || fact.occurredAt < answeredAt || afterDays > convertedWithinDays) return [];
    return [AlertConverted({ ...nameOf(episode), purchaseId, by: fact.id, amount, afterDays, acted })];
  });
}

const undone = (state: Retention, { data: { purchaseId } }: PurchaseVoided): readonly Proposal[] =>
  Object.values(state.episodes)
    .filter(({ converted }) => converted === purchaseId)
    .map((episode) => AlertConversionUndone({ ...nameOf(episode), purchaseId, acted: episode.acted }));

function overdue(state: Retention, fact: ComplaintSlaMissed, context: Context): readonly Proposal[] {
  if (openOf(state, 'complaint_overdue') !== undefined) return [];
  const { complaintId: about, sla, priority, dueAt, cause } = fact.data;
  const figures = { complaintId: about, sla, priority, cause, promisedBy: dueAt };
  const because = [fact.id];
  return [
    raised(state, { reason: 'complaint_overdue', about, because, figures, since: dueAt }, fact.occurredAt, context),
  ];
}

/** The last answer counts; one that comes to light later than a newer one changes nothing. */
function scored(state: Retention, fact: SurveyAnswered, context: Context): readonly Proposal[] {
  const { surveyId: about, instrument, score, touchpoint } = fact.data;
  const detractor = isDetractor(instrument, score, context.policy(surveysPolicy));
  if (detractor === undefined || fact.occurredAt < state.scoredAt) return [];
  if (!detractor) return answer(state, 'low_score', fact, 'good_score');
  if (openOf(state, 'low_score') !== undefined) return [];
  const figures = { surveyId: about, instrument, score, touchpoint };
  const since = fact.occurredAt;
  return [raised(state, { reason: 'low_score', about, because: [fact.id], figures, since }, since, context)];
}
