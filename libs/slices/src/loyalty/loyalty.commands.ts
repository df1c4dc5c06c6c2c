import { ArrayMaxSize, ArrayMinSize, IsArray, IsOptional, NotEquals } from 'class-validator';
import {
  CustomerCommand,
  IsCustomerId,
  IsInstant,
  IsReference,
  IsText,
  IsWhole,
  Nested,
} from '#kernel/customer.commands.js';

const MOST_POINTS = 1_000_000_000;

export class EarnPoints extends CustomerCommand {
  static readonly about = 'Give points that no purchase brought, such as a welcome bonus; they count for the tier.';
  static readonly example = { customerId: 'c-1', earningId: 'welcome', points: 100, note: 'welcome bonus' };
  readonly type = 'EarnPoints' as const;
  /** The caller's name for it: the same again changes nothing. */
  @IsReference() earningId!: string;
  @IsWhole(1, MOST_POINTS) points!: number;
  @IsOptional() @IsText(200) note?: string;
}

export class RedeemPoints extends CustomerCommand {
  static readonly about = 'Spend available points, oldest lot first.';
  static readonly example = { customerId: 'c-1', redemptionId: 'voucher-9', points: 50 };
  readonly type = 'RedeemPoints' as const;
  @IsReference() redemptionId!: string;
  @IsWhole(1, MOST_POINTS) points!: number;
  @IsOptional() @IsText(200) note?: string;
}

export class ReservePoints extends CustomerCommand {
  static readonly about = 'Set available points aside until they are confirmed or cancelled; lapses by itself.';
  static readonly example = { customerId: 'c-1', reservationId: 'basket-3', points: 50 };
  readonly type = 'ReservePoints' as const;
  @IsReference() reservationId!: string;
  @IsWhole(1, MOST_POINTS) points!: number;
}

export class ConfirmReservation extends CustomerCommand {
  static readonly about = 'Spend the reserved points.';
  static readonly example = { customerId: 'c-1', reservationId: 'basket-3' };
  readonly type = 'ConfirmReservation' as const;
  @IsReference() reservationId!: string;
}

export class CancelReservation extends CustomerCommand {
  static readonly about = 'Give the reserved points back to their lots.';
  static readonly example = { customerId: 'c-1', reservationId: 'basket-3' };
  readonly type = 'CancelReservation' as const;
  @IsReference() reservationId!: string;
}

export class AdjustPoints extends CustomerCommand {
  static readonly about = 'Correct a balance by hand: more than 0 gives, less than 0 takes.';
  static readonly example = { customerId: 'c-1', adjustmentId: 'ticket-12', points: -20, reason: 'credited twice' };
  readonly type = 'AdjustPoints' as const;
  @IsReference() adjustmentId!: string;
  @IsWhole(-MOST_POINTS, MOST_POINTS) @NotEquals(0) points!: number;
  @IsText(500) reason!: string;
}

export class TransferPoints extends CustomerCommand {
  static readonly about = 'Send available points to another customer; they keep the time at which they expire.';
  static readonly example = { customerId: 'c-1', transferId: 'gift-1', to: 'c-2', points: 25 };
  readonly type = 'TransferPoints' as const;
  @IsReference() transferId!: string;
  @IsCustomerId() to!: string;
  @IsWhole(1, MOST_POINTS) points!: number;
}

export class ReverseEarning extends CustomerCommand {
  static readonly about = 'Take back what an earning brought: from its lot, then the oldest, then as a debt.';
  static readonly example = { customerId: 'c-1', lotId: '5f2c8a0e-0000-5000-8000-000000000000', reason: 'fraud' };
  static readonly refers = true;
  readonly type = 'ReverseEarning' as const;
  /** Id of the fact that earned it. */
  @IsReference() lotId!: string;
  @IsText(500) reason!: string;
}

export class ReceivedLotInput {
  @IsWhole(1, MOST_POINTS) points!: number;
  @IsInstant() expiresAt!: string;
}

/** The second half of a transfer. Only Patron itself sends it, under an id derived from the first half. */
export class ReceivePoints extends CustomerCommand {
  static readonly internal = true;
  static readonly about = 'The second half of a transfer; sent by Patron itself.';
  static readonly example = {
    ...{ customerId: 'c-2', transferId: 'gift-1', from: 'c-1' },
    lots: [{ points: 25, expiresAt: '2027-04-01T00:00:00.000Z' }],
  };
  readonly type = 'ReceivePoints' as const;
  @IsReference() transferId!: string;
  @IsCustomerId() from!: string;
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @Nested(ReceivedLotInput, { each: true })
  lots!: readonly ReceivedLotInput[];
}

export type LoyaltyCommand =
  | EarnPoints
  | RedeemPoints
  | ReservePoints
  | ConfirmReservation
  | CancelReservation
  | AdjustPoints
  | TransferPoints
  | ReverseEarning
  | ReceivePoints;
