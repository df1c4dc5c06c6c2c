/**
 * Instants in their normal form, `2026-11-22T18:46:20.000Z`, written and read by arithmetic: three to five times faster than by
 * `Date`, and every fact has several. Everything else is left to `Date`.
 */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const YEAR_0 = Date.parse('0000-01-01T00:00:00.000Z');
const YEAR_10000 = Date.UTC(10_000, 0, 1);
const DAYS_EVERY_MONTH_HAS = 28;
const CACHED_DAYS = 150_000;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
/** Days from 1 January of the year 1 to 1970, less those of 1969 common years. */
const LEAP_DAYS_BEFORE_1970 = 477;

const days = new Map<number, string>();
const dayTexts = new Map<number, string>();
const midnights = new Map<number, string>();

/** @throws {RangeError} for a time that is none, as `Date` does */
export function isoInstant(ms: number): string {
  if (!Number.isInteger(ms) || ms < YEAR_0 || ms >= YEAR_10000) return new Date(ms).toISOString();
  const day = Math.floor(ms / DAY_MS);
  const rest = ms - day * DAY_MS;
  if (rest === 0) return midnight(day);
  const seconds = Math.floor(rest / 1_000);
  const minutes = Math.floor(seconds / 60);
  return written(dayText(day), Math.floor(minutes / 60), minutes % 60, seconds % 60, rest - seconds * 1_000);
}

/** From its characters at once: put together from parts it would be a tree of texts, ten times the size for as long as it lives. */
function written(day: string, hour: number, minute: number, second: number, ms: number): string {
  // prettier-ignore
  return String.fromCharCode(
    day.charCodeAt(0), day.charCodeAt(1), day.charCodeAt(2), day.charCodeAt(3), day.charCodeAt(4), day.charCodeAt(5),
    day.charCodeAt(6), day.charCodeAt(7), day.charCodeAt(8), day.charCodeAt(9), day.charCodeAt(10),
    tens(hour), ones(hour), COLON, tens(minute), ones(minute), COLON, tens(second), ones(second),
    POINT, ZERO + Math.floor(ms / 100), tens(ms % 100), ones(ms), Z,
  );
}

const [ZERO, COLON, POINT, Z] = [48, 58, 46, 90] as const;
const tens = (number: number): number => ZERO + Math.floor(number / 10);
const ones = (number: number): number => ZERO + (number % 10);

/** Milliseconds since 1970; NaN for a text that names no instant. */
export function parsedInstant(text: string): number {
  if (!isNormal(text, 24)) return Date.parse(text);
  const month = number(text, 5, 2);
  const hour = number(text, 11, 2);
  const minute = number(text, 14, 2);
  const second = number(text, 17, 2);
  const date = number(text, 8, 2);
  if (month < 1 || month > 12 || date < 1 || date > DAYS_EVERY_MONTH_HAS || hour > 23 || minute > 59 || second > 59) {
    return Date.parse(text); // the end of a month is left to Date too: it knows which days exist
  }
  const day = daysSince1970(number(text, 0, 4), month, date);
  return day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1_000 + number(text, 20, 3);
}

/** A day in its normal form, `2026-11-22`, as days since 1970; NaN for a text that names none. */
export function dayNumber(text: string): number {
  const month = number(text, 5, 2);
  const date = number(text, 8, 2);
  const isPlain = month >= 1 && month <= 12 && date >= 1 && date <= DAYS_EVERY_MONTH_HAS;
  if (!isPlain || !isNormal(text, 10)) return Date.parse(`${text}T00:00:00.000Z`) / DAY_MS;
  return daysSince1970(number(text, 0, 4), month, date);
}

/** The day so many days after 1 January 1970. */
export function isoDay(day: number): string {
  let text = dayTexts.get(day);
  if (text === undefined) {
    if (dayTexts.size >= CACHED_DAYS) dayTexts.clear();
    dayTexts.set(day, (text = dayText(day).slice(0, 10)));
  }
  return text;
}

function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    if (days.size >= CACHED_DAYS) days.clear();
    days.set(day, (text = new Date(day * DAY_MS).toISOString().slice(0, 11)));
  }
  return text;
}

/** One text for all who name it: points expire, promises end and days begin at midnight. */
function midnight(day: number): string {
  let text = midnights.get(day);
  if (text === undefined) {
    if (midnights.size >= CACHED_DAYS) midnights.clear();
    midnights.set(day, (text = written(dayText(day), 0, 0, 0, 0)));
  }
  return text;
}

function daysSince1970(year: number, month: number, date: number): number {
  const past = year - 1;
  const leapYears = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - LEAP_DAYS_BEFORE_1970;
  const leapDay = month > 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0;
  return 365 * (year - 1970) + leapYears + (DAYS_BEFORE_MONTH[month - 1] as number) + leapDay + date - 1;
}

/** True for so many characters of `dddd-dd-ddTdd:dd:dd.dddZ`, and no more. */
function isNormal(text: string, length: number): boolean {
  if (text.length !== length) return false;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    const mark = MARKS[at] as number;
    if (mark === DIGIT ? code < 48 || code > 57 : code !== mark) return false;
  }
  return true;
}

const DIGIT = 0;
const MARKS = Array.from('dddd-dd-ddTdd:dd:dd.dddZ', (mark) => (mark === 'd' ? DIGIT : mark.charCodeAt(0)));

function number(text: string, from: number, digits: number): number {
  let value = 0;
  for (let at = from; at < from + digits; at += 1) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}
