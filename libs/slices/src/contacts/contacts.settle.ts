import { companyPolicy } from '#kernel/company.policy.js';
import type { Proposal } from '#kernel/event.js';
import type { Fact } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, daysBetween, type Instant } from '#kernel/time.js';
import type { ComplaintRaised, ComplaintResolved } from '../complaints/complaints.events.js';
import type { PurchaseRecorded, PurchaseVoided } from '../purchases/purchases.events.js';
import {
  ContactConversionUndone,
  ContactConverted,
  RevisitCancelled,
  RevisitMissed,
  RevisitPlanned,
  type Because,
} from './contacts.events.js';
import { asksForRevisit, contactsPolicy, revisitDueAt, revisitMissedAt, type RevisitRule } from './contacts.policy.js';
import { lastOutbound, type Contacts } from './contacts.state.js';

type Cause = PurchaseRecorded | PurchaseVoided | ComplaintRaised | ComplaintResolved;

/** A purchase is put down to the contact before it; purchases and complaints ask for revisits. */
export function react(state: Contacts, fact: Fact, context: Context): readonly Proposal[] {
  const cause = fact as Cause;
  switch (cause.type) {
    case 'PurchaseRecorded':
      return [...converted(state, cause, context), ...afterPurchase(state, cause, context)];
    case 'PurchaseVoided':
      return undone(state, cause);
    case 'ComplaintRaised': {
      const { afterComplaintRaised } = context.policy(contactsPolicy).revisits;
      const because = { kind: 'complaint raised' as const, reference: cause.data.complaintId, factId: cause.id };
      return planned(state, cause, afterComplaintRaised, because, context);
    }
    case 'ComplaintResolved': {
      const { afterComplaintResolved } = context.policy(contactsPolicy).revisits;
      const because = { kind: 'complaint resolved' as const, reference: cause.data.complaintId, factId: cause.id };
      return planned(state, cause, afterComplaintResolved, because, context);
    }
  }
}

function converted(state: Contacts, { data, occurredAt }: PurchaseRecorded, context: Context): readonly Proposal[] {
  const contact = lastOutbound(state, occurredAt);
  if (contact === undefined) return [];
  const { withinDays } = context.policy(contactsPolicy).conversion;
  const afterDays = daysBetween(contact.day, dayOf(occurredAt, context.policy(companyPolicy).zone));
  if (afterDays > withinDays) return [];
  const { contactId, channel, purpose, at: contactedAt, day: contactedOn } = contact;
  const { purchaseId } = data;
  return [ContactConverted({ contactId, channel, contactedAt, contactedOn, purchaseId, purpose, afterDays })];
}

function undone(state: Contacts, { data: { purchaseId } }: PurchaseVoided): readonly Proposal[] {
  const facts: Proposal[] = [];
  const contact = state.conversions.get(purchaseId);
  if (contact !== undefined) {
    const { contactId, channel, at: contactedAt, day: contactedOn } = contact;
    facts.push(ContactConversionUndone({ contactId, channel, contactedAt, contactedOn, purchaseId }));
  }
  for (const { revisitId, because } of state.open.values()) {
    if (because.kind !== 'purchase' || because.reference !== purchaseId) continue;
    facts.push(RevisitCancelled({ revisitId, voidedPurchaseId: purchaseId, reason: null }));
  }
  return facts;
}

function afterPurchase(state: Contacts, fact: PurchaseRecorded, context: Context): readonly Proposal[] {
  const { afterPurchase: rule } = context.policy(contactsPolicy).revisits;
  if (rule === null || !asksForRevisit(fact.data.total, rule)) return [];
  const because = { kind: 'purchase' as const, reference: fact.data.purchaseId, factId: fact.id };
  return planned(state, fact, rule, because, context);
}

/** One revisit at a time for purchases, and one for a complaint; none above the number that may be open. */
function planned(
  state: Contacts,
  { id, occurredAt }: Fact,
  rule: RevisitRule | null,
  because: Because,
  context: Context,
): readonly Proposal[] {
  const policy = context.policy(contactsPolicy);
  if (rule === null || state.open.size >= policy.revisits.mostOpen) return [];
  for (const { because: other } of state.open.values()) {
    if (other.kind === because.kind && (because.kind === 'purchase' || other.reference === because.reference))
      return [];
  }
  const { zone } = context.policy(companyPolicy);
  const dueAt = revisitDueAt(occurredAt, rule, zone);
  const missedAt = revisitMissedAt(dueAt, policy, zone);
  return [RevisitPlanned({ revisitId: `after-${id}`, dueAt, missedAt, because, note: null })];
}

/** When the first open revisit is missed. */
export const due = ({ open }: Contacts): Instant | null => open.first()?.missedAt ?? null;

export function settle({ open }: Contacts, at: Instant): readonly Proposal[] {
  const first = open.first();
  if (first === undefined || first.missedAt > at) return [];
  return [RevisitMissed({ revisitId: first.revisitId, dueAt: first.dueAt }, first.missedAt)];
}
