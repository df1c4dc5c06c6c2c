import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Day, Instant } from '#kernel/time.js';
import type {
  ComplaintEvent,
  ComplaintRaised,
  ComplaintReopened,
  ComplaintSlaMet,
  ComplaintSlaMissed,
  ComplaintSlaWarned,
  Priority,
  Remedy,
  Sla,
} from './complaints.events.js';
import { complaintsPolicy } from './complaints.policy.js';

/** How a promise of the present opening stands. */
export interface PromiseDocument {
  readonly dueAt: Instant;
  readonly status: 'running' | 'met' | 'missed';
  readonly warned: boolean;
  /** When the customer was answered, or the complaint resolved. */
  readonly doneAt: Instant | null;
}

export interface ComplaintCase {
  readonly customerId: string;
  readonly complaintId: string;
  readonly status: 'open' | 'resolved' | 'closed';
  readonly opening: number;
  readonly cause: string;
  readonly priority: Priority;
  readonly channel: string;
  readonly purchaseId: string | null;
  readonly agent: string | null;
  readonly raisedAt: Instant;
  readonly raisedOn: Day;
  /** When its present opening began. */
  readonly openedAt: Instant;
  readonly firstResponse: PromiseDocument;
  readonly resolution: PromiseDocument;
  /** The earliest due time of what is still to be done, passed or not; null where nothing is. */
  readonly nextDueAt: Instant | null;
  /** True where something still to be done was missed. */
  readonly overdue: boolean;
  readonly remedy: Remedy | null;
  /** Why it was opened again, the last time. */
  readonly reopenedFor: string | null;
  readonly resolvedAt: Instant | null;
  readonly closedAt: Instant | null;
  /** The newest facts, and the policy under which its present due times were promised. */
  readonly why: Why;
}

const WHY_FACTS = 20;
const FIELD = { first_response: 'firstResponse', resolution: 'resolution' } as const satisfies Record<Sla, string>;

const because = ({ why }: ComplaintCase, id: string): Pick<ComplaintCase, 'why'> => ({
  why: { ...why, facts: [...why.facts, id].slice(-WHY_FACTS) },
});

const running = (dueAt: Instant): PromiseDocument => ({ dueAt, status: 'running', warned: false, doneAt: null });

/** What follows from the promises for the queue. */
function queued(doc: ComplaintCase): ComplaintCase {
  const undone =
    doc.status === 'open' ? [doc.firstResponse, doc.resolution].filter(({ doneAt }) => doneAt === null) : [];
  const nextDueAt = undone.map(({ dueAt }) => dueAt).sort()[0] ?? null;
  return { ...doc, nextDueAt, overdue: undone.some(({ status }) => status === 'missed') };
}

/** A new opening, with its promises. */
function opened(doc: ComplaintCase, fact: ComplaintRaised | ComplaintReopened, context: Context): ComplaintCase {
  const { id, data, occurredAt } = fact;
  const policy = { name: complaintsPolicy.name, version: context.policy(complaintsPolicy).version };
  return queued({
    ...doc,
    status: 'open',
    opening: data.opening,
    openedAt: occurredAt,
    firstResponse: running(data.firstResponseDueAt),
    resolution: running(data.resolutionDueAt),
    resolvedAt: null,
    closedAt: null,
    why: { facts: [...doc.why.facts, id].slice(-WHY_FACTS), policy },
  });
}

const answered = (promise: PromiseDocument, doneAt: Instant): PromiseDocument => ({
  ...promise,
  doneAt: promise.doneAt ?? doneAt,
});

function promise(
  doc: ComplaintCase,
  { id, data: { sla } }: ComplaintSlaWarned | ComplaintSlaMissed | ComplaintSlaMet,
  change: Partial<PromiseDocument>,
): ComplaintCase {
  const field = FIELD[sla];
  return queued({ ...doc, [field]: { ...doc[field], ...change }, ...because(doc, id) });
}

export const complaintCases = defineProjection<ComplaintCase, ComplaintEvent>({
  name: 'complaint_cases',
  version: 1,
  about: 'Every complaint: how it stands, what it was promised, what is due next and what came of it.',
  key: ({ customerId, data }) => `${customerId}/${data.complaintId}`,
  perCustomer: true,
  indexes: [
    { status: 1, nextDueAt: 1 },
    { agent: 1, status: 1, nextDueAt: 1 },
    { customerId: 1, raisedAt: -1 },
    { cause: 1, raisedAt: -1 },
  ],
  initial: (key) => {
    const [customerId = '', ...rest] = key.split('/');
    return {
      customerId,
      complaintId: rest.join('/'),
      status: 'open',
      opening: 0,
      cause: '',
      priority: 'normal',
      channel: '',
      purchaseId: null,
      agent: null,
      raisedAt: '',
      raisedOn: '',
      openedAt: '',
      firstResponse: running(''),
      resolution: running(''),
      nextDueAt: null,
      overdue: false,
      remedy: null,
      reopenedFor: null,
      resolvedAt: null,
      closedAt: null,
      why: { facts: [], policy: { name: complaintsPolicy.name, version: 0 } },
    };
  },
  on: {
    ComplaintRaised: (doc, fact, context) => {
      const { cause, priority, channel, purchaseId = null, raisedOn } = fact.data;
      const raised = { cause, priority, channel, purchaseId, raisedOn, raisedAt: fact.occurredAt };
      return opened({ ...doc, ...raised }, fact, context);
    },
    ComplaintAssigned: (doc, { id, data }) => ({ ...doc, agent: data.agent, ...because(doc, id) }),
    ComplaintResponded: (doc, { id, occurredAt }) =>
      queued({ ...doc, firstResponse: answered(doc.firstResponse, occurredAt), ...because(doc, id) }),
    ComplaintResolved: (doc, { id, data, occurredAt }) =>
      queued({
        ...doc,
        status: 'resolved',
        firstResponse: answered(doc.firstResponse, occurredAt),
        resolution: answered(doc.resolution, occurredAt),
        remedy: data.remedy,
        resolvedAt: occurredAt,
        ...because(doc, id),
      }),
    ComplaintClosed: (doc, { id, occurredAt }) => ({
      ...doc,
      status: 'closed',
      closedAt: occurredAt,
      ...because(doc, id),
    }),
    ComplaintReopened: (doc, fact, context) => opened({ ...doc, reopenedFor: fact.data.reason }, fact, context),
    ComplaintSlaWarned: (doc, fact) => promise(doc, fact, { warned: true }),
    ComplaintSlaMissed: (doc, fact) => promise(doc, fact, { status: 'missed' }),
    ComplaintSlaMet: (doc, fact) => promise(doc, fact, { status: 'met' }),
  },
});
