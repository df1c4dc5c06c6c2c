import { dateOf, type Words } from '#kernel/statement.js';
import type { LoyaltyEvent } from './loyalty.events.js';

const points = (count: number): string => `${count > 0 ? '+' : ''}${count.toLocaleString('en')} points`;
const none = points(0);

export const loyaltyWords: Words<LoyaltyEvent> = {
  PointsEarned: ({ data: { points: count, purchaseId, earningId, debtPaid } }) => {
    const by = purchaseId === undefined ? `a bonus (${earningId})` : `a purchase (${purchaseId})`;
    const paid = debtPaid === 0 ? '' : `, ${debtPaid} of them paid a debt`;
    return { what: `earned by ${by}${paid}`, amount: points(count) };
  },
  PointsReversed: ({ data: { points: count, reason, purchaseId, debt } }) => {
    const of = purchaseId === undefined ? '' : ` of a purchase (${purchaseId})`;
    const owed = debt === 0 ? '' : `, ${debt} of them as a debt`;
    return { what: `taken back by a ${reason}${of}${owed}`, amount: points(-count) };
  },
  PointsRedeemed: ({ data }) => ({ what: `redeemed (${data.redemptionId})`, amount: points(-data.points) }),
  PointsReserved: ({ data }) => ({
    what: `set aside until ${dateOf(data.lapsesAt)} (${data.reservationId})`,
    amount: points(-data.points),
  }),
  ReservationConfirmed: ({ data }) => ({
    what: `what was set aside was spent: ${data.points} points (${data.reservationId})`,
    amount: none,
  }),
  ReservationCancelled: ({ data }) => ({
    what: `what was set aside came back, ${data.reason} (${data.reservationId})`,
    amount: points(data.points),
  }),
  PointsExpired: ({ data }) => ({ what: 'expired', amount: points(-data.points) }),
  PointsAdjustedIn: ({ data }) => ({ what: `given by hand: ${data.reason}`, amount: points(data.points) }),
  PointsAdjustedOut: ({ data }) => ({ what: `taken by hand: ${data.reason}`, amount: points(-data.points) }),
  PointsSent: ({ data }) => ({ what: `sent to ${data.to} (${data.transferId})`, amount: points(-data.points) }),
  PointsReceived: ({ data }) => ({ what: `came from ${data.from} (${data.transferId})`, amount: points(data.points) }),
  LoyaltyTierChanged: ({ data: { from, to, year, points: count } }) => ({
    what: `the loyalty tier went from ${from} to ${to} by ${count.toLocaleString('en')} points of ${year}`,
  }),
};
