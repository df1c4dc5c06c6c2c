import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import type { Instrument, SurveyAnswered, SurveyDeclined, SurveyEvent, SurveySent } from './surveys.events.js';
import { isDetractor, surveysPolicy } from './surveys.policy.js';

/** An answer that decides something. */
interface Deciding {
  readonly factId: string;
  readonly answeredAt: Instant;
}

export interface LastAnswer extends Deciding {
  readonly surveyId: string;
  readonly instrument: Instrument;
  readonly score: number;
  /** Hundredths of a point between 0 and 100. */
  readonly scaled: number;
  readonly touchpoint: string;
  readonly channel: string | null;
  readonly about: string | null;
  /** The customer's own words; null where there are none, or none that may be opened. */
  readonly comment: string | null;
}

export interface CustomerSatisfaction {
  readonly customerId: string;
  readonly sent: number;
  readonly answers: number;
  readonly declined: number;
  readonly answersBy: Readonly<Record<Instrument, number>>;
  /** By when it was given, not by when it came to us. */
  readonly last: LastAnswer | null;
  /** By the last answer that tells: one of NPS or CSAT. */
  readonly detractor: boolean;
  readonly detractorBy: Deciding | null;
  /** The answer that says whether the customer is a detractor, and the last one. */
  readonly why: Why;
}

/** The policy in force, and the answers that decide what is said. */
function because({ last, detractorBy, ...doc }: CustomerSatisfaction, context: Context): CustomerSatisfaction {
  const facts = new Set([detractorBy, last].flatMap((answer) => answer?.factId ?? []));
  const policy = { name: surveysPolicy.name, version: context.policy(surveysPolicy).version };
  return { ...doc, last, detractorBy, why: { facts: [...facts], policy } };
}

function answered(doc: CustomerSatisfaction, fact: SurveyAnswered, context: Context): CustomerSatisfaction {
  const { id, occurredAt, data } = fact;
  const { instrument, score } = data;
  const detractor = isDetractor(instrument, score, context.policy(surveysPolicy));
  const isTold = detractor !== undefined && (doc.detractorBy?.answeredAt ?? '') <= occurredAt;
  const isLast = (doc.last?.answeredAt ?? '') <= occurredAt;
  const counted = {
    answers: doc.answers + 1,
    answersBy: { ...doc.answersBy, [instrument]: doc.answersBy[instrument] + 1 },
    ...(isLast && { last: lastOf(fact) }),
    ...(isTold && { detractor, detractorBy: { factId: id, answeredAt: occurredAt } }),
  };
  return because({ ...doc, ...counted }, context);
}

function lastOf({ id, occurredAt, data }: SurveyAnswered): LastAnswer {
  const { surveyId, instrument, score, scaled, touchpoint, channel = null, about = null, comment } = data;
  const asked = { surveyId, instrument, touchpoint, channel, about };
  return { factId: id, answeredAt: occurredAt, ...asked, score, scaled, comment };
}

export const customerSatisfaction = defineProjection<CustomerSatisfaction, SurveyEvent>({
  name: 'customer_satisfaction',
  version: 1,
  about: "Each customer's last answer, and whether it is a detractor's.",
  key: ({ customerId }) => customerId,
  perCustomer: true,
  indexes: [{ detractor: 1, 'detractorBy.answeredAt': -1 }, { 'last.scaled': 1 }, { 'last.answeredAt': -1 }],
  opens: ['SurveyAnswered.comment'],
  initial: (customerId) => ({
    customerId,
    sent: 0,
    answers: 0,
    declined: 0,
    answersBy: { nps: 0, csat: 0, ces: 0 },
    last: null,
    detractor: false,
    detractorBy: null,
    why: { facts: [], policy: { name: surveysPolicy.name, version: 0 } },
  }),
  on: {
    SurveySent: (doc, _: SurveySent, context) => because({ ...doc, sent: doc.sent + 1 }, context),
    SurveyAnswered: answered,
    SurveyDeclined: (doc, _: SurveyDeclined, context) => because({ ...doc, declined: doc.declined + 1 }, context),
  },
});
