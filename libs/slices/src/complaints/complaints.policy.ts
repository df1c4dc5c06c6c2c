import { list, record, text } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';
import type { Instant } from '#kernel/time.js';
import { PRIORITIES, type Priority, type Promises } from './complaints.events.js';
import {
  businessMsBetween,
  calendarFrom,
  plusBusinessDays,
  plusBusinessHours,
  plusBusinessMs,
  type BusinessCalendar,
} from './complaints.hours.policy.js';

export interface ComplaintsPolicy {
  /** Open hours until the customer must have been answered. */
  readonly firstResponseHours: number;
  /** Business days until it must have been resolved. */
  readonly resolutionDays: number;
  /** How much of that time each priority has; percent. */
  readonly timePercent: Readonly<Record<Priority, number>>;
  /** A promise is warned of when so much of its open time has passed; percent. */
  readonly warnAtPercent: number;
  readonly calendar: BusinessCalendar;
  /** What may be complained about, and given in return; others are refused. Empty allows any. */
  readonly causes: readonly string[];
  readonly remedies: readonly string[];
}

const office = [{ from: '09:00', to: '17:00' }];

/**
 * @source 8 business hours and 5 business days: design §6. That business days end at close of business, and that what
 * comes outside business counts from the next business day: FCA Handbook DISP 1.5. Shares by priority, the warning at
 * 80 %, opening hours and the empty lists are ours until a company publishes its own.
 */
export const complaintsPolicy = definePolicy<ComplaintsPolicy>({
  name: 'complaints',
  defaults: {
    firstResponseHours: 8,
    resolutionDays: 5,
    timePercent: { low: 100, normal: 100, high: 50, urgent: 25 },
    warnAtPercent: 80,
    calendar: { open: { mon: office, tue: office, wed: office, thu: office, fri: office }, holidays: [] },
    causes: [],
    remedies: [],
  },
  parse: (raw) => {
    const percents = record(raw['timePercent']);
    const shares = PRIORITIES.map((name) => [name, whole(percents[name], `timePercent.${name}`, 1, 1_000)] as const);
    return {
      firstResponseHours: whole(raw['firstResponseHours'], 'firstResponseHours', 1, 10_000),
      resolutionDays: whole(raw['resolutionDays'], 'resolutionDays', 1, 1_000),
      timePercent: Object.fromEntries(shares) as Record<Priority, number>,
      warnAtPercent: whole(raw['warnAtPercent'], 'warnAtPercent', 1, 100),
      calendar: calendarFrom(record(raw['calendar'])),
      causes: list(raw['causes'] ?? [], text),
      remedies: list(raw['remedies'] ?? [], text),
    };
  },
});

/** What an opening at `at` is promised. A share of business days is rounded up to whole days. */
export function promisesFor(at: Instant, priority: Priority, policy: ComplaintsPolicy, zone: string): Promises {
  const { firstResponseHours, resolutionDays, timePercent, calendar } = policy;
  const percent = timePercent[priority];
  const firstResponseDueAt = plusBusinessHours(at, (firstResponseHours * percent) / 100, calendar, zone);
  const resolutionDueAt = plusBusinessDays(at, Math.ceil((resolutionDays * percent) / 100), calendar, zone);
  return {
    firstResponseWarnAt: warnAt(at, firstResponseDueAt, policy, zone),
    firstResponseDueAt,
    resolutionWarnAt: warnAt(at, resolutionDueAt, policy, zone),
    resolutionDueAt,
  };
}

function warnAt(at: Instant, dueAt: Instant, { warnAtPercent, calendar }: ComplaintsPolicy, zone: string): Instant {
  const open = businessMsBetween(at, dueAt, calendar, zone);
  return plusBusinessMs(at, Math.floor((open * warnAtPercent) / 100), calendar, zone);
}
