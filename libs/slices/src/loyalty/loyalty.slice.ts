import { defineSlice } from '#kernel/slice.js';
import type { Fact } from '#kernel/fact.js';
import { times } from '#kernel/money.js';
import type { Context } from '#kernel/policy.js';
import {
  PurchaseLinesAdded,
  PurchaseRecorded,
  PurchaseRefunded,
  PurchaseVoided,
} from '../purchases/purchases.events.js';
import {
  AdjustPoints,
  CancelReservation,
  ConfirmReservation,
  EarnPoints,
  ReceivePoints,
  RedeemPoints,
  ReservePoints,
  ReverseEarning,
  TransferPoints,
} from './loyalty.commands.js';
import { loyalty } from './loyalty.decider.js';
import { PointsEarned, PointsSent } from './loyalty.events.js';
import { loyaltyPolicy } from './loyalty.policy.js';
import { loyaltyBalance, type LoyaltyBalance } from './loyalty.projection.js';
import { balanceStatement, loyaltyTierStatement } from './loyalty.statement.js';
import { loyaltyWords } from './loyalty.words.js';
import { loyaltyFolding } from './loyalty.folding.js';

/** What the receiver's side of a transfer is told: how many points, by the time at which they expire. */
function received({ data, customerId, occurredAt }: PointsSent) {
  const byExpiry = new Map<string, number>();
  for (const { points, expiresAt } of data.lots) byExpiry.set(expiresAt, (byExpiry.get(expiresAt) ?? 0) + points);
  const lots = [...byExpiry].sort().map(([expiresAt, points]) => ({ points, expiresAt }));
  return {
    type: 'ReceivePoints',
    customerId: data.to,
    at: occurredAt,
    transferId: data.transferId,
    from: customerId,
    lots,
  };
}

export const loyaltySlice = defineSlice({
  ...loyaltyFolding,
  commands: [
    EarnPoints,
    RedeemPoints,
    ReservePoints,
    ConfirmReservation,
    CancelReservation,
    AdjustPoints,
    TransferPoints,
    ReverseEarning,
    ReceivePoints,
  ],
  decider: loyalty,
  stateVersion: 7, // expiries are counted, not listed
  reactsTo: [PurchaseRecorded, PurchaseLinesAdded, PurchaseRefunded, PurchaseVoided, PointsEarned],
  followUps: { PointsSent: (fact: Fact) => received(fact as PointsSent) },
  outlook: {
    standings: [{ model: loyaltyBalance.name, field: 'tier', of: ({ tier }: LoyaltyBalance) => tier }],
    amounts: {
      ...{ model: loyaltyBalance.name, unit: 'points' },
      fields: [
        ...['earned', 'adjustedIn', 'received', 'redeemed', 'expired', 'reversed', 'adjustedOut', 'sent'],
        ...['reserved', 'pending', 'available', 'debt'],
      ],
      owed: ({ pending, available, reserved }: LoyaltyBalance, context: Context) => {
        const amount = pending + available + reserved;
        return { amount, money: times(context.policy(loyaltyPolicy).costPerPoint, amount) };
      },
    },
  },
  statements: [balanceStatement, loyaltyTierStatement],
  words: loyaltyWords,
});
