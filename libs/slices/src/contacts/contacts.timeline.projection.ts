import type { Fact, Why } from '#kernel/fact.js';
import type { Money } from '#kernel/money.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import type {
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintResponded,
} from '../complaints/complaints.events.js';
import type { PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from '../purchases/purchases.events.js';
import type { SurveyAnswered, SurveyDeclined, SurveySent } from '../surveys/surveys.events.js';
import type { CustomerContacted, Direction } from './contacts.events.js';
import { explained, unexplained } from './contacts.why.js';

type Touch =
  | CustomerContacted
  | PurchaseRecorded
  | PurchaseRefunded
  | PurchaseVoided
  | ComplaintRaised
  | ComplaintResponded
  | ComplaintResolved
  | ComplaintReopened
  | SurveySent
  | SurveyAnswered
  | SurveyDeclined;

/** What a fact says in the words of every other. */
interface Told {
  readonly kind: 'contact' | 'purchase' | 'complaint' | 'survey';
  /** The contact, purchase, complaint or survey, by its own name. */
  readonly reference: string;
  /** Who came to whom. */
  readonly direction: Direction;
  readonly channel?: string | undefined;
  /** Purpose and outcome, cause, remedy, instrument: one or two words. */
  readonly detail?: string | undefined;
  readonly amount?: Money | undefined;
  /** On the scale of the survey's instrument. */
  readonly score?: number | undefined;
}

export interface TimelineEntry {
  readonly customerId: string;
  readonly at: Instant;
  readonly event: string;
  readonly kind: Told['kind'] | null;
  readonly reference: string;
  readonly direction: Direction | null;
  readonly channel: string | null;
  readonly detail: string | null;
  readonly amount: Money | null;
  readonly score: number | null;
  readonly why: Why;
}

function told(fact: Touch): Told {
  switch (fact.type) {
    case 'CustomerContacted': {
      const { contactId, direction, channel, purpose, outcome } = fact.data;
      return { kind: 'contact', reference: contactId, direction, channel, detail: `${purpose}: ${outcome}` };
    }
    case 'PurchaseRecorded': {
      const { purchaseId, channel, total } = fact.data;
      return { kind: 'purchase', reference: purchaseId, direction: 'inbound', channel, amount: total };
    }
    case 'PurchaseRefunded':
      return { kind: 'purchase', reference: fact.data.purchaseId, direction: 'outbound', amount: fact.data.amount };
    case 'PurchaseVoided':
      return { kind: 'purchase', reference: fact.data.purchaseId, direction: 'outbound', amount: fact.data.net };
    case 'ComplaintRaised': {
      const { complaintId, channel, cause } = fact.data;
      return { kind: 'complaint', reference: complaintId, direction: 'inbound', channel, detail: cause };
    }
    case 'ComplaintReopened':
      return { kind: 'complaint', reference: fact.data.complaintId, direction: 'inbound', detail: fact.data.cause };
    case 'ComplaintResponded': {
      const { complaintId, channel, cause } = fact.data;
      return { kind: 'complaint', reference: complaintId, direction: 'outbound', channel, detail: cause };
    }
    case 'ComplaintResolved': {
      const { complaintId, remedy } = fact.data;
      const { kind: detail, amount } = remedy;
      return { kind: 'complaint', reference: complaintId, direction: 'outbound', detail, amount };
    }
    case 'SurveySent':
      return { ...survey(fact), direction: 'outbound' };
    case 'SurveyAnswered':
      return { ...survey(fact), direction: 'inbound', score: fact.data.score };
    case 'SurveyDeclined':
      return { ...survey(fact), direction: 'inbound' };
  }
}

const survey = ({
  data: { surveyId, channel, instrument, touchpoint },
}: SurveySent | SurveyAnswered | SurveyDeclined) =>
  ({ kind: 'survey', reference: surveyId, channel, detail: `${instrument}: ${touchpoint}` }) as const;

const entered = (doc: TimelineEntry, fact: Touch, context: Context): TimelineEntry => {
  const { kind, reference, direction, channel, detail, amount, score } = told(fact);
  return {
    customerId: fact.customerId,
    at: fact.occurredAt,
    event: fact.type,
    kind,
    reference,
    direction,
    channel: channel ?? null,
    detail: detail ?? null,
    amount: amount ?? null,
    score: score ?? null,
    why: explained(doc.why, fact, context),
  };
};

export const contactTimeline = defineProjection<TimelineEntry, Touch>({
  name: 'contact_timeline',
  version: 1,
  about: 'Everything that passed between a customer and the company, one document a fact.',
  key: ({ customerId, id }: Fact) => `${customerId}/${id}`,
  perCustomer: true,
  indexes: [
    { customerId: 1, at: -1 },
    { customerId: 1, kind: 1, at: -1 },
  ],
  initial: () => ({
    customerId: '',
    at: '',
    event: '',
    kind: null,
    reference: '',
    direction: null,
    channel: null,
    detail: null,
    amount: null,
    score: null,
    why: unexplained,
  }),
  on: {
    CustomerContacted: entered,
    PurchaseRecorded: entered,
    PurchaseRefunded: entered,
    PurchaseVoided: entered,
    ComplaintRaised: entered,
    ComplaintResponded: entered,
    ComplaintResolved: entered,
    ComplaintReopened: entered,
    SurveySent: entered,
    SurveyAnswered: entered,
    SurveyDeclined: entered,
  },
});
