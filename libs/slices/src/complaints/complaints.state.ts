import { Sorted } from '#kernel/sorted.js';
import type { Day, Instant } from '#kernel/time.js';
import { SLAS, type Priority, type Promises, type Remedy, type Sla } from './complaints.events.js';

/** One promise of the present opening. */
export interface Promised {
  readonly warnAt: Instant;
  readonly dueAt: Instant;
  readonly status: 'running' | 'met' | 'missed';
}

export interface ComplaintState {
  readonly status: 'open' | 'resolved' | 'closed';
  readonly opening: number;
  readonly cause: string;
  readonly priority: Priority;
  readonly channel: string;
  readonly purchaseId?: string;
  readonly raisedOn: Day;
  readonly agent?: string;
  /** In the present opening. */
  readonly responded: boolean;
  readonly promises: Readonly<Record<Sla, Promised>>;
  /** Of the newest resolution. */
  readonly remedy?: Remedy;
  /** Of the newest reopening. */
  readonly reason?: string;
}

/** How an answer was given. */
export interface Answer {
  readonly channel?: string;
  readonly agent?: string;
}

/** What time will owe. */
export interface Timer {
  readonly at: Instant;
  readonly kind: 'missed' | 'warned';
  readonly sla: Sla;
  readonly complaintId: string;
}

export interface Complaints {
  /** By complaintId. */
  readonly byId: Sorted<ComplaintState>;
  /** By `answerKey`. */
  readonly answers: Sorted<Answer>;
  /** Earliest first; at one instant a promise is missed before it is warned of. */
  readonly timers: Sorted<Timer>;
}

export const noComplaints: Complaints = { byId: Sorted.empty(), answers: Sorted.empty(), timers: Sorted.empty() };

/** References hold no line break, so that two names never make one key. */
export const answerKey = (complaintId: string, responseId: string): string => `${complaintId}\n${responseId}`;

export const timerKey = ({ at, kind, sla, complaintId }: Timer): string => `${at} ${kind} ${sla} ${complaintId}`;

export const promisesOf = (data: Promises): Readonly<Record<Sla, Promised>> => ({
  first_response: { warnAt: data.firstResponseWarnAt, dueAt: data.firstResponseDueAt, status: 'running' },
  resolution: { warnAt: data.resolutionWarnAt, dueAt: data.resolutionDueAt, status: 'running' },
});

/** The complaint as it is now, with the timers of its running promises. */
export function opened(state: Complaints, complaintId: string, complaint: ComplaintState): Complaints {
  let { timers } = state;
  for (const sla of SLAS) {
    const { warnAt, dueAt } = complaint.promises[sla];
    for (const timer of timersOf(complaintId, sla, warnAt, dueAt)) timers = timers.set(timerKey(timer), timer);
  }
  return { ...state, byId: state.byId.set(complaintId, complaint), timers };
}

/** Leaves out what time would owe for a promise: of its warning alone, or of its end too. */
export function stopped(state: Complaints, complaintId: string, sla: Sla, kinds: readonly Timer['kind'][]): Complaints {
  const promise = state.byId.get(complaintId)?.promises[sla];
  if (promise === undefined) return state;
  const timers = timersOf(complaintId, sla, promise.warnAt, promise.dueAt)
    .filter(({ kind }) => kinds.includes(kind))
    .reduce((left, timer) => left.delete(timerKey(timer)), state.timers);
  return { ...state, timers };
}

/** The promise came to its end. */
export function ended(state: Complaints, complaintId: string, sla: Sla, status: 'met' | 'missed'): Complaints {
  const known = state.byId.get(complaintId);
  if (known === undefined) return state;
  const promises = { ...known.promises, [sla]: { ...known.promises[sla], status } };
  const rest = stopped(state, complaintId, sla, ['missed', 'warned']);
  return { ...rest, byId: rest.byId.set(complaintId, { ...known, promises }) };
}

const timersOf = (complaintId: string, sla: Sla, warnAt: Instant, dueAt: Instant): readonly Timer[] => [
  { at: warnAt, kind: 'warned', sla, complaintId },
  { at: dueAt, kind: 'missed', sla, complaintId },
];
