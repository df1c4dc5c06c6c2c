import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { Instant } from '#kernel/time.js';
import { PointsReversed, ReservationCancelled, type Portion } from './loyalty.events.js';
import { lotOf, oldest, portionOf, sumOf, withoutPoints, type Loyalty, type Reservation } from './loyalty.state.js';

/** Most lots one fact names: what moves more is said by several facts. */
const LOTS_PER_FACT = 200;

export function inChunks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += LOTS_PER_FACT)
    chunks.push(items.slice(start, start + LOTS_PER_FACT));
  return chunks;
}

/** Takes points of these earnings back, newest earning first: from their own lots, then the oldest, then as a debt. */
export function reversals(
  state: Loyalty,
  lotIds: readonly string[],
  points: number,
  reason: string,
  purchaseId?: string,
): readonly Proposal[] {
  const proposals: Proposal[] = [];
  let left = points;
  let now = state;
  for (const lotId of lotIds.toReversed()) {
    const earning = now.earnings.get(lotId);
    const back = Math.min(left, earning?.points ?? 0);
    if (earning === undefined || back === 0) continue;
    const own = lotOf(now, lotId);
    const fromOwn = own === undefined ? [] : [portionOf(own, Math.min(back, own.points))];
    const lots = [...fromOwn, ...oldest(now, back - sumOf(fromOwn), lotId)];
    const debt = back - sumOf(lots);
    const chunks = inChunks(lots);
    const last = Math.max(0, chunks.length - 1);
    for (let index = 0; index <= last; index += 1) {
      const chunk = chunks[index] ?? [];
      const owed = index === last ? debt : 0;
      const data = {
        points: sumOf(chunk) + owed,
        lots: chunk,
        debt: owed,
        year: earning.year,
        purchaseId,
        lotId,
        reason,
      };
      proposals.push(PointsReversed(present(data)));
    }
    now = withoutPoints(now, lots);
    left -= back;
  }
  return proposals;
}

/**
 * Gives reserved points back: to a debt first, then to their lots, which last at least until `at`. All points of a lot
 * have one end: a lot that holds points keeps its own.
 */
export function cancelled(
  state: Loyalty,
  reservationId: string,
  { points, lots }: Reservation,
  reason: 'cancelled' | 'lapsed',
  at: Instant,
): Proposal {
  const debtPaid = Math.min(points, state.debt);
  let owed = debtPaid;
  const back: Portion[] = [];
  for (const portion of lots) {
    const paid = Math.min(owed, portion.points);
    owed -= paid;
    if (portion.points === paid) continue;
    const expiresAt = lotOf(state, portion.lotId)?.expiresAt ?? (portion.expiresAt > at ? portion.expiresAt : at);
    back.push({ ...portion, points: portion.points - paid, expiresAt });
  }
  return ReservationCancelled({ reservationId, points, lots: back, debtPaid, reason }, at);
}
