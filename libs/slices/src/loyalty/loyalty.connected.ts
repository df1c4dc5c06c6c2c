import type { LoyaltyEvent } from './loyalty.events.js';

/** A lot, a reservation or the debt: what a fact puts points into or takes them from. */
type Place = string;

/** Where a fact moves points, and by how many; the moves into places and out of them. */
function movesOf(fact: LoyaltyEvent): readonly (readonly [Place, number])[] {
  const out = 'lots' in fact.data ? fact.data.lots.map(({ lotId, points }) => [lotId, -points] as const) : [];
  switch (fact.type) {
    case 'PointsEarned':
    case 'PointsAdjustedIn':
    case 'PointsReceived': {
      const { points, debtPaid } = fact.data;
      return [[fact.id, points - debtPaid], ...owed(-debtPaid)];
    }
    case 'PointsReversed':
      return [...out, ...owed(fact.data.debt), [fact.data.lotId, 0]];
    case 'PointsReserved':
      return [...out, [`set aside ${fact.data.reservationId}`, fact.data.points]];
    case 'ReservationConfirmed':
      return [[`set aside ${fact.data.reservationId}`, -fact.data.points]];
    case 'ReservationCancelled': {
      const { reservationId, points, lots, debtPaid } = fact.data;
      const back = lots.map(({ lotId, points: given }) => [lotId, given] as const);
      return [...back, [`set aside ${reservationId}`, -points], ...owed(-debtPaid)];
    }
    case 'PointsRedeemed':
    case 'PointsExpired':
    case 'PointsAdjustedOut':
    case 'PointsSent':
      return out;
    case 'LoyaltyTierChanged':
      return [];
  }
}

const owed = (points: number): readonly (readonly [Place, number])[] => (points === 0 ? [] : [['debt', points]]);

/** The facts that a balance rests on: those of lots, reservations and debts that are over have left nothing of themselves. */
export function connected(facts: readonly LoyaltyEvent[]): readonly LoyaltyEvent[] {
  const groups = new Groups();
  const left = new Map<Place, number>();
  const moves = facts.map((fact) => [fact, movesOf(fact)] as const);
  for (const [, moved] of moves) {
    for (const [place, points] of moved) {
      groups.join(moved[0]?.[0] ?? place, place);
      left.set(place, (left.get(place) ?? 0) + points);
    }
  }
  const open = new Set<Place>();
  for (const [place, points] of left) if (points !== 0) open.add(groups.of(place));
  return moves.filter(([, [first]]) => first !== undefined && open.has(groups.of(first[0]))).map(([fact]) => fact);
}

/** Places that facts move points between, as one. */
class Groups {
  private readonly parents = new Map<Place, Place>();

  of(place: Place): Place {
    let root = place;
    for (let up = this.parents.get(root); up !== undefined; up = this.parents.get(root)) root = up;
    if (root !== place) this.parents.set(place, root);
    return root;
  }

  join(left: Place, right: Place): void {
    const [one, other] = [this.of(left), this.of(right)];
    if (one !== other) this.parents.set(other, one);
  }
}
