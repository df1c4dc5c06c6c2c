import type { DecidedAgain } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { LoyaltyCommand } from './loyalty.commands.js';
import { EarningNotFound, InsufficientPoints, ReservationNotOpen } from './loyalty.errors.js';
import type { LoyaltyEvent, PointsReceived } from './loyalty.events.js';
import { sumOf, type Loyalty } from './loyalty.state.js';

/**
 * What a command led to, decided again by the same code. Of a redemption, reservation, transfer or deduction that cannot be
 * funded as much is taken as is there; a confirmation whose reservation is over takes nothing. Either is said as short.
 */
export function decideAgain(
  facts: readonly LoyaltyEvent[],
  { done }: Loyalty,
  decide: (command: LoyaltyCommand) => readonly Proposal[],
): DecidedAgain | undefined {
  const command = commandOf(facts);
  if (command === undefined) return undefined;
  try {
    return { proposals: decide(command) };
  } catch (error) {
    const asked = pointsOf(facts);
    if (error instanceof InsufficientPoints) {
      const given = error.available;
      return { proposals: given === 0 ? [] : decide(fewer(command, given)), short: { asked, given } };
    }
    if (error instanceof ReservationNotOpen) {
      // one that could not be funded at all was said as short when it was made
      const isLapsed = command.type === 'ConfirmReservation' && done.has(`reserve ${error.reservationId}`);
      return { proposals: [], ...(isLapsed && { short: { asked, given: 0 } }) };
    }
    if (error instanceof EarningNotFound) return { proposals: [] };
    throw error;
  }
}

const pointsOf = (facts: readonly LoyaltyEvent[]): number =>
  sumOf(facts.flatMap(({ data }) => ('lots' in data || 'reservationId' in data ? data : [])));

function fewer(command: LoyaltyCommand, points: number): LoyaltyCommand {
  if (!('points' in command)) return command;
  return { ...command, points: command.type === 'AdjustPoints' ? 0 - points : points };
}

/** The command that led to these facts, as far as it matters here; undefined for facts that no command leads to. */
function commandOf(facts: readonly LoyaltyEvent[]): LoyaltyCommand | undefined {
  const [first] = facts;
  if (first === undefined) return undefined;
  const { customerId, occurredAt: at } = first;
  switch (first.type) {
    case 'PointsEarned': {
      const { points, note, earningId = '' } = first.data;
      return present({ type: 'EarnPoints' as const, customerId, at, earningId, points, note });
    }
    case 'PointsRedeemed': {
      const { redemptionId, note } = first.data;
      return present({ type: 'RedeemPoints' as const, customerId, at, redemptionId, note, points: pointsOf(facts) });
    }
    case 'PointsReserved': {
      const { reservationId, points } = first.data;
      return { type: 'ReservePoints', customerId, at, reservationId, points };
    }
    case 'ReservationConfirmed':
      return { type: 'ConfirmReservation', customerId, at, reservationId: first.data.reservationId };
    case 'ReservationCancelled':
      return { type: 'CancelReservation', customerId, at, reservationId: first.data.reservationId };
    case 'PointsAdjustedIn':
    case 'PointsAdjustedOut': {
      const { adjustmentId, reason } = first.data;
      const points = first.type === 'PointsAdjustedIn' ? first.data.points : 0 - pointsOf(facts);
      return { type: 'AdjustPoints', customerId, at, adjustmentId, reason, points };
    }
    case 'PointsSent': {
      const { transferId, to } = first.data;
      return { type: 'TransferPoints', customerId, at, transferId, to, points: pointsOf(facts) };
    }
    case 'PointsReversed':
      return { type: 'ReverseEarning', customerId, at, lotId: first.data.lotId, reason: first.data.reason };
    case 'PointsReceived': {
      const { transferId, from } = first.data;
      const lots = (facts as readonly PointsReceived[]).map(({ data: { points, expiresAt } }) => ({
        points,
        expiresAt,
      }));
      return { type: 'ReceivePoints', customerId, at, transferId, from, lots };
    }
    case 'PointsExpired':
    case 'LoyaltyTierChanged':
      return undefined;
  }
}
