import { defineEvent, type EventOf } from '#kernel/event.js';
import { instant, int, list, oneOf, optional, present, record, text, type Raw } from '#kernel/parse.js';

const portion = (value: unknown) => {
  const { lotId, points, availableAt, expiresAt } = record(value);
  return { lotId: text(lotId), points: int(points), availableAt: instant(availableAt), expiresAt: instant(expiresAt) };
};
/** Points of one lot that a fact moves, with what a reader must know of the lot. */
export type Portion = ReturnType<typeof portion>;

const portions = (raw: Raw): readonly Portion[] => list(raw['lots'], portion);

/**
 * Points came to a customer as a new lot, whose id is this fact's id. `debtPaid` of them went to an old debt at once.
 * They can be spent from `availableAt` and are gone at `expiresAt`.
 */
export const PointsEarned = defineEvent({
  type: 'PointsEarned',
  parse: (raw) =>
    present({
      points: int(raw['points']),
      debtPaid: int(raw['debtPaid']),
      reason: oneOf('purchase', 'bonus')(raw['reason']),
      availableAt: instant(raw['availableAt']),
      expiresAt: instant(raw['expiresAt']),
      /** Calendar year, in the company's zone, for whose tier they count. */
      year: int(raw['year']),
      purchaseId: optional(raw['purchaseId'], text),
      earningId: optional(raw['earningId'], text),
      /** Points for so many whole currency units, as the policy had it. */
      rate: optional(raw['rate'], (value) => {
        const { points, perUnits } = record(value);
        return { points: int(points), perUnits: int(perUnits) };
      }),
      note: optional(raw['note'], text),
    }),
});
export type PointsEarned = EventOf<typeof PointsEarned>;

/** What an earning brought was taken back: from its own lot, then the oldest, then as a debt. */
export const PointsReversed = defineEvent({
  type: 'PointsReversed',
  parse: (raw) =>
    present({
      points: int(raw['points']),
      lots: portions(raw),
      /** Points that were spent already: the customer owes them. */
      debt: int(raw['debt']),
      year: int(raw['year']),
      purchaseId: optional(raw['purchaseId'], text),
      lotId: text(raw['lotId']),
      reason: text(raw['reason']),
    }),
});
export type PointsReversed = EventOf<typeof PointsReversed>;

/** Points were spent, oldest lot first. A redemption from very many lots is several facts. */
export const PointsRedeemed = defineEvent({
  type: 'PointsRedeemed',
  parse: (raw) =>
    present({
      redemptionId: text(raw['redemptionId']),
      points: int(raw['points']),
      lots: portions(raw),
      note: optional(raw['note'], text),
    }),
});
export type PointsRedeemed = EventOf<typeof PointsRedeemed>;

/** Points were set aside for a redemption that is under way. */
export const PointsReserved = defineEvent({
  type: 'PointsReserved',
  parse: (raw) => ({
    reservationId: text(raw['reservationId']),
    points: int(raw['points']),
    lots: portions(raw),
    /** Cancelled then, unless confirmed before. */
    lapsesAt: instant(raw['lapsesAt']),
  }),
});
export type PointsReserved = EventOf<typeof PointsReserved>;

/** The reserved points were spent. */
export const ReservationConfirmed = defineEvent({
  type: 'ReservationConfirmed',
  parse: (raw) => ({ reservationId: text(raw['reservationId']), points: int(raw['points']) }),
});
export type ReservationConfirmed = EventOf<typeof ReservationConfirmed>;

/** The reserved points went back to their lots; `debtPaid` of them to a debt. */
export const ReservationCancelled = defineEvent({
  type: 'ReservationCancelled',
  parse: (raw) => ({
    reservationId: text(raw['reservationId']),
    points: int(raw['points']),
    lots: portions(raw),
    debtPaid: int(raw['debtPaid']),
    reason: oneOf('cancelled', 'lapsed')(raw['reason']),
  }),
});
export type ReservationCancelled = EventOf<typeof ReservationCancelled>;

/** Lots came to their end. */
export const PointsExpired = defineEvent({
  type: 'PointsExpired',
  parse: (raw) => ({ points: int(raw['points']), lots: portions(raw) }),
});
export type PointsExpired = EventOf<typeof PointsExpired>;

/** Points were given by hand, as a new lot whose id is this fact's id. */
export const PointsAdjustedIn = defineEvent({
  type: 'PointsAdjustedIn',
  parse: (raw) => ({
    adjustmentId: text(raw['adjustmentId']),
    points: int(raw['points']),
    debtPaid: int(raw['debtPaid']),
    availableAt: instant(raw['availableAt']),
    expiresAt: instant(raw['expiresAt']),
    reason: text(raw['reason']),
  }),
});
export type PointsAdjustedIn = EventOf<typeof PointsAdjustedIn>;

/** Points were taken by hand, oldest lot first. */
export const PointsAdjustedOut = defineEvent({
  type: 'PointsAdjustedOut',
  parse: (raw) => ({
    adjustmentId: text(raw['adjustmentId']),
    points: int(raw['points']),
    lots: portions(raw),
    reason: text(raw['reason']),
  }),
});
export type PointsAdjustedOut = EventOf<typeof PointsAdjustedOut>;

/** Points were sent to another customer, who receives them in a fact of their own. */
export const PointsSent = defineEvent({
  type: 'PointsSent',
  parse: (raw) => ({
    transferId: text(raw['transferId']),
    to: text(raw['to']),
    points: int(raw['points']),
    lots: portions(raw),
  }),
});
export type PointsSent = EventOf<typeof PointsSent>;

/** Points came from another customer, as a new lot that keeps the time at which they expire. */
export const PointsReceived = defineEvent({
  type: 'PointsReceived',
  parse: (raw) => ({
    transferId: text(raw['transferId']),
    from: text(raw['from']),
    points: int(raw['points']),
    debtPaid: int(raw['debtPaid']),
    availableAt: instant(raw['availableAt']),
    expiresAt: instant(raw['expiresAt']),
  }),
});
export type PointsReceived = EventOf<typeof PointsReceived>;

/** The customer's loyalty tier was raised by points earned, or lowered a step after a year that did not keep it. */
export const LoyaltyTierChanged = defineEvent({
  type: 'LoyaltyTierChanged',
  parse: (raw) => ({
    from: text(raw['from']),
    to: text(raw['to']),
    /** The qualification year that decided. */
    year: int(raw['year']),
    points: int(raw['points']),
  }),
});
export type LoyaltyTierChanged = EventOf<typeof LoyaltyTierChanged>;

export type LoyaltyEvent =
  | PointsEarned
  | PointsReversed
  | PointsRedeemed
  | PointsReserved
  | ReservationConfirmed
  | ReservationCancelled
  | PointsExpired
  | PointsAdjustedIn
  | PointsAdjustedOut
  | PointsSent
  | PointsReceived
  | LoyaltyTierChanged;
