import { DefinitionError } from '#kernel/errors.js';
import { MAX_SCALE, type Money } from '#kernel/money.js';
import { entriesOf, int, list, money, record, text } from '#kernel/parse.js';
import { definePolicy, MOST_DAYS, whole } from '#kernel/policy.js';
import { dayOf, firstOfMonth, plusDays, plusMonths, startOfDay, type Instant } from '#kernel/time.js';
import { TooManyPoints } from './loyalty.errors.js';

/** So many points for so many whole currency units. */
export interface Rate {
  readonly points: number;
  readonly perUnits: number;
}

export interface TierRule {
  readonly name: string;
  /** Points earned in one qualification year that reach and keep it. */
  readonly from: number;
}

export interface LoyaltyPolicy {
  readonly earn: Rate;
  /** Rates of currencies that have their own. */
  readonly earnIn: Readonly<Record<string, Rate>>;
  /** Points of a purchase can be spent after so many days, its return window. */
  readonly pendingDays: number;
  /** A lot expires at the end of the month so many months after it was earned. */
  readonly expireAfterMonths: number;
  readonly reservationHours: number;
  /** How long after a qualification year a tier is kept that the year did not reach; days. */
  readonly graceDays: number;
  /** Tiers above basic, lowest first. */
  readonly tiers: readonly TierRule[];
  /** What a point costs the company; for the liability. */
  readonly costPerPoint: Money;
}

export const BASIC = 'basic';
const MOST_RATE = 1_000_000_000;
const MOST_MONTHS = 1_200;
const MOST_COST = 1_000_000;

const rate = (value: unknown): Rate => {
  const { points, perUnits } = record(value);
  return { points: whole(points, 'points', 0, MOST_RATE), perUnits: whole(perUnits, 'perUnits', 1, MOST_RATE) };
};

const cost = (value: unknown): Money => {
  const { units, scale, currency } = money(value);
  return {
    units: whole(units, 'costPerPoint.units', 0, MOST_COST),
    scale: whole(scale, 'costPerPoint.scale', 0, MAX_SCALE),
    currency,
  };
};

/**
 * @source `pendingDays`, `expireAfterMonths` and one point a unit are the usual terms of retail programmes (Talon.One,
 * Voucherify, Antavo: rolling expiry); thresholds and cost are ours until a company publishes its own.
 */
export const loyaltyPolicy = definePolicy<LoyaltyPolicy>({
  name: 'loyalty',
  defaults: {
    earn: { points: 1, perUnits: 1 },
    earnIn: { JPY: { points: 1, perUnits: 100 } },
    pendingDays: 14,
    expireAfterMonths: 12,
    reservationHours: 24,
    graceDays: 30,
    tiers: [
      { name: 'silver', from: 500 },
      { name: 'gold', from: 2_000 },
    ],
    costPerPoint: { units: 1, scale: 2, currency: 'USD' },
  },
  parse: (raw) => {
    const tiers = list(raw['tiers'], (value) => ({
      name: text(record(value)['name']),
      from: int(record(value)['from']),
    }));
    tiers.forEach(({ from }, index) => {
      if (from <= (tiers[index - 1]?.from ?? 0))
        throw new DefinitionError('tiers: each must begin above the one before');
    });
    return {
      earn: rate(raw['earn']),
      earnIn: entriesOf(raw['earnIn'] ?? {}, rate),
      pendingDays: whole(raw['pendingDays'], 'pendingDays', 0),
      expireAfterMonths: whole(raw['expireAfterMonths'], 'expireAfterMonths', 1, MOST_MONTHS),
      reservationHours: whole(raw['reservationHours'], 'reservationHours', 1, MOST_DAYS),
      graceDays: whole(raw['graceDays'], 'graceDays', 0),
      tiers,
      costPerPoint: cost(raw['costPerPoint']),
    };
  },
});

let lastRate: Rate = { points: 0, perUnits: 1 };

/** One object for purchases of one rate, which are nearly all: each stored fact brings one of its own. */
export function rateOf(rate: Rate): Rate {
  if (lastRate.points !== rate.points || lastRate.perUnits !== rate.perUnits) lastRate = rate;
  return lastRate;
}

export const rateFor = (currency: string, { earn, earnIn }: LoyaltyPolicy): Rate => earnIn[currency] ?? earn;

/** Whole points for a net price, rounded down; none for less than nothing. @throws {TooManyPoints} */
export function pointsFor({ units, scale }: Money, { points, perUnits }: Rate): number {
  if (units <= 0) return 0;
  const [worth, perPoint] = [units * points, perUnits * 10 ** scale];
  if (Number.isSafeInteger(worth) && Number.isSafeInteger(perPoint)) return (worth - (worth % perPoint)) / perPoint;
  const exact = Number((BigInt(units) * BigInt(points)) / (BigInt(perUnits) * 10n ** BigInt(scale)));
  if (!Number.isSafeInteger(exact)) throw new TooManyPoints();
  return exact;
}

/** From when a lot earned at `at` may be spent: the start of a business day in `zone`. */
export const availableFrom = (at: Instant, { pendingDays }: LoyaltyPolicy, zone: string): Instant =>
  pendingDays === 0 ? at : startOfDay(plusDays(dayOf(at, zone), pendingDays), zone);

/** When a lot earned at `at` is gone: the first instant after the month in which it turns old enough. */
export const expiryOf = (at: Instant, { expireAfterMonths }: LoyaltyPolicy, zone: string): Instant =>
  startOfDay(plusMonths(firstOfMonth(dayOf(at, zone)), expireAfterMonths + 1), zone);

/** The highest tier that so many points of a qualification year reach. */
export const tierFor = (points: number, { tiers }: LoyaltyPolicy): string =>
  tiers.findLast(({ from }) => points >= from)?.name ?? BASIC;

/** 0 for basic, 1 for the tier above it, … ; a tier the policy no longer has counts as the lowest above basic. */
export const rankOf = (tier: string, { tiers }: LoyaltyPolicy): number =>
  tier === BASIC ? 0 : Math.max(1, tiers.findIndex(({ name }) => name === tier) + 1);

/** One step down. */
export const tierBelow = (tier: string, policy: LoyaltyPolicy): string =>
  policy.tiers[rankOf(tier, policy) - 2]?.name ?? BASIC;

/** When a qualification year's result is drawn: after its grace. */
export const reviewOf = (year: number, { graceDays }: LoyaltyPolicy, zone: string): Instant =>
  startOfDay(plusDays(`${year + 1}-01-01`, graceDays), zone);
