import type { Sorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';

/** Lots that expire at one instant: most of a policy's lots share their ends of months, so that a row for each would say little. */
export interface Expiring {
  readonly lots: number;
  /** None of their keys is before it. */
  readonly from: string;
}

/** By `expiresAt`. */
export type Expiries = Sorted<Expiring>;

export function withExpiry(expiries: Expiries, expiresAt: Instant, key: string): Expiries {
  const { lots, from } = expiries.get(expiresAt) ?? { lots: 0, from: key };
  return expiries.set(expiresAt, { lots: lots + 1, from: from < key ? from : key });
}

export function withoutExpiry(expiries: Expiries, expiresAt: Instant): Expiries {
  const expiring = expiries.get(expiresAt);
  if (expiring === undefined) return expiries;
  if (expiring.lots === 1) return expiries.delete(expiresAt);
  return expiries.set(expiresAt, { ...expiring, lots: expiring.lots - 1 });
}

/** Lots that are at their end at `at`, those that ended first before others, and of one instant the oldest. */
export function* expiredOf<Lot extends { readonly expiresAt: Instant }>(
  expiries: Expiries,
  lots: Sorted<Lot>,
  at: Instant,
): Iterable<Lot> {
  for (const [expiresAt, { lots: count, from }] of expiries.entries()) {
    if (expiresAt > at) return;
    let left = count;
    for (const lot of lots.values(from)) {
      if (left === 0) break;
      if (lot.expiresAt !== expiresAt) continue;
      left -= 1;
      yield lot;
    }
  }
}
