import type { Context } from '#kernel/policy.js';
import { withStatement, type ConsentStatement } from '../consent/consent.permission.policy.js';
import type { CustomerRegistered, ProfileUpdated } from '../profiles/profiles.events.js';
import type { ContactConverted, ContactsEvent, CustomerContacted } from './contacts.events.js';
import { contactsPolicy } from './contacts.policy.js';
import { withClosed, withOutbound, withRevisit, type Contacts, type Outbound } from './contacts.state.js';

/** Facts of other slices that decide whether a customer may be contacted. */
export type Heard = ConsentStatement | CustomerRegistered | ProfileUpdated;

/** What is known of a customer's contacts after a fact. */
export function evolve(state: Contacts, fact: ContactsEvent | Heard, context: Context): Contacts {
  switch (fact.type) {
    case 'CustomerContacted':
      return contacted(state, fact, context);
    case 'ContactConverted':
      return { ...state, conversions: state.conversions.set(fact.data.purchaseId, convertedBy(fact)) };
    case 'ContactConversionUndone':
      return { ...state, conversions: state.conversions.delete(fact.data.purchaseId) };
    case 'RevisitPlanned': {
      const { revisitId, dueAt, missedAt, because } = fact.data;
      return withRevisit(state, { revisitId, plannedAt: fact.occurredAt, dueAt, missedAt, because });
    }
    case 'RevisitCompleted':
      return withClosed(state, fact.data.revisitId, 'completed');
    case 'RevisitCancelled':
      return withClosed(state, fact.data.revisitId, 'cancelled');
    case 'RevisitMissed':
      return withClosed(state, fact.data.revisitId, 'missed');
    case 'ConsentGranted':
    case 'ConsentWithdrawn':
    case 'QuietHoursStated':
      return { ...state, consents: withStatement(state.consents, fact) };
    case 'CustomerRegistered':
      return fact.data.zone == null ? state : { ...state, zone: fact.data.zone };
    case 'ProfileUpdated':
      return fact.data.changed.includes('zone') ? { ...state, zone: fact.data.zone } : state;
  }
}

function contacted(state: Contacts, { data, occurredAt: at }: CustomerContacted, context: Context): Contacts {
  const { contactId, channel, direction, purpose, outcome, day, reached, answers, answeredAfterMinutes } = data;
  const contact = { at, channel, direction, purpose, outcome, answered: false };
  const kept = { ...state, contacts: answered(state, answers, answeredAfterMinutes).set(contactId, contact) };
  const { purposes } = context.policy(contactsPolicy).conversion;
  if (direction !== 'outbound' || !reached || !purposes.includes(purpose)) return kept;
  return withOutbound(kept, { contactId, channel, purpose, at, day });
}

function answered({ contacts }: Contacts, answers: string | undefined, afterMinutes: number | undefined) {
  const asked = answers === undefined || afterMinutes === undefined ? undefined : contacts.get(answers);
  return asked === undefined || answers === undefined ? contacts : contacts.set(answers, { ...asked, answered: true });
}

const convertedBy = ({ data }: ContactConverted): Outbound => ({
  ...{ contactId: data.contactId, channel: data.channel, purpose: data.purpose },
  ...{ at: data.contactedAt, day: data.contactedOn },
});
