import { Sorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { Portion } from './loyalty.events.js';
import { expiredOf, withExpiry, withoutExpiry, type Expiries } from './loyalty.expiries.js';
import { BASIC, type Rate } from './loyalty.policy.js';

/** What is left of the points that one fact brought. */
export interface Lot extends Portion {
  readonly earnedAt: Instant;
}

/** What one earning brought, as far as it was not taken back. */
export interface Earning {
  readonly lotId: string;
  readonly earnedAt: Instant;
  readonly year: number;
  /** Less what was reversed. */
  readonly points: number;
}

export interface Reservation {
  readonly points: number;
  readonly lots: readonly Portion[];
  readonly lapsesAt: Instant;
}

export interface Loyalty {
  /** Lots that hold points, oldest first: by `earnedAt lotId`. */
  readonly lots: Sorted<Lot>;
  /** How many of `lots` expire when. */
  readonly expiries: Expiries;
  /** By lotId: when it was earned, which finds it in `lots`. */
  readonly earnings: Sorted<Earning>;
  /** By purchaseId: its lots and the rate it earned at. */
  readonly purchases: Sorted<{ readonly lotIds: readonly string[]; readonly rate: Rate }>;
  /** Open ones, by reservationId. */
  readonly reservations: Sorted<Reservation>;
  /** Names of requests that were done: `redeem basket-3`. */
  readonly done: Sorted<true>;
  /** Points spent that were then taken back: paid from what comes next. */
  readonly debt: number;
  readonly tier: string;
  /** The last qualification year whose result is settled: the tier stands for it. */
  readonly tierYear: number;
  /** Points by qualification year (`yearName`), reversals deducted. */
  readonly earnedIn: Readonly<Record<string, number>>;
}

export const newLoyalty: Loyalty = {
  lots: Sorted.empty(),
  expiries: Sorted.empty(),
  earnings: Sorted.empty(),
  purchases: Sorted.empty(),
  reservations: Sorted.empty(),
  done: Sorted.empty(),
  debt: 0,
  tier: BASIC,
  tierYear: 0,
  earnedIn: {},
};

/** `y2026`: an object whose fields are named by numbers takes five times as long to copy. */
export const yearName = (year: number): string => `y${year}`;

/** Points of a qualification year. */
export const earnedInYear = ({ earnedIn }: Loyalty, year: number): number => earnedIn[yearName(year)] ?? 0;

export const lotKey = ({ earnedAt, lotId }: { readonly earnedAt: Instant; readonly lotId: string }): string =>
  `${earnedAt} ${lotId}`;

/** Adds points to a lot, new or known. */
export function withPoints(state: Loyalty, lot: Lot): Loyalty {
  if (lot.points === 0) return state;
  const key = lotKey(lot);
  const known = state.lots.get(key);
  const grown = known === undefined ? lot : { ...lot, points: known.points + lot.points };
  const lots = state.lots.set(key, grown);
  if (known?.expiresAt === lot.expiresAt) return { ...state, lots };
  const others = known === undefined ? state.expiries : withoutExpiry(state.expiries, known.expiresAt);
  return { ...state, lots, expiries: withExpiry(others, lot.expiresAt, key) };
}

/** Takes portions out of their lots; a lot without points is gone. */
export function withoutPoints(state: Loyalty, portions: readonly Portion[]): Loyalty {
  let { lots, expiries } = state;
  for (const { lotId, points } of portions) {
    const key = lotKey({ lotId, earnedAt: earnedAtOf(state, lotId) });
    const lot = lots.get(key);
    if (lot === undefined) continue;
    if (lot.points > points) {
      lots = lots.set(key, { ...lot, points: lot.points - points });
    } else {
      lots = lots.delete(key);
      expiries = withoutExpiry(expiries, lot.expiresAt);
    }
  }
  return { ...state, lots, expiries };
}

export const earnedAtOf = ({ earnings }: Loyalty, lotId: string): Instant => earnings.get(lotId)?.earnedAt ?? '';

export const lotOf = (state: Loyalty, lotId: string): Lot | undefined =>
  state.lots.get(lotKey({ lotId, earnedAt: earnedAtOf(state, lotId) }));

/** `most` points of lots that can be spent at `at`, oldest lot first; fewer where there are fewer. */
export function spendable({ lots }: Loyalty, most: number, at: Instant): readonly Portion[] {
  return taken(lots.values(), most, ({ availableAt, expiresAt }) => availableAt <= at && expiresAt > at);
}

/** `most` points of any lot but one, pending ones too, oldest lot first. */
export const oldest = ({ lots }: Loyalty, most: number, exceptLotId: string): readonly Portion[] =>
  taken(lots.values(), most, ({ lotId }) => lotId !== exceptLotId);

/** Lots that are at their end at `at`. */
export function* expired({ expiries, lots }: Loyalty, at: Instant): Iterable<Portion> {
  for (const lot of expiredOf(expiries, lots, at)) yield portionOf(lot, lot.points);
}

export const portionOf = ({ lotId, availableAt, expiresAt }: Portion, points: number): Portion => ({
  lotId,
  points,
  availableAt,
  expiresAt,
});

export const sumOf = (portions: readonly { readonly points: number }[]): number =>
  portions.reduce((sum, { points }) => sum + points, 0);

function taken(lots: Iterable<Lot>, most: number, may: (lot: Lot) => boolean): readonly Portion[] {
  const portions: Portion[] = [];
  let left = most;
  for (const lot of lots) {
    if (left === 0) break;
    if (!may(lot)) continue;
    const points = Math.min(left, lot.points);
    portions.push(portionOf(lot, points));
    left -= points;
  }
  return portions;
}
