import { DefinitionError } from '#kernel/errors.js';
import { entriesOf, list, optional, record, text } from '#kernel/parse.js';
import { definePolicy } from '#kernel/policy.js';
import { channel, type Channel } from './consent.events.js';

/** `HH:mm` to `HH:mm` on a wall clock, over midnight where `to` is not after `from`. */
export interface Hours {
  readonly from: string;
  readonly to: string;
}

export interface ConsentPolicy {
  /** What a contact may be for. */
  readonly purposes: readonly string[];
  /** Purposes that need no consent and no regard to quiet hours. */
  readonly exempt: readonly string[];
  /** Where a customer who said nothing may be contacted: channels by purpose. */
  readonly unlessWithdrawn: Readonly<Record<string, readonly Channel[]>>;
  /** Channels that quiet hours are about. */
  readonly quietChannels: readonly Channel[];
  /** Quiet hours of customers who stated none: in the zone of their profile, else in the company's. */
  readonly quietHours: Hours | null;
}

const HOUR_AND_MINUTE = /^([01]\d|2[0-3]):[0-5]\d$/;
const PURPOSE = /^[a-z][a-z_]{0,49}$/;

export const isTimeOfDay = (value: unknown): value is string =>
  typeof value === 'string' && HOUR_AND_MINUTE.test(value);

const timeOfDay = (value: unknown): string => {
  if (!isTimeOfDay(value)) throw new DefinitionError('quietHours: must be HH:mm');
  return value;
};

const purpose = (value: unknown): string => {
  if (!PURPOSE.test(text(value))) throw new DefinitionError(`purposes: ${text(value)} is no name of a-z and _`);
  return text(value);
};

const known = (purposes: readonly string[], some: readonly string[], field: string): void => {
  const stranger = some.find((name) => !purposes.includes(name));
  if (stranger !== undefined) throw new DefinitionError(`${field}: ${stranger} is none of the purposes`);
};

/**
 * @source Consent before contact, and the company's burden to show it: GDPR art. 6(1)(a) and 7(1). No consent for what a
 * contract or a law asks: art. 6(1)(b) and (c), hence `service` and `legal`. Nobody is contacted who said nothing, and no
 * quiet hours without a statement, as a customer's zone is often not known then: ours. (47 CFR § 64.1200(c)(1) forbids
 * telephone solicitation in the United States from 21:00 to 08:00 on the called party's clock: publish it as `quietHours`
 * where it applies.) A letter disturbs nobody at night: ours.
 */
export const consentPolicy = definePolicy<ConsentPolicy>({
  name: 'consent',
  defaults: {
    purposes: ['care', 'revisit', 'marketing', 'sales', 'service', 'legal'],
    exempt: ['service', 'legal'],
    unlessWithdrawn: {},
    quietChannels: ['phone', 'email', 'sms', 'social'],
    quietHours: null,
  },
  parse: (raw) => {
    const purposes = list(raw['purposes'], purpose);
    const exempt = list(raw['exempt'], text);
    const unlessWithdrawn = entriesOf(raw['unlessWithdrawn'] ?? {}, (value) => list(value, channel));
    known(purposes, exempt, 'exempt');
    known(purposes, Object.keys(unlessWithdrawn), 'unlessWithdrawn');
    const quietHours = optional(raw['quietHours'], (value) => {
      const { from, to } = record(value);
      return { from: timeOfDay(from), to: timeOfDay(to) };
    });
    const quietChannels = list(raw['quietChannels'], channel);
    return { purposes, exempt, unlessWithdrawn, quietChannels, quietHours: quietHours ?? null };
  },
});
