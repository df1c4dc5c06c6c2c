import { isDay, type Day } from '#kernel/time.js';

export interface WallTime {
  readonly day: Day;
  /** Undefined where the format holds no time. */
  readonly timeOfDayMs: number | undefined;
}

/** A day, and a time where the format holds one; undefined for a text of another form or a day that does not exist. */
export type DateReader = (text: string) => WallTime | undefined;

const TOKENS: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  H: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

const NEVER = '(?!)';

/** Compiles a format such as `M/D/YYYY H:mm`; undefined where it names no whole day, or a part twice. */
export function dateReader(format: string): DateReader | undefined {
  const pattern = format.replace(/YYYY|MM|DD|HH|mm|ss|./gs, (token) => {
    return TOKENS[token] ?? (token === 'T' ? token : /\w/.test(token) ? NEVER : `\\${token}`);
  });
  const named = [...pattern.matchAll(/\?<(\w+)>/g)].map(([, name = '']) => name);
  if (!['year', 'month', 'day'].every((name) => named.includes(name))) return undefined;
  if (new Set(named).size !== named.length || pattern.includes(NEVER)) return undefined;
  const timed = named.includes('hour');
  const regex = new RegExp(`^${pattern}$`);
  return (text) => {
    const groups = regex.exec(text)?.groups;
    if (groups === undefined) return undefined;
    const { year = '', month = '', day = '', hour = '0', minute = '0', second = '0' } = groups;
    const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    if (!isDay(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
    const timeOfDayMs = timed ? ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 : undefined;
    return { day: date, timeOfDayMs };
  };
}
