import { defineEvent, type AnyEvent } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import { defineProjection } from '#kernel/projection.js';
import { defineSlice } from '#kernel/slice.js';

export interface Summary {
  readonly customerId: string;
  readonly purchases: number;
  readonly total: number;
  readonly lastPurchaseAt: string | null;
  readonly contacts: number;
  readonly satisfaction: number | null;
  readonly openComplaints: number;
  readonly points: number;
}

type Body = Readonly<Record<string, unknown>>;
type WorkloadFact = Fact<
  | 'CustomerRegistered'
  | 'PurchaseRecorded'
  | 'CustomerContacted'
  | 'SurveyAnswered'
  | 'ComplaintRaised'
  | 'ComplaintResolved',
  Body
>;

export const bought = (doc: Summary, data: Body, at: string): Summary => {
  const { units } = data['total'] as { units: number };
  return {
    ...doc,
    purchases: doc.purchases + 1,
    total: doc.total + units,
    lastPurchaseAt: at,
    points: doc.points + Math.floor(units / 100),
  };
};

export const fresh = (customerId: string): Summary => ({
  customerId,
  purchases: 0,
  total: 0,
  lastPurchaseAt: null,
  contacts: 0,
  satisfaction: null,
  openComplaints: 0,
  points: 0,
});

type Step = (doc: Summary, data: Body, at: string) => Summary;

/** What each fact does to the document, for whoever folds it. */
export const steps: Readonly<Record<WorkloadFact['type'], Step>> = {
  CustomerRegistered: (doc) => doc,
  PurchaseRecorded: bought,
  CustomerContacted: (doc) => ({ ...doc, contacts: doc.contacts + 1 }),
  SurveyAnswered: (doc, data) => ({ ...doc, satisfaction: Number(data['score']) }),
  ComplaintRaised: (doc) => ({ ...doc, openComplaints: doc.openComplaints + 1 }),
  ComplaintResolved: (doc) => ({ ...doc, openComplaints: doc.openComplaints - 1 }),
};

const step = (doc: Summary, { type, data, occurredAt }: WorkloadFact): Summary => steps[type](doc, data, occurredAt);

const summary = defineProjection<Summary, WorkloadFact>({
  name: 'summary',
  version: 1,
  about: 'The one document of the peers’ comparison.',
  indexes: [],
  perCustomer: true,
  key: (fact) => fact.customerId,
  initial: fresh,
  on: {
    CustomerRegistered: (doc) => doc,
    PurchaseRecorded: step,
    CustomerContacted: step,
    SurveyAnswered: step,
    ComplaintRaised: step,
    ComplaintResolved: step,
  },
});

const events: readonly AnyEvent[] = Object.keys(summary.on).map((type) => defineEvent({ type, parse: (raw) => raw }));
export const summarySlice = defineSlice({
  name: 'bench',
  about: '',
  events,
  commands: [],
  policies: [],
  projections: [summary],
});
