import { DomainError } from '#kernel/errors.js';

/** More points asked for than can be spent now. Retrying cannot help until points are earned or become available. */
export class InsufficientPoints extends DomainError {
  readonly code = 'loyalty.insufficient_points';
  readonly kind = 'conflict';

  constructor(
    readonly requested: number,
    readonly available: number,
  ) {
    super(`Cannot take ${requested} points: ${available} are available.`);
  }
}

/** No open reservation of this name: it was never made, was confirmed, was cancelled or has lapsed. */
export class ReservationNotOpen extends DomainError {
  readonly code = 'loyalty.reservation_not_open';
  readonly kind = 'conflict';

  constructor(readonly reservationId: string) {
    super(`There is no open reservation ${reservationId}.`);
  }
}

/** A customer may have only so many reservations open at once. */
export class TooManyReservations extends DomainError {
  readonly code = 'loyalty.too_many_reservations';
  readonly kind = 'conflict';

  constructor(readonly most: number) {
    super(`${most} reservations are open; confirm or cancel one first.`);
  }
}

/** Points cannot be sent to oneself. */
export class TransferToSelf extends DomainError {
  readonly code = 'loyalty.transfer_to_self';
  readonly kind = 'invalid';

  constructor() {
    super('to: points cannot be sent to the customer who holds them.');
  }
}

/** No earning of this id is left to be taken back. */
export class EarningNotFound extends DomainError {
  readonly code = 'loyalty.earning_not_found';
  readonly kind = 'not_found';

  constructor(readonly lotId: string) {
    super(`This customer has no earned lot ${lotId}.`);
  }
}

/** What was bought earns more points than can be counted exactly, under the rate of the policy. */
export class TooManyPoints extends DomainError {
  readonly code = 'loyalty.too_many_points';
  readonly kind = 'conflict';

  constructor() {
    super('This earns more points than can be counted exactly; the rate of policy loyalty is too high for it.');
  }
}
