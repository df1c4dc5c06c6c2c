import { DomainError } from '#kernel/errors.js';

/** The customer was registered before with other content. Update the profile instead. */
export class AlreadyRegistered extends DomainError {
  readonly code = 'profiles.already_registered';
  readonly kind = 'conflict';

  constructor() {
    super('This customer was registered before with other content; update the profile instead.');
  }
}

/** A birthday that had not come when it was said. */
export class BirthdayAhead extends DomainError {
  readonly code = 'profiles.birthday_ahead';
  readonly kind = 'invalid';

  constructor() {
    super('birthday: lies after the day on which it was said.');
  }
}

/** A value that is no e-mail address or phone number. The value itself is personal and not repeated. */
export class NotAContactPoint extends DomainError {
  readonly code = 'profiles.not_a_contact_point';
  readonly kind = 'invalid';

  constructor(readonly contactKind: string) {
    super(
      contactKind === 'phone'
        ? 'value: is no phone number with its country code, such as +44 20 7946 0000.'
        : `value: is no ${contactKind} address.`,
    );
  }
}

/** The name stands for another contact point of this customer. */
export class ContactPointIdTaken extends DomainError {
  readonly code = 'profiles.contact_point_id_taken';
  readonly kind = 'conflict';

  constructor(readonly contactPointId: string) {
    super(`${contactPointId} is another contact point of this customer; remove it first or choose another id.`);
  }
}

/** No contact point of this name was ever known for this customer. */
export class ContactPointNotFound extends DomainError {
  readonly code = 'profiles.contact_point_not_found';
  readonly kind = 'not_found';

  constructor(readonly contactPointId: string) {
    super(`This customer has no contact point ${contactPointId}.`);
  }
}

/** A profile holds as many contact points, or ids of other systems, as the policy allows. */
export class ProfileIsFull extends DomainError {
  readonly code = 'profiles.full';
  readonly kind = 'conflict';

  constructor(
    readonly what: 'contact points' | 'identities',
    readonly most: number,
  ) {
    super(`This customer has ${most} ${what}; remove one first.`);
  }
}
