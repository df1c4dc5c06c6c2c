import { DomainError } from '#kernel/errors.js';
import { decimal, type Money } from '#kernel/money.js';

/** No purchase of this name is known for this customer. */
export class PurchaseNotFound extends DomainError {
  readonly code = 'purchases.not_found';
  readonly kind = 'not_found';

  constructor(readonly purchaseId: string) {
    super(`This customer has no purchase ${purchaseId}.`);
  }
}

/** The purchase was recorded before with other content. Add lines, refund or void it instead. */
export class PurchaseAlreadyRecorded extends DomainError {
  readonly code = 'purchases.already_recorded';
  readonly kind = 'conflict';

  constructor(readonly purchaseId: string) {
    super(`Purchase ${purchaseId} was recorded before with other content; add lines, refund or void it instead.`);
  }
}

/** The purchase was voided: it never happened, so nothing can be added to it or refunded. */
export class PurchaseIsVoid extends DomainError {
  readonly code = 'purchases.void';
  readonly kind = 'conflict';

  constructor(readonly purchaseId: string) {
    super(`Purchase ${purchaseId} was voided.`);
  }
}

/** More was to be refunded than the purchase still costs. */
export class RefundExceedsPurchase extends DomainError {
  readonly code = 'purchases.refund_exceeds';
  readonly kind = 'conflict';

  constructor(purchaseId: string, asked: Money, left: Money) {
    super(
      `Cannot refund ${decimal(asked)} ${asked.currency} of ${purchaseId}: ${decimal(left)} ${left.currency} are left.`,
    );
  }
}

/** More pieces of a line were to be refunded than are left. */
export class LineExhausted extends DomainError {
  readonly code = 'purchases.line_exhausted';
  readonly kind = 'conflict';

  constructor(lineId: string, asked: number, left: number) {
    super(`Cannot refund ${asked} of line ${lineId}: ${left} are left.`);
  }
}

/** A refund came later than the policy allows. */
export class RefundTooLate extends DomainError {
  readonly code = 'purchases.refund_too_late';
  readonly kind = 'conflict';

  constructor(days: number, allowed: number) {
    super(`The refund comes ${days} days after the purchase; the policy allows ${allowed}.`);
  }
}

/** What a purchase says does not fit together. */
export class PurchaseDoesNotAddUp extends DomainError {
  readonly code = 'purchases.does_not_add_up';
  readonly kind = 'invalid';
}
