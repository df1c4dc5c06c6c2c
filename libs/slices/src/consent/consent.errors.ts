import { DomainError } from '#kernel/errors.js';
import type { Instant } from '#kernel/time.js';

/** The policy knows no such purpose. */
export class UnknownPurpose extends DomainError {
  readonly code = 'consent.unknown_purpose';
  readonly kind = 'invalid';

  constructor(
    readonly purpose: string,
    readonly purposes: readonly string[],
    readonly policyVersion: number,
  ) {
    super(`purpose: ${purpose} is none of ${purposes.join(', ')} (policy consent, version ${policyVersion}).`);
  }
}

/** For such a purpose nobody is asked, so there is nothing to grant or to withdraw. */
export class ConsentNotAsked extends DomainError {
  readonly code = 'consent.not_asked';
  readonly kind = 'conflict';

  constructor(
    readonly purpose: string,
    readonly policyVersion: number,
  ) {
    super(`Contacts for ${purpose} need no consent (policy consent, version ${policyVersion}).`);
  }
}

/** The customer said something newer about the same; what was said before cannot overturn it. */
export class StatementSuperseded extends DomainError {
  readonly code = 'consent.superseded';
  readonly kind = 'conflict';

  constructor(
    readonly at: Instant,
    readonly supersededAt: Instant,
    readonly factId: string,
  ) {
    super(`What was said at ${at} was superseded at ${supersededAt}.`);
  }
}
