import { names, plain, type Form } from '#kernel/leaf.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { Expiring } from './loyalty.expiries.js';
import { rateOf, type Rate } from './loyalty.policy.js';
import { lotKey, type Earning, type Lot, type Loyalty, type Reservation } from './loyalty.state.js';

type LotRow = readonly [
  ...always: readonly [lotId: string, earnedAt: Instant, points: number, expiresAt: string],
  availableAt?: Instant,
];
type EarningRow = readonly [lotId: string, earnedAt: Instant, year: number, points: number];
type PurchaseRow = readonly [purchaseId: string, points: number, perUnits: number, ...lotIds: readonly string[]];

type Kept = readonly [
  ...figures: readonly [debt: number, tier: string, tierYear: number, earnedIn: Loyalty['earnedIn']],
  ...points: readonly [lots: KeptSorted, expiries: KeptSorted, earnings: KeptSorted, purchases: KeptSorted],
  ...requests: readonly [reservations: KeptSorted, done: KeptSorted],
];

const MIDNIGHT = 'T00:00:00.000Z';

/** Points expire at the end of a day as a rule. */
const shortOf = (at: Instant): string => (at.endsWith(MIDNIGHT) ? at.slice(0, -MIDNIGHT.length) : at);
const longOf = (short: string): Instant => (short.includes('T') ? short : short + MIDNIGHT);

/** Rows without names; the key of a lot follows from it. */
const lotForm: Form<Lot, LotRow> = {
  row: (_key, { lotId, earnedAt, points, availableAt, expiresAt }) => {
    const row = [lotId, earnedAt, points, shortOf(expiresAt)] as const;
    return availableAt === earnedAt ? row : [...row, availableAt];
  },
  entry: ([lotId, earnedAt, points, expiresAt, availableAt = earnedAt]) => {
    const lot: Lot = { lotId, earnedAt, points, availableAt, expiresAt: longOf(expiresAt) };
    return [lotKey(lot), lot];
  },
};
const expiryForm = plain<Expiring>();
const earningForm: Form<Earning, EarningRow> = {
  row: (lotId, { earnedAt, year, points }) => [lotId, earnedAt, year, points],
  entry: ([lotId, earnedAt, year, points]) => [lotId, { lotId, earnedAt, year, points }],
};
const purchaseForm: Form<{ readonly lotIds: readonly string[]; readonly rate: Rate }, PurchaseRow> = {
  row: (purchaseId, { lotIds, rate }) => [purchaseId, rate.points, rate.perUnits, ...lotIds],
  entry: ([purchaseId, points, perUnits, ...lotIds]) => [purchaseId, { lotIds, rate: rateOf({ points, perUnits }) }],
};
const reservationForm = plain<Reservation>();

// prettier-ignore
export function kept(state: Loyalty, shelf: Shelf): Kept {
  return [
    state.debt, state.tier, state.tierYear, state.earnedIn,
    state.lots.kept(shelf, lotForm),
    state.expiries.kept(shelf, expiryForm),
    state.earnings.kept(shelf, earningForm),
    state.purchases.kept(shelf, purchaseForm),
    state.reservations.kept(shelf, reservationForm),
    state.done.kept(shelf, names),
  ];
}

/** State from a snapshot, see `kept`. */
export function restored(json: unknown, shelf: Shelf): Loyalty {
  const [debt, tier, tierYear, earnedIn, lots, expiries, earnings, purchases, reservations, done] = json as Kept;
  return {
    lots: Sorted.restored(lots, shelf, lotForm),
    expiries: Sorted.restored(expiries, shelf, expiryForm),
    earnings: Sorted.restored(earnings, shelf, earningForm),
    purchases: Sorted.restored(purchases, shelf, purchaseForm),
    reservations: Sorted.restored(reservations, shelf, reservationForm),
    done: Sorted.restored(done, shelf, names),
    debt,
    tier,
    tierYear,
    earnedIn,
  };
}
