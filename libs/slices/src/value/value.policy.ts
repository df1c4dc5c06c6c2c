import { DefinitionError } from '#kernel/errors.js';
import { MAX_SCALE, type Money } from '#kernel/money.js';
import { entriesOf, int, record } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';

export type Level = 'high' | 'mid' | 'low';
export type Tier = 'VIP' | Level;
/** Best first. */
export const TIERS: readonly Tier[] = ['VIP', 'high', 'mid', 'low'];

/** From which figure on something is high, or mid. */
export interface Threshold {
  readonly high: number;
  readonly mid: number;
}

export interface CurrencyRule {
  /** Whole currency units. */
  readonly spend: Threshold;
  readonly buyingDays: Threshold;
}

/** What a customer's purchases of the trailing window are worth. */
export interface ValuePolicy {
  /** The trailing window: today and the days before it, so many in all. */
  readonly windowDays: number;
  /** Thresholds by currency. Spend in a currency that is not here is kept, and rated low. */
  readonly currencies: Readonly<Record<string, CurrencyRule>>;
  /** Class A makes the first so many percent of all spend, class B goes on to so many. */
  readonly abc: { readonly aPercent: number; readonly bPercent: number };
}

const MOST_WINDOW_DAYS = 366; // documents hold one entry a day and currency

const threshold = (value: unknown): Threshold => {
  const { high, mid } = record(value);
  if (int(mid) < 1 || int(high) < int(mid))
    throw new DefinitionError('thresholds: mid must be 1 or more, high no less');
  return { high: int(high), mid: int(mid) };
};
const rule = (value: unknown): CurrencyRule => {
  const { spend, buyingDays } = record(value);
  return { spend: threshold(spend), buyingDays: threshold(buyingDays) };
};

const often = { high: 6, mid: 3 };
const western: CurrencyRule = { spend: { high: 500, mid: 100 }, buyingDays: often };

/**
 * @source `abc`: the usual 80/15/5 split of Pareto analysis (Juran, Quality Control Handbook, 1951); thresholds of spend
 * and buying days are ours until a company publishes its own.
 */
export const valuePolicy = definePolicy<ValuePolicy>({
  name: 'value',
  defaults: {
    windowDays: 365,
    currencies: {
      ...{ USD: western, EUR: western, GBP: western },
      JPY: { spend: { high: 75_000, mid: 15_000 }, buyingDays: often },
      KWD: { spend: { high: 150, mid: 30 }, buyingDays: often },
    },
    abc: { aPercent: 80, bPercent: 95 },
  },
  parse: (raw) => {
    const windowDays = whole(raw['windowDays'], 'windowDays', 1, MOST_WINDOW_DAYS);
    const abc = record(raw['abc']);
    const [aPercent, bPercent] = [int(abc['aPercent']), int(abc['bPercent'])];
    if (aPercent < 0 || bPercent < aPercent || bPercent > 100)
      throw new DefinitionError('abc: must be 0 ≤ aPercent ≤ bPercent ≤ 100');
    return { windowDays, currencies: entriesOf(raw['currencies'], rule), abc: { aPercent, bPercent } };
  },
});

/** An amount as a whole number at the finest scale there is, so that amounts of one currency compare exactly. */
export const exact = ({ units, scale }: Pick<Money, 'units' | 'scale'>): bigint =>
  BigInt(units) * 10n ** BigInt(MAX_SCALE - scale);

/** True where an amount is more than another one of its currency. */
export const isMore = (left: Money, right: Money): boolean =>
  left.scale === right.scale ? left.units > right.units : exact(left) > exact(right);

const THOUSANDTHS = 3;

/** Thousandths of a currency unit, rounded towards zero, to sort by. */
export const thousandths = ({ units, scale }: Money): number => {
  const value =
    scale > THOUSANDTHS ? Math.trunc(units / 10 ** (scale - THOUSANDTHS)) : units * 10 ** (THOUSANDTHS - scale);
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
};

/** What spend and buying days in one currency are worth; without thresholds for it, low. */
export function worthOf(spend: Money, buyingDays: number, { currencies }: ValuePolicy) {
  const known = currencies[spend.currency];
  if (known === undefined) return { spendLevel: 'low', buyingDaysLevel: 'low', tier: 'low' } as const;
  const spendLevel = spendLevelOf(spend.units, spend.scale, known);
  const buyingDaysLevel = daysLevelOf(buyingDays, known);
  return { spendLevel, buyingDaysLevel, tier: tierFor(spendLevel, buyingDaysLevel) };
}

/** The tier of so many units in a currency with these thresholds, without an object in between: it is asked for each day of a window. */
export const tierOf = (units: number, scale: number, buyingDays: number, known: CurrencyRule): Tier =>
  tierFor(spendLevelOf(units, scale, known), daysLevelOf(buyingDays, known));

function spendLevelOf(units: number, scale: number, { spend: { high, mid } }: CurrencyRule): Level {
  return isAtLeast(units, scale, high) ? 'high' : isAtLeast(units, scale, mid) ? 'mid' : 'low';
}

const daysLevelOf = (days: number, { buyingDays: { high, mid } }: CurrencyRule): Level =>
  days >= high ? 'high' : days >= mid ? 'mid' : 'low';

/** Big integers only where the threshold does not fit a number: this is asked several times a purchase. */
function isAtLeast(units: number, scale: number, wholeUnits: number): boolean {
  const least = wholeUnits * 10 ** scale;
  return Number.isSafeInteger(least)
    ? units >= least
    : exact({ units, scale }) >= exact({ units: wholeUnits, scale: 0 });
}

/** VIP: both high. High: spend high. Mid: spend mid, or bought often for little. Low: the rest. */
export function tierFor(spend: Level, buyingDays: Level): Tier {
  if (spend === 'high') return buyingDays === 'high' ? 'VIP' : 'high';
  return spend === 'mid' || buyingDays === 'high' ? 'mid' : 'low';
}

/** The best of several tiers; low where there is none. */
export const bestOf = (tiers: readonly Tier[]): Tier => TIERS.find((tier) => tiers.includes(tier)) ?? 'low';
