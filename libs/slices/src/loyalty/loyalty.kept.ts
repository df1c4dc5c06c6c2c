import { Sorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { Rate } from './loyalty.policy.js';
import { lotKey, type Lot, type Loyalty, type Reservation } from './loyalty.state.js';

type LotRow = readonly [lotId: string, earnedAt: Instant, points: number, availableAt: Instant, expiresAt: Instant];
type EarningRow = readonly [lotId: string, earnedAt: Instant, year: number, points: number];
type PurchaseRow = readonly [purchaseId: string, points: number, perUnits: number, ...lotIds: readonly string[]];

interface Kept extends Pick<Loyalty, 'debt' | 'tier' | 'tierYear' | 'earnedIn'> {
  readonly lots: readonly LotRow[];
  readonly earnings: readonly EarningRow[];
  readonly purchases: readonly PurchaseRow[];
  readonly reservations: readonly (readonly [string, Reservation])[];
  readonly done: readonly string[];
}

/** What a snapshot keeps: rows without names; keys of lots and the expiries follow from them. */
export function kept({ lots, earnings, purchases, reservations, done, ...rest }: Loyalty): Kept {
  return {
    ...{ debt: rest.debt, tier: rest.tier, tierYear: rest.tierYear, earnedIn: rest.earnedIn },
    lots: Array.from(lots.values(), (lot): LotRow => {
      return [lot.lotId, lot.earnedAt, lot.points, lot.availableAt, lot.expiresAt];
    }),
    earnings: Array.from(earnings.values(), ({ lotId, earnedAt, year, points }) => [lotId, earnedAt, year, points]),
    purchases: Array.from(purchases.entries(), ([id, { lotIds, rate }]) => [id, rate.points, rate.perUnits, ...lotIds]),
    reservations: [...reservations.entries()],
    done: Array.from(done.entries(), ([name]) => name),
  };
}

/** State from a snapshot's JSON, see `kept`. */
export function restored(json: unknown): Loyalty {
  const { debt, tier, tierYear, earnedIn, ...held } = json as Kept;
  const lots = held.lots.map(([lotId, earnedAt, points, availableAt, expiresAt]) => {
    const lot: Lot = { lotId, earnedAt, points, availableAt, expiresAt };
    return [lotKey(lot), lot] as const;
  });
  let rate: Rate | undefined;
  const purchases = held.purchases.map(([purchaseId, points, perUnits, ...lotIds]) => {
    if (rate?.points !== points || rate.perUnits !== perUnits) rate = { points, perUnits };
    return [purchaseId, { lotIds, rate }] as const;
  });
  return {
    lots: Sorted.from(lots),
    expiries: Sorted.from(lots.map(([key, { expiresAt }]) => [`${expiresAt} ${key}`, key] as const)),
    earnings: Sorted.from(
      held.earnings.map(([lotId, earnedAt, year, points]) => [lotId, { lotId, earnedAt, year, points }] as const),
    ),
    purchases: Sorted.from(purchases),
    reservations: Sorted.from(held.reservations),
    done: Sorted.from(held.done.map((name) => [name, true] as const)),
    ...{ debt, tier, tierYear, earnedIn },
  };
}
