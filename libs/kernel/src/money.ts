import { DomainError } from './errors.js';

/** An amount as integer `units` of 10^-`scale` of a currency (ISO 4217). Never a float. */
export interface Money {
  readonly units: number;
  readonly scale: number;
  readonly currency: string;
}

/** The largest number of units an amount may have; sums of a million such amounts stay exact. */
export const MAX_UNITS = 1_000_000_000;
export const MAX_SCALE = 6;

/** Two amounts of different currencies were about to be added or compared. */
export class CurrencyMismatch extends DomainError {
  readonly code = 'money.currency_mismatch';
  readonly kind = 'conflict';

  constructor(left: string, right: string) {
    super(`Cannot combine ${left} with ${right}: amounts of different currencies are never added.`);
  }
}

/** A sum left the range in which integers are exact. */
export class MoneyOverflow extends DomainError {
  readonly code = 'money.overflow';
  readonly kind = 'conflict';

  constructor(currency: string) {
    super(`An amount in ${currency} is too large to be kept exactly.`);
  }
}

const zeros = new Map<string, Money>();
const MOST_ZEROS = 1_000;

/** The same object for the same currency and scale: states hold one a line of a purchase. */
export function zero(currency: string, scale = 2): Money {
  const name = `${scale}${currency}`;
  let known = zeros.get(name);
  if (known === undefined) {
    known = Object.freeze({ units: 0, scale, currency });
    if (zeros.size < MOST_ZEROS) zeros.set(name, known);
  }
  return known;
}

/** How a snapshot keeps an amount. */
export type MoneyRow = readonly [units: number, scale: number, currency: string];
export const moneyRow = ({ units, scale, currency }: Money): MoneyRow => [units, scale, currency];

/** An amount from its row; all of a currency share its text. */
export const moneyIn = ([units, scale, currency]: MoneyRow): Money =>
  units === 0 ? zero(currency, scale) : { units, scale, currency: zero(currency, scale).currency };

export const isZero = ({ units }: Money): boolean => units === 0;
export const negated = (amount: Money): Money => ({ ...amount, units: 0 - amount.units });
export const minus = (left: Money, right: Money): Money => plus(left, negated(right));

/** The exact sum, at the finer of the two scales. @throws {CurrencyMismatch} @throws {MoneyOverflow} */
export function plus(left: Money, right: Money): Money {
  if (left.currency !== right.currency) throw new CurrencyMismatch(left.currency, right.currency);
  const scale = Math.max(left.scale, right.scale);
  return { units: checked(unitsAt(left, scale) + unitsAt(right, scale), left), scale, currency: left.currency };
}

/** The exact product with a whole number. @throws {MoneyOverflow} */
export const times = (amount: Money, factor: number): Money => ({
  ...amount,
  units: checked(amount.units * factor, amount),
});

/** Negative, zero or positive as `left` is less than, equal to or more than `right`. @throws {CurrencyMismatch} */
export const compare = (left: Money, right: Money): number => minus(left, right).units;

/** Whole currency units, rounded down. */
export const wholeUnits = ({ units, scale }: Money): number => Math.floor(units / 10 ** scale);

/** Units at another, finer scale. @throws {MoneyOverflow} */
export const unitsAt = (amount: Money, scale: number): number =>
  amount.scale === scale ? amount.units : checked(amount.units * 10 ** (scale - amount.scale), amount);

/** The amount as a decimal text, `2500315.63`. */
export function decimal({ units, scale }: Money): string {
  const digits = String(Math.abs(units)).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${units < 0 ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

/** Reads a decimal text exactly; undefined when it is none or has more than six decimals. */
export function moneyFrom(text: string, currency: string, leastScale = 0): Money | undefined {
  const match = /^([+-]?)(\d{1,12})(?:\.(\d{0,6}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const scale = Math.max(fraction.length, leastScale);
  const units = Number(whole + fraction.padEnd(scale, '0'));
  if (!Number.isSafeInteger(units)) return undefined;
  return { units: sign === '-' ? 0 - units : units, scale, currency };
}

function checked(units: number, { currency }: Money): number {
  if (!Number.isSafeInteger(units)) throw new MoneyOverflow(currency);
  return units;
}
