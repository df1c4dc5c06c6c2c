import { UnreadableBody } from './errors.js';
import type { Money } from './money.js';
import { isDay, type Day, type Instant } from './time.js';

/** A stored body before it is parsed. */
export type Raw = Readonly<Record<string, unknown>>;

/** A value that is not of the kind its reader expects; the reader may not know where it stands. */
export class BadValue extends UnreadableBody {
  constructor(
    readonly value: unknown,
    expected: string,
  ) {
    super(`expected ${expected}, found ${JSON.stringify(value)?.slice(0, 80) ?? 'nothing'}`);
  }
}

const bad = (value: unknown, expected: string): never => {
  throw new BadValue(value, expected);
};

export const text = (value: unknown): string => (typeof value === 'string' ? value : bad(value, 'a text'));
export const flag = (value: unknown): boolean => (typeof value === 'boolean' ? value : bad(value, 'true or false'));
export const int = (value: unknown): number =>
  Number.isSafeInteger(value) ? (value as number) : bad(value, 'a whole number');
export const number = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? value : bad(value, 'a number');
export const day = (value: unknown): Day => (isDay(value) ? value : bad(value, 'a day, YYYY-MM-DD'));
export const instant = (value: unknown): Instant =>
  typeof value === 'string' && value.length === 24 && value.endsWith('Z') ? value : bad(value, 'an instant in UTC');

export const record = (value: unknown): Raw =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Raw) : bad(value, 'an object');
export const list = <T>(value: unknown, item: (value: unknown) => T): readonly T[] =>
  Array.isArray(value) ? value.map(item) : bad(value, 'a list');
export const optional = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined || value === null ? undefined : read(value);
export const oneOf =
  <const T extends string>(...options: readonly T[]) =>
  (value: unknown): T =>
    options.includes(value as T) ? (value as T) : bad(value, `one of ${options.join(', ')}`);
export const entriesOf = <T>(value: unknown, read: (value: unknown) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(record(value)).map(([name, entry]) => [name, read(entry)]));

export const money = (value: unknown): Money => {
  const { units, scale, currency } = record(value);
  return { units: int(units), scale: int(scale), currency: text(currency) };
};

/** A personal field as read: null where its key was destroyed, or where the reader may not open it. */
export type Personal<T> = T | null;
export const personal = <T>(value: unknown, read: (value: unknown) => T): Personal<T> =>
  value === null || value === undefined ? null : read(value);

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The fields of an object that are not undefined: an optional field is absent, never stored as nothing. */
export function present<T extends object>(fields: T): Present<T> {
  const kept: Record<string, unknown> = {};
  for (const name in fields) if (fields[name] !== undefined) kept[name] = fields[name]; // without a list of entries
  return kept as Present<T>;
}
