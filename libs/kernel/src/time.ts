import { InvalidRequest } from './errors.js';
import { dayNumber, isoDay, isoInstant, parsedInstant } from './iso-instants.js';

/** ISO 8601 in UTC with milliseconds, `2026-11-22T18:46:20.000Z`: instants compare as texts. */
export type Instant = string;
/** A calendar day in the company's zone, `2026-11-22`: days compare as texts. */
export type Day = string;

export const EARLIEST: Instant = '1900-01-01T00:00:00.000Z';
export const LATEST: Instant = '2200-01-01T00:00:00.000Z';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const SLOT_MS = 900_000; // every zone since 1972 changes its offset on a quarter of an hour
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

export const instantOf: (ms: number) => Instant = isoInstant;
export const msOf: (at: Instant) => number = parsedInstant;
export const plusMs = (at: Instant, ms: number): Instant => instantOf(msOf(at) + ms);
export const plusHours = (at: Instant, hours: number): Instant => plusMs(at, hours * HOUR_MS);

/** True for what `toInstant` gives; quickly, as most of what comes from programs is that already. */
function isNormalInstant(text: unknown): text is Instant {
  if (typeof text !== 'string' || text.length !== 24 || !(text >= EARLIEST && text < LATEST)) return false;
  const ms = parsedInstant(text);
  return !Number.isNaN(ms) && isoInstant(ms) === text;
}

/** True for an ISO 8601 instant with a zone that names a day which exists, between 1900 and 2200. */
export function isInstant(text: unknown): text is string {
  if (isNormalInstant(text)) return true;
  if (typeof text !== 'string' || !INSTANT.test(text) || Number.isNaN(Date.parse(text))) return false;
  const at = instantOf(Date.parse(text));
  return at >= EARLIEST && at < LATEST && isDay(text.slice(0, 10));
}

/** The instant in its one normal form. @throws {InvalidRequest} naming `path` */
export function toInstant(text: unknown, path = 'at'): Instant {
  if (isNormalInstant(text)) return text;
  if (!isInstant(text)) {
    throw new InvalidRequest([{ path, message: 'must be an ISO 8601 instant with a zone, from 1900 up to 2200' }]);
  }
  return instantOf(Date.parse(text));
}

/** True for `YYYY-MM-DD` naming a day that exists. */
export function isDay(text: unknown): text is Day {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  return !Number.isNaN(ms) && instantOf(ms).startsWith(text);
}

/** True for a day that exists in the years that instants may lie in; beyond year 9999 texts no longer compare. */
export const isDayInRange = (text: unknown): text is Day =>
  isDay(text) && text >= EARLIEST.slice(0, 10) && text < LATEST.slice(0, 10);

/** Zones that were asked for and are there: to ask Intl costs as much as to fold a customer. */
const zones = new Set<string>();
const MOST_ZONES = 1_000;

export const isZone = (zone: unknown): zone is string => {
  if (typeof zone !== 'string' || zone === '') return false;
  if (zones.has(zone)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    if (zones.size < MOST_ZONES) zones.add(zone);
    return true;
  } catch {
    return false;
  }
};

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Milliseconds to add to UTC for the wall clock of `zone` at `ms`. */
export function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let slots = offsets.get(zone);
  if (slots === undefined) offsets.set(zone, (slots = new Map()));
  const slot = Math.floor(ms / SLOT_MS);
  let offset = slots.get(slot);
  if (offset === undefined) {
    if (slots.size > 100_000) slots.clear();
    slots.set(slot, (offset = measuredOffset(slot * SLOT_MS, zone)));
  }
  return offset;
}

function measuredOffset(ms: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-US', { ...numeric, second: 'numeric', hourCycle: 'h23', timeZone: zone });
    formats.set(zone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
}

/** Midnight UTC of a day. */
const startMs = (day: Day): number => dayNumber(day) * DAY_MS;

/** The business day on which an instant falls: one text for all who name it, as states hold a day or two a purchase. */
export const dayOf = (at: Instant, zone: string): Day => {
  const ms = msOf(at);
  return isoDay(Math.floor((ms + offsetAt(ms, zone)) / DAY_MS));
};

/** Wall-clock time of a zone as an instant; a time the clocks skip is read with the offset before the jump. */
export function instantAt(day: Day, timeOfDayMs: number, zone: string): Instant {
  const wall = startMs(day) + timeOfDayMs;
  if (zone === 'UTC') return instantOf(wall);
  const early = wall - offsetAt(wall - DAY_MS, zone);
  const late = wall - offsetAt(wall + DAY_MS, zone);
  if (early + offsetAt(early, zone) === wall) return instantOf(early);
  return instantOf(late + offsetAt(late, zone) === wall ? late : early);
}

/** First instant of a business day. */
export const startOfDay = (day: Day, zone: string): Instant => instantAt(day, 0, zone);

export const plusDays = (day: Day, days: number): Day => isoDay(dayNumber(day) + days);

/** Whole days from one business day to another; negative when `to` is earlier. */
export const daysBetween = (from: Day, to: Day): number => dayNumber(to) - dayNumber(from);

/** The same day of a later month; 31 January + 1 month = 28 or 29 February. */
export function plusMonths(day: Day, months: number): Day {
  const [first, next] = [monthStart(day, months), monthStart(day, months + 1)];
  return isoDay(Math.min(first + Number(day.slice(8)), next) - 1);
}

/** The first day of the month so many months after that of `day`, as a number. */
function monthStart(day: Day, months: number): number {
  const month = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + months;
  const year = Math.floor(month / 12);
  return dayNumber(`${String(year).padStart(4, '0')}-${String(month - year * 12 + 1).padStart(2, '0')}-01`);
}

/** The first day of the month in which `day` lies. */
export const firstOfMonth = (day: Day): Day => `${day.slice(0, 7)}-01`;
