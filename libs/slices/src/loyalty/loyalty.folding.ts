import { defineFolding } from '#kernel/slice.js';
import {
  LoyaltyTierChanged,
  PointsAdjustedIn,
  PointsAdjustedOut,
  PointsEarned,
  PointsExpired,
  PointsReceived,
  PointsRedeemed,
  PointsReserved,
  PointsReversed,
  PointsSent,
  ReservationCancelled,
  ReservationConfirmed,
} from './loyalty.events.js';
import { loyaltyPolicy } from './loyalty.policy.js';
import { loyaltyBalance } from './loyalty.projection.js';
import { loyaltyLedger, loyaltyLiability, loyaltyLots } from './loyalty.ledger.projection.js';

export const loyaltyFolding = defineFolding({
  name: 'loyalty',
  about: 'Points by lot, what they cost, and the loyalty tier they reach.',
  events: [
    PointsEarned,
    PointsReversed,
    PointsRedeemed,
    PointsReserved,
    ReservationConfirmed,
    ReservationCancelled,
    PointsExpired,
    PointsAdjustedIn,
    PointsAdjustedOut,
    PointsSent,
    PointsReceived,
    LoyaltyTierChanged,
  ],
  policies: [loyaltyPolicy],
  projections: [loyaltyBalance, loyaltyLots, loyaltyLedger, loyaltyLiability],
});
