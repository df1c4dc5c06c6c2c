import { DomainError } from '#kernel/errors.js';

/** No complaint of this name was raised by this customer. */
export class ComplaintNotRaised extends DomainError {
  readonly code = 'complaints.not_raised';
  readonly kind = 'not_found';

  constructor(readonly complaintId: string) {
    super(`This customer raised no complaint ${complaintId}.`);
  }
}

/** A complaint of this name was raised before with other content. */
export class ComplaintAlreadyRaised extends DomainError {
  readonly code = 'complaints.already_raised';
  readonly kind = 'conflict';

  constructor(readonly complaintId: string) {
    super(`Complaint ${complaintId} was raised before with other content; give this one another name.`);
  }
}

/** The complaint is resolved or closed. Reopen it first. */
export class ComplaintNotOpen extends DomainError {
  readonly code = 'complaints.not_open';
  readonly kind = 'conflict';

  constructor(
    readonly complaintId: string,
    readonly status: string,
  ) {
    super(`Complaint ${complaintId} is ${status}; reopen it first.`);
  }
}

/** The complaint is open: only a resolved one is closed, only a resolved or closed one reopened. */
export class ComplaintNotResolved extends DomainError {
  readonly code = 'complaints.not_resolved';
  readonly kind = 'conflict';

  constructor(readonly complaintId: string) {
    super(`Complaint ${complaintId} is open; resolve it first.`);
  }
}

/** The complaint was resolved before with another remedy. Reopen it to resolve it otherwise. */
export class ComplaintAlreadyResolved extends DomainError {
  readonly code = 'complaints.already_resolved';
  readonly kind = 'conflict';

  constructor(readonly complaintId: string) {
    super(`Complaint ${complaintId} was resolved with another remedy; reopen it to resolve it otherwise.`);
  }
}

/** An answer of this name was given before with other content. */
export class ResponseAlreadyGiven extends DomainError {
  readonly code = 'complaints.response_already_given';
  readonly kind = 'conflict';

  constructor(readonly responseId: string) {
    super(`Response ${responseId} was given before with other content; give this one another name.`);
  }
}

/** A cause or remedy that is none of those the policy lists. */
export class UnknownTerm extends DomainError {
  readonly code = 'complaints.unknown_term';
  readonly kind = 'invalid';

  constructor(
    readonly path: string,
    readonly term: string,
    readonly known: readonly string[],
  ) {
    super(`${path}: ${term} is none of ${known.join(', ')}`);
  }
}
