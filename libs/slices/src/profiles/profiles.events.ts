import { defineEvent, type EventOf } from '#kernel/event.js';
import { day, list, oneOf, optional, personal, record, text, type Raw } from '#kernel/parse.js';

/** What a profile says of a customer beside contact points; null where nothing is known. */
export const PROFILE_FIELDS = ['name', 'birthday', 'language', 'zone', 'country'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

export const CONTACT_KINDS = ['email', 'phone', 'post', 'social'] as const;
export type ContactKind = (typeof CONTACT_KINDS)[number];

const nullable = (value: unknown): string | null => optional(value, text) ?? null;

const fields = (raw: Raw) => ({
  name: personal(raw['name'], text),
  birthday: personal(raw['birthday'], day),
  /** BCP 47, `de-AT`. */
  language: nullable(raw['language']),
  /** IANA time zone. */
  zone: nullable(raw['zone']),
  /** ISO 3166-1, two letters. */
  country: nullable(raw['country']),
  /** What was known before of the fields that are counted, so that a count can move. */
  before: {
    language: nullable(record(raw['before'])['language']),
    country: nullable(record(raw['before'])['country']),
  },
});

/** A customer became known by a profile. */
export const CustomerRegistered = defineEvent({
  type: 'CustomerRegistered',
  personal: ['name', 'birthday'],
  parse: fields,
});
export type CustomerRegistered = EventOf<typeof CustomerRegistered>;

/** What is known of a customer changed; `changed` names the fields, null in one of them means that it was cleared. */
export const ProfileUpdated = defineEvent({
  type: 'ProfileUpdated',
  personal: ['name', 'birthday'],
  parse: (raw) => ({ changed: list(raw['changed'], oneOf(...PROFILE_FIELDS)), ...fields(raw) }),
});
export type ProfileUpdated = EventOf<typeof ProfileUpdated>;

const contactPoint = (raw: Raw) => ({
  contactPointId: text(raw['contactPointId']),
  kind: oneOf(...CONTACT_KINDS)(raw['kind']),
  /** Normalised as the policy says. */
  value: personal(raw['value'], text),
});

/** The customer can be reached in one more way. */
export const ContactPointAdded = defineEvent({
  type: 'ContactPointAdded',
  personal: ['value'],
  parse: contactPoint,
});
export type ContactPointAdded = EventOf<typeof ContactPointAdded>;

/** The customer can no longer be reached in this way; the value stands here so that its claim is given back. */
export const ContactPointRemoved = defineEvent({
  type: 'ContactPointRemoved',
  personal: ['value'],
  parse: contactPoint,
});
export type ContactPointRemoved = EventOf<typeof ContactPointRemoved>;

const identity = (raw: Raw) => ({ system: text(raw['system']), externalId: personal(raw['externalId'], text) });

/** Another system knows this customer under an id of its own. */
export const CustomerIdentified = defineEvent({
  type: 'CustomerIdentified',
  personal: ['externalId'],
  parse: identity,
});
export type CustomerIdentified = EventOf<typeof CustomerIdentified>;

/** An id of another system no longer stands for this customer. */
export const IdentityForgotten = defineEvent({
  type: 'IdentityForgotten',
  personal: ['externalId'],
  parse: identity,
});
export type IdentityForgotten = EventOf<typeof IdentityForgotten>;

export type ProfileEvent =
  | CustomerRegistered
  | ProfileUpdated
  | ContactPointAdded
  | ContactPointRemoved
  | CustomerIdentified
  | IdentityForgotten;
