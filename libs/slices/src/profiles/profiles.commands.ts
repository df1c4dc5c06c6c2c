import { IsIn, IsOptional, Matches, ValidateBy } from 'class-validator';
import { Clearable, CustomerCommand, IsDay, IsReference, IsText } from '#kernel/customer.commands.js';
import { isZone } from '#kernel/time.js';
import { CONTACT_KINDS, type ContactKind } from './profiles.events.js';

const IsZone = (): PropertyDecorator =>
  ValidateBy({
    name: 'isZone',
    validator: { validate: isZone, defaultMessage: () => '$property must be an IANA time zone such as Europe/London' },
  });
const IsLanguage = (): PropertyDecorator =>
  Matches(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, { message: '$property must be a BCP 47 tag such as en or de-AT' });
const IsCountry = (): PropertyDecorator =>
  Matches(/^[A-Z]{2}$/, { message: '$property must be an ISO 3166 code of two letters such as GB' });

export class RegisterCustomer extends CustomerCommand {
  static readonly about = 'A customer is known from now on.';
  static readonly example = {
    ...{ customerId: 'c-1', name: 'Ada Lovelace', birthday: '1990-12-10', language: 'en', country: 'GB' },
    zone: 'Europe/London',
  };
  readonly type = 'RegisterCustomer' as const;
  @IsOptional() @IsText(200) name?: string;
  @IsOptional() @IsDay() birthday?: string;
  @IsOptional() @IsLanguage() language?: string;
  @IsOptional() @IsZone() zone?: string;
  @IsOptional() @IsCountry() country?: string;
}

export class UpdateProfile extends CustomerCommand {
  static readonly about = 'What is known of a customer changed; null clears a field, a field left out stays.';
  static readonly example = { customerId: 'c-1', name: 'Ada King', country: null };
  readonly type = 'UpdateProfile' as const;
  @Clearable() @IsText(200) name?: string | null;
  @Clearable() @IsDay() birthday?: string | null;
  @Clearable() @IsLanguage() language?: string | null;
  @Clearable() @IsZone() zone?: string | null;
  @Clearable() @IsCountry() country?: string | null;
}

export class AddContactPoint extends CustomerCommand {
  static readonly about =
    'The customer can be reached in one more way; e-mails and phones belong to one customer only.';
  static readonly example = { customerId: 'c-1', kind: 'email', value: 'ada@example.org' };
  readonly type = 'AddContactPoint' as const;
  /** The caller's name for it; `email-1`, `email-2`, … when left out. */
  @IsOptional() @IsReference() contactPointId?: string;
  @IsIn(CONTACT_KINDS) kind!: ContactKind;
  @IsText(500) value!: string;
}

export class RemoveContactPoint extends CustomerCommand {
  static readonly about = 'The customer can no longer be reached in this way.';
  static readonly example = { customerId: 'c-1', contactPointId: 'email-1' };
  static readonly refers = true;
  readonly type = 'RemoveContactPoint' as const;
  @IsReference() contactPointId!: string;
}

export class IdentifyCustomer extends CustomerCommand {
  static readonly about = 'Another system knows this customer under an id of its own.';
  static readonly example = { customerId: 'c-1', system: 'webshop', externalId: '10042' };
  readonly type = 'IdentifyCustomer' as const;
  @IsReference() system!: string;
  @IsReference() externalId!: string;
}

export class ForgetIdentity extends CustomerCommand {
  static readonly about = 'An id of another system no longer stands for this customer.';
  static readonly example = { customerId: 'c-1', system: 'webshop', externalId: '10042' };
  readonly type = 'ForgetIdentity' as const;
  @IsReference() system!: string;
  @IsReference() externalId!: string;
}

export type ProfileCommand =
  RegisterCustomer | UpdateProfile | AddContactPoint | RemoveContactPoint | IdentifyCustomer | ForgetIdentity;
