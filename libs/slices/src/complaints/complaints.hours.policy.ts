import { DefinitionError } from '#kernel/errors.js';
import { day, list, record, text, type Raw } from '#kernel/parse.js';
import { dayOf, instantAt, instantOf, msOf, plusDays, type Day, type Instant } from '#kernel/time.js';

/** Sunday first, as `Date` counts them. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** Wall-clock times of the company's zone, `09:00` to `17:00`; `24:00` is the end of the day. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

export interface BusinessCalendar {
  /** When business is open; a weekday left out is closed. */
  readonly open: Readonly<Partial<Record<Weekday, readonly Span[]>>>;
  /** Days on which it is closed whatever the weekday. */
  readonly holidays: readonly Day[];
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/**
 * The instant after so many open hours, fractions allowed. Time outside opening hours does not count; a day on which the
 * clocks change has as many hours as really pass.
 */
export const plusBusinessHours = (at: Instant, hours: number, calendar: BusinessCalendar, zone: string): Instant =>
  plusBusinessMs(at, Math.round(hours * HOUR_MS), calendar, zone);

export function plusBusinessMs(at: Instant, ms: number, calendar: BusinessCalendar, zone: string): Instant {
  let left = ms;
  for (const { opens, closes } of openings(dayOf(at, zone), calendar, zone)) {
    const start = Math.max(opens, msOf(at));
    if (closes <= start) continue;
    if (left <= closes - start) return instantOf(start + left);
    left -= closes - start;
  }
  throw new DefinitionError('calendar: business never opens');
}

/**
 * Close of business on the nth business day after the day on which `at` counts. What comes on a closed day or after close
 * counts as coming on the next business day.
 *
 * @source FCA Handbook DISP 1.5.1R ("close of business on the … business day following the day on which it is received")
 * and DISP 1.5.3G as of 2012 (received outside business: the next business day)
 */
export function plusBusinessDays(at: Instant, days: number, calendar: BusinessCalendar, zone: string): Instant {
  let after = -1;
  let counted: { readonly day: Day; readonly closes: number } | undefined;
  for (const opening of openings(dayOf(at, zone), calendar, zone)) {
    if (opening.closes <= msOf(at)) continue;
    if (opening.day !== counted?.day) {
      if (after === days && counted !== undefined) return instantOf(counted.closes);
      after += 1;
    }
    counted = opening;
  }
  throw new DefinitionError('calendar: business never opens');
}

/** Open time between two instants, in milliseconds. */
export function businessMsBetween(from: Instant, to: Instant, calendar: BusinessCalendar, zone: string): number {
  let sum = 0;
  for (const { opens, closes } of openings(dayOf(from, zone), calendar, zone)) {
    if (opens >= msOf(to)) return sum;
    sum += Math.max(0, Math.min(closes, msOf(to)) - Math.max(opens, msOf(from)));
  }
  return sum;
}

/** Opening hours from a day on, in order, without end. */
function* openings(from: Day, { open, holidays }: BusinessCalendar, zone: string) {
  for (let on = from; ; on = plusDays(on, 1)) {
    const spans = holidays.includes(on) ? [] : (open[weekdayOf(on)] ?? []);
    for (const { from: first, to: last } of spans) {
      const opens = msOf(instantAt(on, msInto(first), zone));
      const closes = msOf(instantAt(on, msInto(last), zone));
      if (opens < closes) yield { day: on, opens, closes };
    }
  }
}

const weekdayOf = (on: Day): Weekday => WEEKDAYS[new Date(`${on}T00:00:00.000Z`).getUTCDay()] ?? 'sun';
const msInto = (time: string): number => Number(time.slice(0, 2)) * HOUR_MS + Number(time.slice(3)) * MINUTE_MS;

/** Reads a published calendar. @throws {DefinitionError} where no weekday is open, or hours make no sense */
export function calendarFrom(raw: Raw): BusinessCalendar {
  const given = record(raw['open']);
  for (const name of Object.keys(given)) {
    if (!WEEKDAYS.includes(name as Weekday)) throw new DefinitionError(`calendar.open: ${name} is no weekday`);
  }
  const open = Object.fromEntries(Object.entries(given).map(([name, spans]) => [name, spansFrom(name, spans)]));
  if (!Object.values(open).some(({ length }) => length > 0)) {
    throw new DefinitionError('calendar.open: business must be open on some weekday');
  }
  return { open, holidays: list(raw['holidays'], day) };
}

function spansFrom(name: string, raw: unknown): readonly Span[] {
  const spans = list(raw, (value) => ({ from: text(record(value)['from']), to: text(record(value)['to']) }));
  spans.forEach(({ from, to }, index) => {
    if (!TIME.test(from) || !TIME.test(to) || from >= to || from < (spans[index - 1]?.to ?? '')) {
      throw new DefinitionError(`calendar.open.${name}: spans must be times such as 09:00, in order, apart`);
    }
  });
  return spans;
}
