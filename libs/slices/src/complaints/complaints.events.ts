import { defineEvent, type EventOf } from '#kernel/event.js';
import { day, instant, int, money, oneOf, optional, personal, present, record, text, type Raw } from '#kernel/parse.js';

export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** The two promises made for every opening of a complaint. */
export const SLAS = ['first_response', 'resolution'] as const;
export type Sla = (typeof SLAS)[number];

const priority = oneOf(...PRIORITIES);

/** What was promised for one opening, under the policy then in force; a later policy does not move it. */
const promises = (raw: Raw) => ({
  firstResponseWarnAt: instant(raw['firstResponseWarnAt']),
  firstResponseDueAt: instant(raw['firstResponseDueAt']),
  resolutionWarnAt: instant(raw['resolutionWarnAt']),
  resolutionDueAt: instant(raw['resolutionDueAt']),
});
export type Promises = ReturnType<typeof promises>;

/** Which complaint a fact is about, with what every reader needs of it. */
const about = (raw: Raw) => ({
  complaintId: text(raw['complaintId']),
  /** 1 when raised, one more with each reopening. */
  opening: int(raw['opening']),
  cause: text(raw['cause']),
  /** The business day on which it was raised, in the company's zone. */
  raisedOn: day(raw['raisedOn']),
});

/** A customer complained. Its opening is 1. */
export const ComplaintRaised = defineEvent({
  type: 'ComplaintRaised',
  personal: ['text'],
  parse: (raw) =>
    present({
      ...about(raw),
      ...promises(raw),
      priority: priority(raw['priority']),
      channel: text(raw['channel']),
      /** The purchase it is about. */
      purchaseId: optional(raw['purchaseId'], text),
      text: personal(raw['text'], text),
    }),
});
export type ComplaintRaised = EventOf<typeof ComplaintRaised>;

/** Somebody is to see to it from now on. */
export const ComplaintAssigned = defineEvent({
  type: 'ComplaintAssigned',
  parse: (raw) => ({ ...about(raw), agent: text(raw['agent']) }),
});
export type ComplaintAssigned = EventOf<typeof ComplaintAssigned>;

/** The customer was answered; `first` where it is the first answer of its opening. */
export const ComplaintResponded = defineEvent({
  type: 'ComplaintResponded',
  personal: ['note'],
  parse: (raw) =>
    present({
      ...about(raw),
      responseId: text(raw['responseId']),
      first: raw['first'] === true,
      channel: optional(raw['channel'], text),
      agent: optional(raw['agent'], text),
      note: personal(raw['note'], text),
    }),
});
export type ComplaintResponded = EventOf<typeof ComplaintResponded>;

const remedy = (value: unknown) => {
  const { kind, amount, points } = record(value);
  return present({ kind: text(kind), amount: optional(amount, money), points: optional(points, int) });
};
/** What the customer was given; it says so and pays nothing itself. */
export type Remedy = ReturnType<typeof remedy>;

/** It was put right, or all was done that will be done. */
export const ComplaintResolved = defineEvent({
  type: 'ComplaintResolved',
  personal: ['note'],
  parse: (raw) => ({ ...about(raw), remedy: remedy(raw['remedy']), note: personal(raw['note'], text) }),
});
export type ComplaintResolved = EventOf<typeof ComplaintResolved>;

/** A resolved complaint was put away. */
export const ComplaintClosed = defineEvent({ type: 'ComplaintClosed', parse: (raw) => about(raw) });
export type ComplaintClosed = EventOf<typeof ComplaintClosed>;

/** The resolution did not hold: `opening` is one more than before, with promises of its own. */
export const ComplaintReopened = defineEvent({
  type: 'ComplaintReopened',
  parse: (raw) => ({
    ...about(raw),
    ...promises(raw),
    priority: priority(raw['priority']),
    reason: text(raw['reason']),
  }),
});
export type ComplaintReopened = EventOf<typeof ComplaintReopened>;

const promised = (raw: Raw) => ({
  ...about(raw),
  sla: oneOf(...SLAS)(raw['sla']),
  priority: priority(raw['priority']),
  dueAt: instant(raw['dueAt']),
});

/** A promise is about to be missed: most of its time has passed. Happens at most once per opening and promise. */
export const ComplaintSlaWarned = defineEvent({ type: 'ComplaintSlaWarned', parse: promised });
export type ComplaintSlaWarned = EventOf<typeof ComplaintSlaWarned>;

/** A promise was not kept: it happened at `dueAt`. Never beside `ComplaintSlaMet` for the same opening and promise. */
export const ComplaintSlaMissed = defineEvent({ type: 'ComplaintSlaMissed', parse: promised });
export type ComplaintSlaMissed = EventOf<typeof ComplaintSlaMissed>;

/** A promise was kept: the answer or resolution came before `dueAt`. */
export const ComplaintSlaMet = defineEvent({ type: 'ComplaintSlaMet', parse: promised });
export type ComplaintSlaMet = EventOf<typeof ComplaintSlaMet>;

export type ComplaintEvent =
  | ComplaintRaised
  | ComplaintAssigned
  | ComplaintResponded
  | ComplaintResolved
  | ComplaintClosed
  | ComplaintReopened
  | ComplaintSlaWarned
  | ComplaintSlaMissed
  | ComplaintSlaMet;
