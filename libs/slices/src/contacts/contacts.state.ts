import { Sorted } from '#kernel/sorted.js';
import type { Day, Instant } from '#kernel/time.js';
import type { Channel } from '../consent/consent.events.js';
import { newestFirst, noConsents, type Consents } from '../consent/consent.permission.policy.js';
import type { Because, Direction } from './contacts.events.js';

/** What is kept of a contact: enough to know it again, and to be answered. */
export interface Contact {
  readonly at: Instant;
  readonly channel: Channel;
  readonly direction: Direction;
  readonly purpose: string;
  readonly outcome: string;
  readonly answered: boolean;
}

/** An outbound contact that a purchase may be put down to. */
export interface Outbound {
  readonly contactId: string;
  readonly channel: Channel;
  readonly purpose: string;
  readonly at: Instant;
  readonly day: Day;
}

export interface OpenRevisit {
  readonly revisitId: string;
  readonly plannedAt: Instant;
  readonly dueAt: Instant;
  readonly missedAt: Instant;
  readonly because: Because;
}

export type RevisitStatus = 'open' | 'completed' | 'cancelled' | 'missed';

export interface RevisitEntry {
  readonly status: RevisitStatus;
  readonly dueAt: Instant;
  readonly missedAt: Instant;
}

export interface Contacts {
  /** By contactId. */
  readonly contacts: Sorted<Contact>;
  /** By when, newest first, and contactId. */
  readonly outbound: Sorted<Outbound>;
  /** The contact a purchase was put down to, by purchaseId. */
  readonly conversions: Sorted<Outbound>;
  /** By revisitId. */
  readonly revisits: Sorted<RevisitEntry>;
  /** By `missedAt revisitId`. */
  readonly open: Sorted<OpenRevisit>;
  readonly consents: Consents;
  /** The customer's time zone as the profile says; null where it does not. */
  readonly zone: string | null;
}

export const noContacts: Contacts = {
  contacts: Sorted.empty(),
  outbound: Sorted.empty(),
  conversions: Sorted.empty(),
  revisits: Sorted.empty(),
  open: Sorted.empty(),
  consents: noConsents,
  zone: null,
};

export const openKey = ({ missedAt, revisitId }: { readonly missedAt: Instant; readonly revisitId: string }): string =>
  `${missedAt} ${revisitId}`;

export const withOutbound = (state: Contacts, contact: Outbound): Contacts => ({
  ...state,
  outbound: state.outbound.set(`${newestFirst(contact.at)} ${contact.contactId}`, contact),
});

/** The last outbound contact that is not after `at`. */
export function lastOutbound({ outbound }: Contacts, at: Instant): Outbound | undefined {
  for (const contact of outbound.values(newestFirst(at))) return contact;
  return undefined;
}

export function withRevisit(state: Contacts, revisit: OpenRevisit): Contacts {
  const { revisitId, dueAt, missedAt } = revisit;
  return {
    ...state,
    revisits: state.revisits.set(revisitId, { status: 'open', dueAt, missedAt }),
    open: state.open.set(openKey(revisit), revisit),
  };
}

export function withClosed(state: Contacts, revisitId: string, status: RevisitStatus): Contacts {
  const entry = state.revisits.get(revisitId);
  if (entry === undefined) return state;
  return {
    ...state,
    revisits: state.revisits.set(revisitId, { ...entry, status }),
    open: state.open.delete(openKey({ ...entry, revisitId })),
  };
}

/** The open revisit of a name; undefined where there is none, or where it is over. */
export function openRevisit({ revisits, open }: Contacts, revisitId: string): OpenRevisit | undefined {
  const entry = revisits.get(revisitId);
  return entry === undefined ? undefined : open.get(openKey({ ...entry, revisitId }));
}
