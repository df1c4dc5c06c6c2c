import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import type {
  ComplaintClosed,
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintSlaMissed,
} from './complaints.events.js';
import { complaintsPolicy } from './complaints.policy.js';

type Told = ComplaintRaised | ComplaintResolved | ComplaintClosed | ComplaintReopened | ComplaintSlaMissed;

export interface RecentComplaint {
  readonly complaintId: string;
  readonly cause: string;
  readonly status: 'open' | 'resolved' | 'closed';
  readonly raisedAt: Instant;
  /** How the customer's own words begin; null where there are none, or none that may be opened. */
  readonly excerpt: string | null;
}

export interface CustomerComplaints {
  readonly customerId: string;
  readonly raised: number;
  readonly open: number;
  /** Promises that were not kept. */
  readonly missed: number;
  /** The last ten to be raised, newest first. */
  readonly recent: readonly RecentComplaint[];
  readonly lastRaisedAt: Instant | null;
  readonly why: Why;
}

const RECENT = 10;
const EXCERPT = 500;
const WHY_FACTS = 20;

const newestFirst = (a: RecentComplaint, b: RecentComplaint): number =>
  a.raisedAt < b.raisedAt ? 1 : a.raisedAt > b.raisedAt ? -1 : 0;

function told(doc: CustomerComplaints, { id }: Told, context: Context): CustomerComplaints {
  const policy = { name: complaintsPolicy.name, version: context.policy(complaintsPolicy).version };
  return { ...doc, why: { facts: [...doc.why.facts, id].slice(-WHY_FACTS), policy } };
}

const marked = (doc: CustomerComplaints, fact: Told, status: RecentComplaint['status']): CustomerComplaints => ({
  ...doc,
  recent: doc.recent.map((item) => (item.complaintId === fact.data.complaintId ? { ...item, status } : item)),
});

export const customerComplaints = defineProjection<CustomerComplaints, Told>({
  name: 'customer_complaints',
  version: 1,
  about: 'What each customer complained about, how much of it is open, and how the last ones read.',
  key: ({ customerId }) => customerId,
  perCustomer: true,
  indexes: [{ open: -1, lastRaisedAt: -1 }, { missed: -1 }],
  opens: ['ComplaintRaised.text'],
  initial: (customerId) => ({
    customerId,
    raised: 0,
    open: 0,
    missed: 0,
    recent: [],
    lastRaisedAt: null,
    why: { facts: [], policy: { name: complaintsPolicy.name, version: 0 } },
  }),
  on: {
    ComplaintRaised: (doc, fact, context) => {
      const { complaintId, cause, text } = fact.data;
      const raisedAt = fact.occurredAt;
      const item: RecentComplaint = {
        complaintId,
        cause,
        status: 'open',
        raisedAt,
        excerpt: text === null ? null : [...text].slice(0, EXCERPT).join(''),
      };
      const recent = [item, ...doc.recent].sort(newestFirst).slice(0, RECENT);
      const lastRaisedAt = doc.lastRaisedAt !== null && doc.lastRaisedAt > raisedAt ? doc.lastRaisedAt : raisedAt;
      return told({ ...doc, raised: doc.raised + 1, open: doc.open + 1, recent, lastRaisedAt }, fact, context);
    },
    ComplaintResolved: (doc, fact, context) =>
      told({ ...marked(doc, fact, 'resolved'), open: doc.open - 1 }, fact, context),
    ComplaintClosed: (doc, fact, context) => told(marked(doc, fact, 'closed'), fact, context),
    ComplaintReopened: (doc, fact, context) =>
      told({ ...marked(doc, fact, 'open'), open: doc.open + 1 }, fact, context),
    ComplaintSlaMissed: (doc, fact, context) => told({ ...doc, missed: doc.missed + 1 }, fact, context),
  },
});
