import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import type { Channel } from '../consent/consent.events.js';
import type { Because, RevisitCancelled, RevisitCompleted, RevisitMissed, RevisitPlanned } from './contacts.events.js';
import type { RevisitStatus } from './contacts.state.js';
import { explained, unexplained } from './contacts.why.js';

export interface Revisit {
  readonly customerId: string;
  readonly revisitId: string;
  readonly status: RevisitStatus;
  readonly plannedAt: Instant;
  readonly dueAt: Instant;
  /** When it is missed, or would have been. */
  readonly missedAt: Instant;
  readonly because: Because;
  readonly channel: Channel | null;
  readonly agent: string | null;
  /** When it was completed, cancelled or missed. */
  readonly closedAt: Instant | null;
  readonly contactId: string | null;
  readonly why: Why;
}

type Closing = RevisitCompleted | RevisitCancelled | RevisitMissed;

const closed =
  (status: RevisitStatus) =>
  (doc: Revisit, fact: Closing, context: Context): Revisit => ({
    ...doc,
    status,
    closedAt: fact.occurredAt,
    contactId: fact.type === 'RevisitCompleted' ? (fact.data.contactId ?? null) : null,
    why: explained(doc.why, fact, context),
  });

export const revisits = defineProjection<Revisit, RevisitPlanned | Closing>({
  name: 'revisits',
  version: 1,
  about: 'Planned contacts: what each is for, when it is due, and what became of it.',
  key: ({ customerId, data }) => `${customerId}/${data.revisitId}`,
  perCustomer: true,
  indexes: [
    { status: 1, dueAt: 1 },
    { agent: 1, status: 1, dueAt: 1 },
    { customerId: 1, dueAt: -1 },
  ],
  initial: () => ({
    customerId: '',
    revisitId: '',
    status: 'open',
    plannedAt: '',
    dueAt: '',
    missedAt: '',
    because: { kind: 'request' },
    channel: null,
    agent: null,
    closedAt: null,
    contactId: null,
    why: unexplained,
  }),
  on: {
    RevisitPlanned: (doc, fact, context) => {
      const { revisitId, dueAt, missedAt, because, channel, agent } = fact.data;
      return {
        ...doc,
        customerId: fact.customerId,
        revisitId,
        plannedAt: fact.occurredAt,
        dueAt,
        missedAt,
        because,
        channel: channel ?? null,
        agent: agent ?? null,
        why: explained(doc.why, fact, context),
      };
    },
    RevisitCompleted: closed('completed'),
    RevisitCancelled: closed('cancelled'),
    RevisitMissed: closed('missed'),
  },
});
