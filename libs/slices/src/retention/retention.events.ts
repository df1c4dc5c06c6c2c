import { defineEvent, type EventOf } from '#kernel/event.js';
import {
  entriesOf,
  flag,
  instant,
  int,
  list,
  money,
  number,
  oneOf,
  optional,
  personal,
  present,
  record,
  text,
  type Raw,
} from '#kernel/parse.js';

/** Why somebody should look after a customer now. */
export const REASONS = [
  'silent',
  'complaint_overdue',
  'low_score',
  'value_fell',
  'points_lapsing',
  'vip_uncontacted',
] as const;
export type Reason = (typeof REASONS)[number];

const reason = oneOf(...REASONS);

const suggestion = (value: unknown) => {
  const raw = record(value);
  return { action: text(raw['action']), text: text(raw['text']), source: text(raw['source']) };
};
/** What to do about an alert, and where the advice comes from. */
export type Suggestion = ReturnType<typeof suggestion>;

const figure = (value: unknown): number | string => (typeof value === 'number' ? number(value) : text(value));
/** What was measured, by name, so that the words for it can be made later. */
export type Figures = Readonly<Record<string, number | string>>;

/** There is a reason to look after this customer. At most one alert of a reason is open at a time. */
export const AlertRaised = defineEvent({
  type: 'AlertRaised',
  parse: (raw) =>
    present({
      /** `<reason>-<n>`, n counting this customer's alerts of the reason from 1. */
      episodeId: text(raw['episodeId']),
      reason: reason(raw['reason']),
      /** The last buying day, complaint, survey, tier it fell from, instant of expiry, or start of the time without contact. */
      about: text(raw['about']),
      /** Ids of the facts that led to it, a bounded number. */
      because: list(raw['because'], text),
      figures: entriesOf(raw['figures'], figure),
      /** Spend of the trailing window, one amount a currency. */
      worth: list(raw['worth'], money),
      suggested: suggestion(raw['suggested']),
      /** When what it is about began. */
      since: instant(raw['since']),
      /** When somebody should have answered it. */
      dueBy: instant(raw['dueBy']),
      /** Cleared by time then, unless it was answered before; absent where time clears it never. */
      lapsesAt: optional(raw['lapsesAt'], instant),
    }),
});
export type AlertRaised = EventOf<typeof AlertRaised>;

/** Which alert a fact is about, with what every reader needs of it. */
const alert = (raw: Raw) => ({
  episodeId: text(raw['episodeId']),
  reason: reason(raw['reason']),
  raisedAt: instant(raw['raisedAt']),
});
export type AlertName = ReturnType<typeof alert>;

/** The reason is gone: by a fact (its id), by `time`, or by an `action` that answers it. */
export const AlertCleared = defineEvent({
  type: 'AlertCleared',
  parse: (raw) => ({ ...alert(raw), by: text(raw['by']), outcome: text(raw['outcome']) }),
});
export type AlertCleared = EventOf<typeof AlertCleared>;

/** Somebody has seen it and will see to it. */
export const AlertAcknowledged = defineEvent({
  type: 'AlertAcknowledged',
  parse: (raw) => present({ ...alert(raw), agent: optional(raw['agent'], text) }),
});
export type AlertAcknowledged = EventOf<typeof AlertAcknowledged>;

/** Something was done to keep the customer. What it clears is said by facts beside it. */
export const RetentionActionRecorded = defineEvent({
  type: 'RetentionActionRecorded',
  personal: ['note'],
  parse: (raw) =>
    present({
      ...alert(raw),
      actionId: text(raw['actionId']),
      action: text(raw['action']),
      channel: optional(raw['channel'], text),
      agent: optional(raw['agent'], text),
      note: personal(raw['note'], text),
    }),
});
export type RetentionActionRecorded = EventOf<typeof RetentionActionRecorded>;

/** Somebody put it away. The same cause does not raise it again. */
export const AlertClosed = defineEvent({
  type: 'AlertClosed',
  parse: (raw) => ({ ...alert(raw), outcome: text(raw['outcome']) }),
});
export type AlertClosed = EventOf<typeof AlertClosed>;

/** The customer bought within the policy's days after the alert was raised or last acted on. Once an alert. */
export const AlertConverted = defineEvent({
  type: 'AlertConverted',
  parse: (raw) => ({
    ...alert(raw),
    purchaseId: text(raw['purchaseId']),
    /** Id of the purchase's fact. */
    by: text(raw['by']),
    amount: money(raw['amount']),
    /** Business days since the alert was raised or last acted on. */
    afterDays: int(raw['afterDays']),
    /** Whether an action had been recorded. */
    acted: flag(raw['acted']),
  }),
});
export type AlertConverted = EventOf<typeof AlertConverted>;

/** The purchase that was counted for an alert was recorded by mistake. */
export const AlertConversionUndone = defineEvent({
  type: 'AlertConversionUndone',
  parse: (raw) => ({ ...alert(raw), purchaseId: text(raw['purchaseId']), acted: flag(raw['acted']) }),
});
export type AlertConversionUndone = EventOf<typeof AlertConversionUndone>;

export type RetentionEvent =
  | AlertRaised
  | AlertCleared
  | AlertAcknowledged
  | RetentionActionRecorded
  | AlertClosed
  | AlertConverted
  | AlertConversionUndone;
