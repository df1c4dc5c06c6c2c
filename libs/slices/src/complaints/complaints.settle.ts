import type { Proposal } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import type { Instant } from '#kernel/time.js';
import {
  ComplaintSlaMet,
  ComplaintSlaMissed,
  ComplaintSlaWarned,
  type ComplaintResolved,
  type ComplaintResponded,
  type Sla,
} from './complaints.events.js';
import type { Complaints } from './complaints.state.js';

/** An answer keeps the first promise, a resolution both; what was missed before stays missed. */
export function react(state: Complaints, fact: Fact): readonly Proposal[] {
  const cause = fact as ComplaintResponded | ComplaintResolved;
  switch (cause.type) {
    case 'ComplaintResponded':
      return met(state, cause.data.complaintId, ['first_response']);
    case 'ComplaintResolved':
      return met(state, cause.data.complaintId, ['first_response', 'resolution']);
  }
}

const met = (state: Complaints, complaintId: string, slas: readonly Sla[]): readonly Proposal[] =>
  slas
    .filter((sla) => state.byId.get(complaintId)?.promises[sla].status === 'running')
    .flatMap((sla) => promised(state, complaintId, sla).map((data) => ComplaintSlaMet(data)));

export const due = ({ timers }: Complaints): Instant | null => timers.first()?.at ?? null;

/** The first warning or end that has come; a promise's time is up at its due instant, not after it. */
export function settle(state: Complaints, at: Instant): readonly Proposal[] {
  const timer = state.timers.first();
  if (timer === undefined || timer.at > at) return [];
  const make = timer.kind === 'missed' ? ComplaintSlaMissed : ComplaintSlaWarned;
  return promised(state, timer.complaintId, timer.sla).map((data) => make(data, timer.at));
}

function promised({ byId }: Complaints, complaintId: string, sla: Sla) {
  const known = byId.get(complaintId);
  if (known === undefined) return [];
  const { opening, cause, raisedOn, priority, promises } = known;
  return [{ complaintId, opening, cause, raisedOn, priority, sla, dueAt: promises[sla].dueAt }];
}
