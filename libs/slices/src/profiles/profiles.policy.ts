import { DefinitionError } from '#kernel/errors.js';
import { int } from '#kernel/parse.js';
import { definePolicy } from '#kernel/policy.js';
import type { IdentityClaim } from '#kernel/slice.js';
import type { ContactKind } from './profiles.events.js';

/** How much one profile may hold. */
export interface ProfilesPolicy {
  readonly mostContactPoints: number;
  /** Ids of other systems. */
  readonly mostIdentities: number;
}

/** @source defaults of ours: far more than a person has, few enough for one document */
export const profilesPolicy = definePolicy<ProfilesPolicy>({
  name: 'profiles',
  defaults: { mostContactPoints: 50, mostIdentities: 50 },
  parse: (raw) => {
    const [mostContactPoints, mostIdentities] = [int(raw['mostContactPoints']), int(raw['mostIdentities'])];
    if (mostContactPoints < 1 || mostIdentities < 1) throw new DefinitionError('most…: must be 1 or more');
    return { mostContactPoints, mostIdentities };
  },
});

/** @source RFC 5321 §4.5.3.1: 64 octets before the @, 255 for the domain, 254 in all (RFC 3696 erratum 1690) */
const EMAIL =
  /^[^\s@<>()[\],;:"\\]{1,64}@(?=.{4,255}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;
const EMAIL_LENGTH = 254;
/** @source ITU-T E.164: a country code, which never begins with 0, and at most 15 digits in all */
const PHONE = /^\+[1-9]\d{6,14}$/;

/** Lower case, without blanks around it; undefined when it cannot be an address. */
export function emailFrom(value: string): string | undefined {
  const email = value.trim().normalize('NFC').toLowerCase();
  return email.length <= EMAIL_LENGTH && EMAIL.test(email) ? email : undefined;
}

/** `+` and digits; undefined without a country code (`+44…` or `0044…`). A `(0)` behind the code is left out. */
export function phoneFrom(value: string): string | undefined {
  const phone = value
    .trim()
    .replace('(0)', '')
    .replace(/[\s().\-/]/g, '')
    .replace(/^00/, '+');
  return PHONE.test(phone) ? phone : undefined;
}

/** The one form in which a contact point is kept, so that equal ones are equal texts; undefined when it is none. */
export function contactValue(kind: ContactKind, value: string): string | undefined {
  switch (kind) {
    case 'email':
      return emailFrom(value);
    case 'phone':
      return phoneFrom(value);
    case 'post':
    case 'social':
      return value.trim().normalize('NFC') || undefined;
  }
}

/** What a contact point claims: an e-mail address or phone number belongs to one customer, a postal address to many. */
export const contactClaims = (kind: ContactKind, value: string | null): readonly IdentityClaim[] =>
  value !== null && (kind === 'email' || kind === 'phone') ? [{ kind, value }] : [];

export const externalClaims = (system: string, externalId: string | null): readonly IdentityClaim[] =>
  externalId === null ? [] : [{ kind: `external ${system}`, value: externalId }];

/** `email:…`, `phone:…`, or the name of another system and the id there. */
export function identityFrom(kind: string, value: string): IdentityClaim | undefined {
  if (kind !== 'email' && kind !== 'phone') return externalClaims(kind, value)[0];
  const normal = contactValue(kind, value);
  return normal === undefined ? undefined : { kind, value: normal };
}
