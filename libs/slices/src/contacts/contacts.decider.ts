import { companyPolicy } from '#kernel/company.policy.js';
import type { Decider } from '#kernel/decider.js';
import { InvalidRequest } from '#kernel/errors.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, msOf, toInstant } from '#kernel/time.js';
import { mayContact } from '../consent/consent.permission.policy.js';
import { consentPolicy } from '../consent/consent.policy.js';
import { decideAgain } from './contacts.again.js';
import type {
  CancelRevisit,
  CompleteRevisit,
  ContactsCommand,
  PlanRevisit,
  RecordContact,
} from './contacts.commands.js';
import {
  ContactAlreadyRecorded,
  ContactInQuietHours,
  ContactNotFound,
  ContactWithoutConsent,
  NotAnAnswer,
  NotListed,
  RevisitAlreadyPlanned,
  RevisitNotFound,
  RevisitNotOpen,
  TooManyRevisits,
} from './contacts.errors.js';
import {
  CustomerContacted,
  RevisitCancelled,
  RevisitCompleted,
  RevisitPlanned,
  type ContactsEvent,
} from './contacts.events.js';
import { evolve, type Heard } from './contacts.evolve.js';
import { contactsPolicy, revisitMissedAt } from './contacts.policy.js';
import { due, react, settle } from './contacts.settle.js';
import { kept, restored } from './contacts.kept.js';
import { noContacts, openRevisit, type Contacts } from './contacts.state.js';

export const contacts: Decider<Contacts, ContactsCommand, ContactsEvent | Heard> = {
  initial: noContacts,
  keep: kept,
  restore: restored,
  evolve,
  react,
  settle,
  due,
  decideAgain,
  decide: (command, state, context) => {
    switch (command.type) {
      case 'RecordContact':
        return record(command, state, context);
      case 'PlanRevisit':
        return plan(command, state, context);
      case 'CompleteRevisit':
        return complete(command, state);
      case 'CancelRevisit':
        return cancel(command, state);
    }
  },
};

const MINUTE_MS = 60_000;

function record(command: RecordContact, state: Contacts, context: Context): readonly Proposal[] {
  const { contactId, channel, direction, purpose, outcome, at } = command;
  const known = state.contacts.get(contactId);
  if (known !== undefined) {
    const { channel: through, direction: way, purpose: what, outcome: end } = known;
    if (through === channel && way === direction && what === purpose && end === outcome) return [];
    throw new ContactAlreadyRecorded(contactId);
  }
  const reached = outcomeCounts(command, context);
  refuseUnwanted(command, state, context);
  const { agent, campaign, revisitId, cost, subject = null, note = null } = command;
  const contacted = CustomerContacted(
    present({
      ...{ contactId, channel, direction, purpose, outcome, reached },
      day: dayOf(at, context.policy(companyPolicy).zone),
      ...{ agent, campaign, cost: cost && { ...cost } },
      ...{ answers: command.answers, answeredAfterMinutes: answeredAfter(command, reached, state) },
      ...{ revisitId, subject, note },
    }),
  );
  const completed = revisitDone(command, reached, state);
  if (completed === undefined) return [contacted];
  return [contacted, RevisitCompleted({ revisitId: completed, contactId, note: null })];
}

/** @throws {NotListed} when the policies do not list purpose and outcome */
function outcomeCounts({ purpose, outcome }: RecordContact, context: Context): boolean {
  const { purposes, version } = context.policy(consentPolicy);
  if (!purposes.includes(purpose)) throw new NotListed('purpose', purpose, purposes, version);
  const { outcomes, version: contactsVersion } = context.policy(contactsPolicy);
  const counts = Object.hasOwn(outcomes, outcome) ? outcomes[outcome] : undefined;
  if (counts === undefined) throw new NotListed('outcome', outcome, Object.keys(outcomes), contactsVersion);
  return counts;
}

/** @throws {ContactWithoutConsent} @throws {ContactInQuietHours} */
function refuseUnwanted(command: RecordContact, { consents, zone }: Contacts, context: Context): void {
  const { channel, purpose, direction, at } = command;
  if (direction === 'inbound') return;
  const usual = zone ?? context.policy(companyPolicy).zone;
  const permission = mayContact(consents, { channel, purpose, at }, context.policy(consentPolicy), usual);
  if (permission.allowed) return;
  if (permission.rule === 'quiet hours') throw new ContactInQuietHours(channel, at, permission);
  throw new ContactWithoutConsent(channel, purpose, permission);
}

/** Minutes since the contact that this one is the first to answer. @throws {ContactNotFound} @throws {NotAnAnswer} */
function answeredAfter({ answers, direction, at }: RecordContact, reached: boolean, state: Contacts) {
  if (answers === undefined) return undefined;
  const asked = state.contacts.get(answers);
  if (asked === undefined) throw new ContactNotFound(answers);
  if (asked.direction === direction) throw new NotAnAnswer(answers, `is ${direction} too`);
  if (asked.at > at) throw new NotAnAnswer(answers, `happened later, at ${asked.at}`);
  return asked.answered || !reached ? undefined : Math.floor((msOf(at) - msOf(asked.at)) / MINUTE_MS);
}

/** The open revisit that a contact is: the one it names, else for its purpose the one that is missed first. */
function revisitDone({ revisitId, purpose, at }: RecordContact, reached: boolean, state: Contacts): string | undefined {
  if (revisitId !== undefined && !state.revisits.has(revisitId)) throw new RevisitNotFound(revisitId);
  if (!reached) return undefined;
  if (revisitId !== undefined) return openRevisit(state, revisitId)?.revisitId;
  if (purpose !== 'revisit') return undefined;
  for (const revisit of state.open.values()) if (revisit.plannedAt <= at) return revisit.revisitId;
  return undefined;
}

function plan(command: PlanRevisit, state: Contacts, context: Context): readonly Proposal[] {
  const { revisitId, channel, agent, note = null, at } = command;
  const dueAt = toInstant(command.dueAt, 'dueAt');
  const known = state.revisits.get(revisitId);
  if (known?.dueAt === dueAt) return [];
  if (known !== undefined) throw new RevisitAlreadyPlanned(revisitId, known.dueAt);
  if (dueAt < at) throw new InvalidRequest([{ path: 'dueAt', message: `must not be before ${at}` }]);
  const policy = context.policy(contactsPolicy);
  const { mostOpen } = policy.revisits;
  if (state.open.size >= mostOpen) throw new TooManyRevisits(mostOpen, policy.version);
  const missedAt = revisitMissedAt(dueAt, policy, context.policy(companyPolicy).zone);
  return [
    RevisitPlanned(
      present({ revisitId, dueAt, missedAt, because: { kind: 'request' as const }, channel, agent, note }),
    ),
  ];
}

function complete({ revisitId, contactId, note }: CompleteRevisit, state: Contacts): readonly Proposal[] {
  if (contactId !== undefined && !state.contacts.has(contactId)) throw new ContactNotFound(contactId);
  if (isOver('completed', revisitId, state)) return [];
  return [RevisitCompleted(present({ revisitId, contactId, note: note ?? null }))];
}

function cancel({ revisitId, reason }: CancelRevisit, state: Contacts): readonly Proposal[] {
  return isOver('cancelled', revisitId, state) ? [] : [RevisitCancelled({ revisitId, reason: reason ?? null })];
}

/** True when it ended just so. @throws {RevisitNotFound} @throws {RevisitNotOpen} when it ended otherwise */
function isOver(wanted: 'completed' | 'cancelled', revisitId: string, { revisits }: Contacts): boolean {
  const known = revisits.get(revisitId);
  if (known === undefined) throw new RevisitNotFound(revisitId);
  if (known.status !== 'open' && known.status !== wanted) throw new RevisitNotOpen(revisitId, known.status);
  return known.status === wanted;
}
