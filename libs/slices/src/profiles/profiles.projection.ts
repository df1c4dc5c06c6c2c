import type { Fact, Why } from '#kernel/fact.js';
import type { Personal } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import { PROFILE_FIELDS, type ContactKind, type ProfileEvent } from './profiles.events.js';
import { profilesPolicy } from './profiles.policy.js';

export interface CustomerCard {
  readonly customerId: string;
  /** null for a customer who is known by other facts only, as after an import. */
  readonly registeredAt: Instant | null;
  readonly name: Personal<string>;
  readonly birthday: Personal<string>;
  readonly language: string | null;
  readonly zone: string | null;
  readonly country: string | null;
  readonly contactPoints: readonly {
    readonly contactPointId: string;
    readonly kind: ContactKind;
    readonly value: Personal<string>;
    readonly addedAt: Instant;
  }[];
  readonly identities: readonly {
    readonly system: string;
    readonly externalId: Personal<string>;
    readonly identifiedAt: Instant;
  }[];
  /** Earliest and latest time at which anything happened, whichever slice says so. */
  readonly firstFactAt: Instant;
  readonly lastFactAt: Instant;
  readonly facts: number;
  readonly why: Why;
}

const WHY_FACTS = 20;

const because = ({ why }: CustomerCard, id: string, context: Context): Why => ({
  facts: [...why.facts, id].slice(-WHY_FACTS),
  policy: { name: profilesPolicy.name, version: context.policy(profilesPolicy).version },
});

const seen = (doc: CustomerCard, { occurredAt }: Fact): CustomerCard => ({
  ...doc,
  firstFactAt: doc.firstFactAt === '' || occurredAt < doc.firstFactAt ? occurredAt : doc.firstFactAt,
  lastFactAt: occurredAt > doc.lastFactAt ? occurredAt : doc.lastFactAt,
  facts: doc.facts + 1,
});

function changed(doc: CustomerCard, fact: ProfileEvent): CustomerCard {
  switch (fact.type) {
    case 'CustomerRegistered': {
      const said = PROFILE_FIELDS.filter((field) => fact.data[field] !== null).map((field) => [
        field,
        fact.data[field],
      ]);
      return { ...doc, ...Object.fromEntries(said), registeredAt: fact.occurredAt };
    }
    case 'ProfileUpdated':
      return { ...doc, ...Object.fromEntries(fact.data.changed.map((field) => [field, fact.data[field]])) };
    case 'ContactPointAdded':
    case 'ContactPointRemoved': {
      const { contactPointId, kind, value } = fact.data;
      const others = doc.contactPoints.filter((known) => known.contactPointId !== contactPointId);
      const added = { contactPointId, kind, value, addedAt: fact.occurredAt };
      return { ...doc, contactPoints: fact.type === 'ContactPointAdded' ? [...others, added] : others };
    }
    case 'CustomerIdentified':
    case 'IdentityForgotten': {
      const { system, externalId } = fact.data;
      const others = doc.identities.filter((known) => known.system !== system || known.externalId !== externalId);
      const added = { system, externalId, identifiedAt: fact.occurredAt };
      return { ...doc, identities: fact.type === 'CustomerIdentified' ? [...others, added] : others };
    }
  }
}

const folded = (doc: CustomerCard, fact: ProfileEvent, context: Context): CustomerCard => ({
  ...changed(doc, fact),
  why: because(doc, fact.id, context),
});

export const customerCard = defineProjection<CustomerCard, ProfileEvent>({
  name: 'customer_card',
  version: 1,
  about: 'Who a customer is, how to reach them, and since when they are known.',
  key: ({ customerId }) => customerId,
  perCustomer: true,
  indexes: [{ registeredAt: -1 }, { lastFactAt: -1 }, { firstFactAt: 1 }, { country: 1, registeredAt: -1 }],
  opens: [
    'CustomerRegistered.name',
    'CustomerRegistered.birthday',
    'ProfileUpdated.name',
    'ProfileUpdated.birthday',
    'ContactPointAdded.value',
    'ContactPointRemoved.value',
    'CustomerIdentified.externalId',
    'IdentityForgotten.externalId',
  ],
  initial: (customerId) => ({
    customerId,
    registeredAt: null,
    name: null,
    birthday: null,
    language: null,
    zone: null,
    country: null,
    contactPoints: [],
    identities: [],
    firstFactAt: '',
    lastFactAt: '',
    facts: 0,
    why: { facts: [], policy: { name: profilesPolicy.name, version: 0 } },
  }),
  every: { key: ({ customerId }) => (customerId === '' ? [] : [customerId]), fold: seen },
  on: {
    CustomerRegistered: folded,
    ProfileUpdated: folded,
    ContactPointAdded: folded,
    ContactPointRemoved: folded,
    CustomerIdentified: folded,
    IdentityForgotten: folded,
  },
});
