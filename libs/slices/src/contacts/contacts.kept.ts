import { fieldsForm, keptMaps, restoredMaps } from '#kernel/kept-maps.js';
import type { Shelf } from '#kernel/shelf.js';
import { restoredConsents } from '../consent/consent.permission.policy.js';
import {
  openKey,
  type Contact,
  type Contacts,
  type OpenRevisit,
  type Outbound,
  type RevisitEntry,
} from './contacts.state.js';

const outboundForm = fieldsForm<Outbound>(['contactId', 'channel', 'purpose', 'at', 'day']);
const forms = {
  contacts: fieldsForm<Contact>(['at', 'channel', 'direction', 'purpose', 'outcome', 'answered']),
  outbound: outboundForm,
  conversions: outboundForm,
  revisits: fieldsForm<RevisitEntry>(['status', 'dueAt', 'missedAt']),
  open: fieldsForm<OpenRevisit>(['revisitId', 'plannedAt', 'dueAt', 'missedAt', 'because'], openKey),
};

export const kept = (state: Contacts, shelf: Shelf): unknown => keptMaps(state, forms, shelf);

/** State from a snapshot, see `kept`. */
export function restored(json: unknown, shelf: Shelf): Contacts {
  const state = restoredMaps(json, forms, shelf);
  return { ...state, consents: restoredConsents(state['consents']) } as unknown as Contacts;
}
