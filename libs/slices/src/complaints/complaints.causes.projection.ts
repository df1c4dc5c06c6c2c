import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type {
  ComplaintRaised,
  ComplaintReopened,
  ComplaintResolved,
  ComplaintSlaMet,
  ComplaintSlaMissed,
  ComplaintSlaWarned,
  Priority,
} from './complaints.events.js';
import { complaintsPolicy } from './complaints.policy.js';

type Counted =
  ComplaintRaised | ComplaintReopened | ComplaintResolved | ComplaintSlaWarned | ComplaintSlaMissed | ComplaintSlaMet;

/** How often a promise was warned of, kept and not kept; each opening counts. */
export interface PromiseCounts {
  readonly warned: number;
  readonly met: number;
  readonly missed: number;
}

export interface ComplaintCause {
  /** In which the complaints were raised, in the company's zone: `2026-03`. */
  readonly month: string;
  readonly cause: string;
  readonly raised: number;
  readonly reopened: number;
  readonly resolved: number;
  readonly byPriority: Readonly<Record<Priority, number>>;
  readonly firstResponse: PromiseCounts;
  readonly resolution: PromiseCounts;
  /** The newest fact that was counted. */
  readonly why: Why;
}

const MONTH = 'yyyy-mm'.length;
const none: PromiseCounts = { warned: 0, met: 0, missed: 0 };

const because = (id: string, context: Context): Pick<ComplaintCause, 'why'> => ({
  why: { facts: [id], policy: { name: complaintsPolicy.name, version: context.policy(complaintsPolicy).version } },
});

const counted =
  (outcome: keyof PromiseCounts) =>
  (
    doc: ComplaintCause,
    { id, data }: ComplaintSlaWarned | ComplaintSlaMissed | ComplaintSlaMet,
    context: Context,
  ): ComplaintCause => {
    const field = data.sla === 'resolution' ? 'resolution' : 'firstResponse';
    return { ...doc, [field]: { ...doc[field], [outcome]: doc[field][outcome] + 1 }, ...because(id, context) };
  };

export const complaintCauses = defineProjection<ComplaintCause, Counted>({
  name: 'complaint_causes',
  version: 1,
  about: 'Complaints by the month in which they were raised and by cause, with how their promises were kept.',
  key: ({ data: { raisedOn, cause } }) => `${raisedOn.slice(0, MONTH)}/${cause}`,
  indexes: [
    { month: 1, raised: -1 },
    { cause: 1, month: 1 },
  ],
  initial: (key) => ({
    month: key.slice(0, MONTH),
    cause: key.slice(MONTH + 1),
    raised: 0,
    reopened: 0,
    resolved: 0,
    byPriority: { low: 0, normal: 0, high: 0, urgent: 0 },
    firstResponse: none,
    resolution: none,
    why: { facts: [], policy: { name: complaintsPolicy.name, version: 0 } },
  }),
  on: {
    ComplaintRaised: (doc, { id, data: { priority } }, context) => ({
      ...doc,
      raised: doc.raised + 1,
      byPriority: { ...doc.byPriority, [priority]: doc.byPriority[priority] + 1 },
      ...because(id, context),
    }),
    ComplaintReopened: (doc, { id }, context) => ({ ...doc, reopened: doc.reopened + 1, ...because(id, context) }),
    ComplaintResolved: (doc, { id }, context) => ({ ...doc, resolved: doc.resolved + 1, ...because(id, context) }),
    ComplaintSlaWarned: counted('warned'),
    ComplaintSlaMissed: counted('missed'),
    ComplaintSlaMet: counted('met'),
  },
});
