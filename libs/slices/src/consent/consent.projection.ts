import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import {
  CHANNELS,
  type Channel,
  type ConsentEvent,
  type ConsentGranted,
  type ConsentWithdrawn,
} from './consent.events.js';
import type { Hours } from './consent.policy.js';
import { consentPolicy } from './consent.policy.js';

/** What a customer said last about one purpose and channel, and by which fact. */
export interface StatedConsent {
  readonly status: 'granted' | 'withdrawn';
  readonly since: Instant;
  readonly source: string | null;
  readonly factId: string;
}

interface Said {
  readonly since: Instant;
  readonly factId: string;
}

/** What is not here, the customer never said: then the policy's `exempt` and `unlessWithdrawn` decide. */
export interface ConsentStatus {
  readonly customerId: string;
  /** By purpose and channel. */
  readonly consents: Readonly<Record<string, Readonly<Partial<Record<Channel, StatedConsent>>>>>;
  /** The channel liked best. */
  readonly preferred: Channel | null;
  readonly preference: (Said & { readonly channels: readonly Channel[] }) | null;
  readonly quietHours: (Said & Hours & { readonly zone: string }) | null;
  readonly why: Why;
}

const WHY_FACTS = 20;

type ConsentChange = ConsentGranted | ConsentWithdrawn;

const statedBy = ({ type, id, occurredAt, data }: ConsentChange): StatedConsent => ({
  status: type === 'ConsentGranted' ? 'granted' : 'withdrawn',
  since: occurredAt,
  source: data.source ?? null,
  factId: id,
});

const policyOf = (context: Context) => ({ name: consentPolicy.name, version: context.policy(consentPolicy).version });

const noted = (doc: ConsentStatus, fact: ConsentEvent, context: Context): ConsentStatus => ({
  ...doc,
  why: { facts: [...doc.why.facts, fact.id].slice(-WHY_FACTS), policy: policyOf(context) },
});

const changed = (doc: ConsentStatus, fact: ConsentChange, context: Context): ConsentStatus => {
  const { purpose, channel } = fact.data;
  const ofPurpose = { ...doc.consents[purpose], [channel]: statedBy(fact) };
  return noted({ ...doc, consents: { ...doc.consents, [purpose]: ofPurpose } }, fact, context);
};

const unknown: Why = { facts: [], policy: { name: consentPolicy.name, version: 0 } };

export const consentStatus = defineProjection<ConsentStatus, ConsentEvent>({
  name: 'consent_status',
  version: 1,
  about: 'What each customer said about being contacted: by purpose and channel, the channels liked, and quiet hours.',
  key: (fact) => fact.customerId,
  perCustomer: true,
  indexes: [
    ...CHANNELS.map((channel) => ({ [`consents.marketing.${channel}.status`]: 1 as const })),
    { preferred: 1 },
    { 'quietHours.zone': 1 },
  ],
  initial: (customerId) => ({
    customerId,
    consents: {},
    preferred: null,
    preference: null,
    quietHours: null,
    why: unknown,
  }),
  on: {
    ConsentGranted: changed,
    ConsentWithdrawn: changed,
    ChannelPreferenceStated: (doc, fact, context) => {
      const { channels } = fact.data;
      const preference = { channels, since: fact.occurredAt, factId: fact.id };
      return noted({ ...doc, preferred: channels[0] ?? null, preference }, fact, context);
    },
    QuietHoursStated: (doc, fact, context) =>
      noted({ ...doc, quietHours: { ...fact.data, since: fact.occurredAt, factId: fact.id } }, fact, context),
  },
});

/** One customer, purpose and channel. */
export interface ConsentPermission extends Omit<StatedConsent, 'factId'> {
  readonly customerId: string;
  readonly purpose: string;
  readonly channel: Channel | null;
  readonly why: Why;
}

const permitted = (doc: ConsentPermission, fact: ConsentChange, context: Context): ConsentPermission => {
  const { factId, ...stated } = statedBy(fact);
  const { purpose, channel } = fact.data;
  const why = { facts: [factId], policy: policyOf(context) };
  return { ...doc, customerId: fact.customerId, purpose, channel, ...stated, why };
};

export const consentPermissions = defineProjection<ConsentPermission, ConsentChange>({
  name: 'consent_permissions',
  version: 1,
  about: 'Who said yes or no to contacts, one document a customer, purpose and channel.',
  key: ({ customerId, data }) => `${customerId}/${data.purpose}/${data.channel}`,
  perCustomer: true,
  indexes: [{ channel: 1, purpose: 1, status: 1, since: -1 }, { customerId: 1 }],
  initial: () => ({
    customerId: '',
    purpose: '',
    channel: null,
    status: 'withdrawn',
    since: '',
    source: null,
    why: unknown,
  }),
  on: { ConsentGranted: permitted, ConsentWithdrawn: permitted },
});
