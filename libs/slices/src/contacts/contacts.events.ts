import { defineEvent, type EventOf } from '#kernel/event.js';
import {
  day,
  flag,
  instant,
  int,
  money,
  oneOf,
  optional,
  personal,
  present,
  record,
  text,
  type Raw,
} from '#kernel/parse.js';
import { channel } from '../consent/consent.events.js';

export const DIRECTIONS = ['inbound', 'outbound'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** A customer and the company were in touch, or the company tried to be. */
export const CustomerContacted = defineEvent({
  type: 'CustomerContacted',
  personal: ['subject', 'note'],
  parse: (raw) =>
    present({
      contactId: text(raw['contactId']),
      channel: channel(raw['channel']),
      direction: oneOf(...DIRECTIONS)(raw['direction']),
      purpose: text(raw['purpose']),
      outcome: text(raw['outcome']),
      /** Whether the outcome counts as a contact, as the policy had it; false for a mere attempt. */
      reached: flag(raw['reached']),
      /** The business day on which it was, in the company's zone. */
      day: day(raw['day']),
      agent: optional(raw['agent'], text),
      campaign: optional(raw['campaign'], text),
      cost: optional(raw['cost'], money),
      /** The contact that this one answers. */
      answers: optional(raw['answers'], text),
      /** Whole minutes since that contact; absent where it was answered before. */
      answeredAfterMinutes: optional(raw['answeredAfterMinutes'], int),
      /** The planned revisit that this contact is. */
      revisitId: optional(raw['revisitId'], text),
      subject: personal(raw['subject'], text),
      note: personal(raw['note'], text),
    }),
});
export type CustomerContacted = EventOf<typeof CustomerContacted>;

const contactAndPurchase = (raw: Raw) => ({
  contactId: text(raw['contactId']),
  channel: channel(raw['channel']),
  contactedAt: instant(raw['contactedAt']),
  /** The business day of the contact, in the company's zone. */
  contactedOn: day(raw['contactedOn']),
  purchaseId: text(raw['purchaseId']),
});

/** A purchase followed an outbound contact, the last one before it, within the days the policy allows. */
export const ContactConverted = defineEvent({
  type: 'ContactConverted',
  parse: (raw) => ({
    ...contactAndPurchase(raw),
    purpose: text(raw['purpose']),
    /** Business days from contact to purchase. */
    afterDays: int(raw['afterDays']),
  }),
});
export type ContactConverted = EventOf<typeof ContactConverted>;

/** The purchase that followed a contact was recorded by mistake. */
export const ContactConversionUndone = defineEvent({ type: 'ContactConversionUndone', parse: contactAndPurchase });
export type ContactConversionUndone = EventOf<typeof ContactConversionUndone>;

const REASONS = ['request', 'purchase', 'complaint raised', 'complaint resolved'] as const;

const because = (value: unknown) => {
  const { kind, reference, factId } = record(value);
  return present({
    kind: oneOf(...REASONS)(kind),
    /** The purchase or complaint, by its own name. */
    reference: optional(reference, text),
    factId: optional(factId, text),
  });
};
/** What a revisit was planned for. */
export type Because = ReturnType<typeof because>;

/** The customer is to be contacted again from `dueAt` on; missed at `missedAt`, whatever the policy says by then. */
export const RevisitPlanned = defineEvent({
  type: 'RevisitPlanned',
  personal: ['note'],
  parse: (raw) =>
    present({
      revisitId: text(raw['revisitId']),
      dueAt: instant(raw['dueAt']),
      missedAt: instant(raw['missedAt']),
      because: because(raw['because']),
      channel: optional(raw['channel'], channel),
      agent: optional(raw['agent'], text),
      note: personal(raw['note'], text),
    }),
});
export type RevisitPlanned = EventOf<typeof RevisitPlanned>;

/** The customer was revisited, by the contact named where there is one. */
export const RevisitCompleted = defineEvent({
  type: 'RevisitCompleted',
  personal: ['note'],
  parse: (raw) =>
    present({
      revisitId: text(raw['revisitId']),
      contactId: optional(raw['contactId'], text),
      note: personal(raw['note'], text),
    }),
});
export type RevisitCompleted = EventOf<typeof RevisitCompleted>;

/** The revisit is not needed any more. */
export const RevisitCancelled = defineEvent({
  type: 'RevisitCancelled',
  personal: ['reason'],
  parse: (raw) =>
    present({
      revisitId: text(raw['revisitId']),
      /** The mistaken purchase that it was planned for. */
      voidedPurchaseId: optional(raw['voidedPurchaseId'], text),
      reason: personal(raw['reason'], text),
    }),
});
export type RevisitCancelled = EventOf<typeof RevisitCancelled>;

/** Nobody revisited the customer in time. Never beside `RevisitCompleted` or `RevisitCancelled`. */
export const RevisitMissed = defineEvent({
  type: 'RevisitMissed',
  parse: (raw) => ({ revisitId: text(raw['revisitId']), dueAt: instant(raw['dueAt']) }),
});
export type RevisitMissed = EventOf<typeof RevisitMissed>;

export type ContactsEvent =
  | CustomerContacted
  | ContactConverted
  | ContactConversionUndone
  | RevisitPlanned
  | RevisitCompleted
  | RevisitCancelled
  | RevisitMissed;
