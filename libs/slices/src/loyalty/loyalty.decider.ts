import { companyPolicy } from '#kernel/company.policy.js';
import type { Decider } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, plusHours, type Instant } from '#kernel/time.js';
import { decideAgain } from './loyalty.again.js';
import type { EarnPoints, LoyaltyCommand, ReceivePoints, ReservePoints } from './loyalty.commands.js';
import {
  EarningNotFound,
  InsufficientPoints,
  ReservationNotOpen,
  TooManyReservations,
  TransferToSelf,
} from './loyalty.errors.js';
import {
  PointsAdjustedIn,
  PointsAdjustedOut,
  PointsEarned,
  PointsReceived,
  PointsRedeemed,
  PointsReserved,
  PointsSent,
  ReservationConfirmed,
  type LoyaltyEvent,
  type Portion,
} from './loyalty.events.js';
import { evolve } from './loyalty.evolve.js';
import { expiryOf, loyaltyPolicy } from './loyalty.policy.js';
import { cancelled, inChunks, reversals } from './loyalty.movements.js';
import { due, react, settle } from './loyalty.settle.js';
import { kept, restored } from './loyalty.kept.js';
import { newLoyalty, spendable, sumOf, type Loyalty } from './loyalty.state.js';

const MOST_RESERVATIONS = 100;

export const loyalty: Decider<Loyalty, LoyaltyCommand, LoyaltyEvent> = {
  initial: newLoyalty,
  keep: kept,
  restore: restored,
  evolve,
  react,
  settle,
  due,
  decide: (command, state, context) => (isDone(state, command) ? [] : decided(command, state, context)),
  decideAgain: (facts, state, context) => decideAgain(facts, state, (command) => decided(command, state, context)),
};

/** What a request leads to that was not done before. @throws {DomainError} the refusal */
function decided(command: LoyaltyCommand, state: Loyalty, context: Context): readonly Proposal[] {
  switch (command.type) {
    case 'EarnPoints':
      return [bonus(command, state, context)];
    case 'RedeemPoints': {
      const { redemptionId, note, points, at } = command;
      const spent = (lots: readonly Portion[]) =>
        PointsRedeemed(present({ redemptionId, points: sumOf(lots), lots, note }));
      return inChunks(enough(state, points, at)).map(spent);
    }
    case 'ReservePoints':
      return [reserve(command, state, context)];
    case 'ConfirmReservation': {
      const { reservationId } = command;
      return [ReservationConfirmed({ reservationId, points: open(state, reservationId).points })];
    }
    case 'CancelReservation': {
      const { reservationId, at } = command;
      return [cancelled(state, reservationId, open(state, reservationId), 'cancelled', at)];
    }
    case 'AdjustPoints': {
      const { adjustmentId, points, reason, at } = command;
      if (points > 0) return [adjustIn({ adjustmentId, reason, points, at }, state, context)];
      const taken = (lots: readonly Portion[]) =>
        PointsAdjustedOut({ adjustmentId, points: sumOf(lots), lots, reason });
      return inChunks(enough(state, -points, at)).map(taken);
    }
    case 'TransferPoints': {
      const { transferId, to, points, at, customerId } = command;
      if (to === customerId) throw new TransferToSelf();
      const sent = (lots: readonly Portion[]) => PointsSent({ transferId, to, points: sumOf(lots), lots });
      return inChunks(enough(state, points, at)).map(sent);
    }
    case 'ReverseEarning': {
      const { lotId, reason } = command;
      const earning = state.earnings.get(lotId);
      if (earning === undefined || earning.points === 0) throw new EarningNotFound(lotId);
      return reversals(state, [lotId], earning.points, reason);
    }
    case 'ReceivePoints':
      return receive(command, state);
  }
}

/** Which request a command names, so that the same again under another commandId changes nothing. */
function isDone({ done }: Loyalty, command: LoyaltyCommand): boolean {
  switch (command.type) {
    case 'EarnPoints':
      return done.has(`earn ${command.earningId}`);
    case 'RedeemPoints':
      return done.has(`redeem ${command.redemptionId}`);
    case 'ReservePoints':
      return done.has(`reserve ${command.reservationId}`);
    case 'ConfirmReservation':
      return done.has(`confirm ${command.reservationId}`);
    case 'CancelReservation':
      return done.has(`cancel ${command.reservationId}`);
    case 'AdjustPoints':
      return done.has(`adjust ${command.adjustmentId}`);
    case 'TransferPoints':
      return done.has(`send ${command.transferId}`);
    case 'ReverseEarning':
      return done.has(`reverse ${command.lotId}`);
    case 'ReceivePoints':
      return false; // its commandId derives from the fact that sent them
  }
}

function bonus({ earningId, points, note, at }: EarnPoints, { debt }: Loyalty, context: Context): Proposal {
  const rules = context.policy(loyaltyPolicy);
  const { zone } = context.policy(companyPolicy);
  const lot = { availableAt: at, expiresAt: expiryOf(at, rules, zone), year: Number(dayOf(at, zone).slice(0, 4)) };
  return PointsEarned(
    present({ points, debtPaid: Math.min(points, debt), reason: 'bonus' as const, ...lot, earningId, note }),
  );
}

function adjustIn(
  { adjustmentId, points, reason, at }: { adjustmentId: string; points: number; reason: string; at: Instant },
  { debt }: Loyalty,
  context: Context,
): Proposal {
  const expiresAt = expiryOf(at, context.policy(loyaltyPolicy), context.policy(companyPolicy).zone);
  return PointsAdjustedIn({
    adjustmentId,
    points,
    debtPaid: Math.min(points, debt),
    availableAt: at,
    expiresAt,
    reason,
  });
}

function reserve({ reservationId, points, at }: ReservePoints, state: Loyalty, context: Context): Proposal {
  if (state.reservations.size >= MOST_RESERVATIONS) throw new TooManyReservations(MOST_RESERVATIONS);
  const lapsesAt = plusHours(at, context.policy(loyaltyPolicy).reservationHours);
  return PointsReserved({ reservationId, points, lots: enough(state, points, at), lapsesAt });
}

function receive({ transferId, from, lots, at }: ReceivePoints, { debt }: Loyalty): readonly Proposal[] {
  let owed = debt;
  return lots.map(({ points, expiresAt }) => {
    const debtPaid = Math.min(points, owed);
    owed -= debtPaid;
    return PointsReceived({ transferId, from, points, debtPaid, availableAt: at, expiresAt });
  });
}

/** @throws {InsufficientPoints} */
function enough(state: Loyalty, points: number, at: Instant): readonly Portion[] {
  const portions = spendable(state, points, at);
  const available = sumOf(portions);
  if (available < points) throw new InsufficientPoints(points, available);
  return portions;
}

/** @throws {ReservationNotOpen} */
function open({ reservations }: Loyalty, reservationId: string) {
  const reservation = reservations.get(reservationId);
  if (reservation === undefined) throw new ReservationNotOpen(reservationId);
  return reservation;
}
