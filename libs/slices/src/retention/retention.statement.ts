import { companyPolicy } from '#kernel/company.policy.js';
import type { Fact } from '#kernel/fact.js';
import { decimal, type Money } from '#kernel/money.js';
import type { Context, InForce, PolicyDefinition } from '#kernel/policy.js';
import { counted, dateOf, defineStatement, ruleOf, type Rule, type Telling } from '#kernel/statement.js';
import { dayOf, plusDays } from '#kernel/time.js';
import { lifecyclePolicy } from '../lifecycle/lifecycle.policy.js';
import type { LoyaltyEvent } from '../loyalty/loyalty.events.js';
import { surveysPolicy } from '../surveys/surveys.policy.js';
import { valuePolicy } from '../value/value.policy.js';
import type { AlertRaised, Reason } from './retention.events.js';
import { retentionPolicy } from './retention.policy.js';
import { retentionAlerts, type AlertDocument } from './retention.projection.js';

type Raised = AlertRaised['data'];

const keyOf = ({ customerId, episodeId }: AlertDocument): string => `${customerId}/${episodeId}`;

/** Every open alert, the longest open first; or one by its name, or the newest of a reason whether open or over. */
function pick(docs: readonly AlertDocument[], which: string | undefined): readonly AlertDocument[] {
  const inOrder = docs.toSorted((one, other) => (one.raisedAt < other.raisedAt ? -1 : 1));
  if (which === undefined) return inOrder.filter(({ status }) => status !== 'closed');
  return inOrder.filter(({ reason, episodeId }) => episodeId === which || reason === which).slice(-1);
}

/** Facts of other slices that an alert of a reason may rest on. */
const CAUSES: Readonly<Record<Reason, (fact: Fact, telling: Telling<AlertDocument>) => boolean>> = {
  silent: ({ type }) => type === 'PurchaseRecorded' || type === 'PurchaseVoided',
  complaint_overdue: ({ id }, { decision }) => (decision?.data as Raised | undefined)?.because.includes(id) === true,
  low_score: ({ id }, { decision }) => (decision?.data as Raised | undefined)?.because.includes(id) === true,
  value_fell: (fact, telling) => isSince(fact, telling, telling.context.policy(valuePolicy).windowDays),
  points_lapsing: (fact, { doc: { about } }) => expiryIn(fact as LoyaltyEvent).includes(about),
  vip_uncontacted: (fact, telling) => fact.type === 'CustomerContacted' || CAUSES.value_fell(fact, telling),
};

/** What an alert is worth rests on these, whatever its reason. */
const isOfWorth = (fact: Fact, telling: Telling<AlertDocument>): boolean =>
  isSince(fact, telling, telling.context.policy(retentionPolicy).worthDays);

/** Of a purchase that was in the window of so many days when the alert was raised, or that left it then. */
function isSince(fact: Fact, { decision, context }: Telling<AlertDocument>, days: number): boolean {
  if (!fact.type.startsWith('Purchase') || decision === undefined) return false;
  const { zone } = context.policy(companyPolicy);
  const { purchasedAt = fact.occurredAt } = fact.data as { readonly purchasedAt?: string };
  const first = plusDays(dayOf(decision.occurredAt, zone), -days);
  return dayOf(purchasedAt, zone) >= first;
}

const expiryIn = ({ data }: LoyaltyEvent): readonly string[] => [
  ...('expiresAt' in data ? [data.expiresAt] : []),
  ...('lots' in data ? data.lots.map(({ expiresAt }) => expiresAt) : []),
];

/** The figures by which each reason is one. */
function rules({ doc: { reason }, context }: Telling<AlertDocument>): readonly Rule[] {
  const retention = context.policy(retentionPolicy);
  const { answerWithinDays, lapsesAfterDays } = retention.reasons[reason];
  const of = <R extends object>(
    definition: PolicyDefinition<R>,
    words: (rules: R) => string,
    ...names: (keyof R & string)[]
  ) => quoted(context, definition, words, names);
  const lapses = lapsesAfterDays === null ? '' : `; lapses unanswered after ${counted(lapsesAfterDays, 'day')}`;
  const answering = `to be answered within ${counted(answerWithinDays, 'day')}${lapses}`;
  const causes: Readonly<Record<Reason, readonly Rule[]>> = {
    silent: [
      of(
        lifecyclePolicy,
        ({ atRiskRhythms, atRiskLeastDays }) =>
          `silent for longer than ${atRiskRhythms} rhythms and ${atRiskLeastDays} days`,
        ...(['atRiskRhythms', 'atRiskLeastDays'] as const),
      ),
    ],
    complaint_overdue: [],
    low_score: [
      of(
        surveysPolicy,
        ({ detractorAtMost: { nps, csat } }) => `a detractor answers at most ${nps} (NPS) or ${csat} (CSAT)`,
        'detractorAtMost',
      ),
    ],
    value_fell: [of(valuePolicy, ({ windowDays }) => `purchases count for ${windowDays} days`, 'windowDays')],
    points_lapsing: [
      of(
        retentionPolicy,
        (policy) => `${policy.lapsingLeastPoints} points or more that expire within ${policy.lapsingWithinDays} days`,
        ...(['lapsingLeastPoints', 'lapsingWithinDays'] as const),
      ),
    ],
    vip_uncontacted: [
      of(
        retentionPolicy,
        (policy) => `${policy.uncontactedTiers.join(', ')} without a contact for ${policy.uncontactedAfterDays} days`,
        ...(['uncontactedTiers', 'uncontactedAfterDays'] as const),
      ),
    ],
  };
  return [...causes[reason], ruleOf(retentionPolicy.name, retention, answering, { answerWithinDays, lapsesAfterDays })];
}

function quoted<R extends object>(
  context: Context,
  definition: PolicyDefinition<R>,
  words: (rules: R) => string,
  names: readonly (keyof R & string)[],
): Rule {
  const policy: InForce<R> = context.policy(definition);
  return ruleOf(definition.name, policy, words(policy), Object.fromEntries(names.map((name) => [name, policy[name]])));
}

const said = (worth: readonly Money[]): string =>
  worth.length === 0 ? 'nothing' : worth.map((amount) => `${decimal(amount)} ${amount.currency}`).join(' and ');

export const alertStatement = defineStatement<AlertDocument>({
  name: 'alert',
  about: 'Why somebody should look after the customer now; each open alert, or one by its reason or name.',
  projection: retentionAlerts,
  ...{ pick, keyOf, rules },
  nameOf: ({ episodeId }) => episodeId,
  states: ({ reason, about, status }) => ({ reason, about, status }),
  figures: ({ figures, since, worth, ended }) => ({ figures, since, worth, ended }),
  decision: {
    is: (fact, { episodeId }) => fact.type === 'AlertRaised' && (fact.data as Raised).episodeId === episodeId,
    again: ({ data }, proposal) => {
      const [before, after] = [data as Raised, proposal.data as Raised];
      const same = proposal.type === 'AlertRaised' && after.reason === before.reason;
      return same ? { ...after, episodeId: before.episodeId } : undefined;
    },
  },
  restsOn: (facts, telling) => {
    const { doc, decision } = telling;
    return facts.filter((fact) => {
      const { episodeId } = fact.data as { readonly episodeId?: string };
      if (episodeId !== undefined) return episodeId === doc.episodeId;
      if (fact.revision >= (decision?.revision ?? Infinity)) return false;
      return CAUSES[doc.reason](fact, telling) || isOfWorth(fact, telling);
    });
  },
  nothing: (which) => (which === undefined ? 'No alert is open.' : 'They never had such an alert.'),
  says: ({ episodeId, status, raisedAt }) => `has the alert ${episodeId}, ${status}, raised on ${dateOf(raisedAt)}`,
  follows: ({ doc: { why, worth, suggested, ended, dueBy }, context }) => [
    why.words,
    `Worth ${said(worth)}: what they spent in the ${context.policy(retentionPolicy).worthDays} days before.`,
    ended === null
      ? `Suggested: ${suggested.action}, by ${dateOf(dueBy)}. ${suggested.text}`
      : `It ended on ${dateOf(ended.at)} by ${ended.by === 'fact' ? 'a fact' : ended.by}: ${ended.outcome}.`,
  ],
  next: ({ decision, doc: { ended } }) => {
    const { lapsesAt } = (decision?.data ?? {}) as Partial<Raised>;
    return lapsesAt === undefined || ended !== null
      ? undefined
      : { at: lapsesAt, says: 'has this alert no more: it lapses' };
  },
});
