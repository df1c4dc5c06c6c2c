import { DomainError } from '#kernel/errors.js';
import type { Instant } from '#kernel/time.js';
import type { Permission } from '../consent/consent.permission.policy.js';

const rules = ({ policy: { name, version } }: Permission['why']): string => `policy ${name}, version ${version}`;

/** An outbound contact that the customer did not allow, or disallowed. `facts` name what the customer said. */
export class ContactWithoutConsent extends DomainError {
  readonly code = 'contacts.without_consent';
  readonly kind = 'conflict';
  readonly rule: Permission['rule'];
  readonly policyVersion: number;
  readonly facts: readonly string[];

  constructor(
    readonly channel: string,
    readonly purpose: string,
    { rule, why }: Permission,
  ) {
    super(`No contact by ${channel} for ${purpose}: ${rule} (${rules(why)}).`);
    this.rule = rule;
    this.policyVersion = why.policy.version;
    this.facts = why.facts;
  }
}

/** An outbound contact at an hour at which the customer is not to be disturbed. It may be made later. */
export class ContactInQuietHours extends DomainError {
  readonly code = 'contacts.quiet_hours';
  readonly kind = 'conflict';
  readonly rule: Permission['rule'];
  readonly policyVersion: number;
  readonly facts: readonly string[];

  constructor(
    readonly channel: string,
    readonly at: Instant,
    { rule, why }: Permission,
  ) {
    super(`No contact by ${channel} at ${at}: ${rule} (${rules(why)}).`);
    this.rule = rule;
    this.policyVersion = why.policy.version;
    this.facts = why.facts;
  }
}

/** The contact was recorded before with other content. */
export class ContactAlreadyRecorded extends DomainError {
  readonly code = 'contacts.already_recorded';
  readonly kind = 'conflict';

  constructor(readonly contactId: string) {
    super(`Contact ${contactId} was recorded before with other content.`);
  }
}

/** No contact of this name is known for this customer. */
export class ContactNotFound extends DomainError {
  readonly code = 'contacts.not_found';
  readonly kind = 'not_found';

  constructor(readonly contactId: string) {
    super(`This customer has no contact ${contactId}.`);
  }
}

/** One cannot answer oneself, nor what was not said yet. */
export class NotAnAnswer extends DomainError {
  readonly code = 'contacts.not_an_answer';
  readonly kind = 'invalid';

  constructor(
    readonly contactId: string,
    reason: string,
  ) {
    super(`answers: ${contactId} ${reason}.`);
  }
}

/** A purpose or outcome that the policy does not list. */
export class NotListed extends DomainError {
  readonly code = 'contacts.not_listed';
  readonly kind = 'invalid';

  constructor(
    readonly field: 'purpose' | 'outcome',
    readonly value: string,
    readonly listed: readonly string[],
    readonly policyVersion: number,
  ) {
    super(`${field}: ${value} is none of ${listed.join(', ')}.`);
  }
}

/** No revisit of this name was planned for this customer. */
export class RevisitNotFound extends DomainError {
  readonly code = 'contacts.revisit_not_found';
  readonly kind = 'not_found';

  constructor(readonly revisitId: string) {
    super(`This customer has no revisit ${revisitId}.`);
  }
}

/** The revisit is over: completed, cancelled or missed. Plan another. */
export class RevisitNotOpen extends DomainError {
  readonly code = 'contacts.revisit_not_open';
  readonly kind = 'conflict';

  constructor(
    readonly revisitId: string,
    readonly status: string,
  ) {
    super(`Revisit ${revisitId} is ${status}.`);
  }
}

/** The revisit was planned before for another time. Cancel it and plan another. */
export class RevisitAlreadyPlanned extends DomainError {
  readonly code = 'contacts.revisit_already_planned';
  readonly kind = 'conflict';

  constructor(
    readonly revisitId: string,
    readonly dueAt: Instant,
  ) {
    super(`Revisit ${revisitId} was planned before, for ${dueAt}.`);
  }
}

/** A customer may have only so many revisits open at once. */
export class TooManyRevisits extends DomainError {
  readonly code = 'contacts.too_many_revisits';
  readonly kind = 'conflict';

  constructor(
    readonly most: number,
    readonly policyVersion: number,
  ) {
    super(`${most} revisits are open; complete or cancel one first.`);
  }
}
