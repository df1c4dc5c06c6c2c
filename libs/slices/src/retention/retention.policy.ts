import { DefinitionError } from '#kernel/errors.js';
import { entriesOf, list, oneOf, optional, record, text } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';
import { REASONS, type Reason, type Suggestion } from './retention.events.js';

/** How alerts of one reason are to be answered. */
export interface ReasonRule {
  /** What is suggested; its action clears the alert. */
  readonly suggested: Suggestion;
  /** Within so many days somebody should have answered it. */
  readonly answerWithinDays: number;
  /** Unanswered for so many days, time clears it; null for never. */
  readonly lapsesAfterDays: number | null;
}

export interface RetentionPolicy {
  readonly reasons: Readonly<Record<Reason, ReasonRule>>;
  /** What may be done about an alert, and the reasons whose open alerts it clears. */
  readonly actions: Readonly<Record<string, { readonly clears: readonly Reason[] }>>;
  /** What may have come of an alert that is closed. */
  readonly outcomes: readonly string[];
  /** What a customer spent in so many days is what an alert is worth. */
  readonly worthDays: number;
  /** A purchase so many days after an alert was raised or last acted on is counted for it. */
  readonly convertedWithinDays: number;
  /** A silence that an action answered is raised again when it lasts for so many more days. */
  readonly silentAgainAfterDays: number;
  /** Points are lapsing when they expire within so many days, and are so many at least. */
  readonly lapsingWithinDays: number;
  readonly lapsingLeastPoints: number;
  /** How long a customer of these tiers may go without a contact. */
  readonly uncontactedAfterDays: number;
  readonly uncontactedTiers: readonly string[];
}

/** A customer's state keeps no older purchases. */
const MOST_WORTH_DAYS = 366;

const reason = oneOf(...REASONS);

const suggest = (action: string, words: string, source = 'ours'): Suggestion => ({ action, text: words, source });

const rule = (value: unknown): ReasonRule => {
  const { suggested, answerWithinDays, lapsesAfterDays } = record(value);
  const { action, text: words, source } = record(suggested);
  return {
    suggested: { action: text(action), text: text(words), source: text(source) },
    answerWithinDays: whole(answerWithinDays, 'answerWithinDays', 0),
    lapsesAfterDays: optional(lapsesAfterDays, (days) => whole(days, 'lapsesAfterDays', 1)) ?? null,
  };
};

const closedLoop =
  'Reichheld & Markey, The Ultimate Question 2.0 (2011): the best contact every detractor within 24 hours';
const reminder = 'usual practice of programmes (Friendbuy, Loloyal): a reminder 30 days before points expire';

/**
 * @source 365 days of worth, 30 days of lapsing points, 60 days without a contact and 90 days to a purchase: design §6
 * and the issue of this slice. How long a silence is: policy `lifecycle`. What a tier is: policy `value`. A day to answer
 * a detractor and its suggestion: Reichheld & Markey 2011. 30 days' notice of expiring points: Friendbuy, Loloyal. Every
 * other figure, action, outcome and suggestion is ours until a company publishes its own.
 */
export const retentionPolicy = definePolicy<RetentionPolicy>({
  name: 'retention',
  defaults: {
    reasons: {
      silent: {
        suggested: suggest('message', 'Write that they are missed, and show what is new since they bought last.'),
        ...{ answerWithinDays: 7, lapsesAfterDays: 365 },
      },
      complaint_overdue: {
        suggested: suggest('escalation', 'Give the complaint to somebody who can decide, and tell the customer who.'),
        ...{ answerWithinDays: 1, lapsesAfterDays: null },
      },
      low_score: {
        suggested: suggest('call', 'Call, ask what went wrong, and say what will be done.', closedLoop),
        ...{ answerWithinDays: 1, lapsesAfterDays: 90 },
      },
      value_fell: {
        suggested: suggest('call', 'Ask what has changed, and offer what brings them back.'),
        ...{ answerWithinDays: 7, lapsesAfterDays: 180 },
      },
      points_lapsing: {
        suggested: suggest('reminder', 'Say how many points expire when, and what they would buy.', reminder),
        ...{ answerWithinDays: 14, lapsesAfterDays: null },
      },
      vip_uncontacted: {
        suggested: suggest('call', 'Call without selling: thank them and ask how they are served.'),
        ...{ answerWithinDays: 7, lapsesAfterDays: null },
      },
    },
    actions: {
      call: { clears: ['silent', 'low_score', 'value_fell', 'vip_uncontacted'] },
      visit: { clears: ['silent', 'low_score', 'value_fell', 'vip_uncontacted'] },
      message: { clears: ['silent', 'vip_uncontacted'] },
      offer: { clears: ['silent', 'value_fell'] },
      reminder: { clears: ['points_lapsing'] },
      apology: { clears: ['low_score'] },
      escalation: { clears: ['complaint_overdue'] },
    },
    outcomes: ['kept', 'lost', 'not_reached', 'not_needed'],
    ...{ worthDays: 365, convertedWithinDays: 90, silentAgainAfterDays: 90 },
    ...{ lapsingWithinDays: 30, lapsingLeastPoints: 100, uncontactedAfterDays: 60, uncontactedTiers: ['VIP'] },
  },
  parse: (raw) => {
    const stated = record(raw['reasons']);
    const reasons = Object.fromEntries(REASONS.map((name) => [name, rule(stated[name])])) as RetentionPolicy['reasons'];
    const actions = entriesOf(raw['actions'], (value) => ({ clears: list(record(value)['clears'], reason) }));
    for (const name of REASONS) {
      const { action } = reasons[name].suggested;
      if (actions[action]?.clears.includes(name) !== true)
        throw new DefinitionError(`reasons.${name}: the suggested action ${action} must clear it`);
    }
    const days = (name: string, most?: number): number => whole(raw[name], name, 1, most);
    return {
      reasons,
      actions,
      outcomes: list(raw['outcomes'], text),
      worthDays: days('worthDays', MOST_WORTH_DAYS),
      convertedWithinDays: days('convertedWithinDays'),
      silentAgainAfterDays: days('silentAgainAfterDays'),
      lapsingWithinDays: days('lapsingWithinDays'),
      lapsingLeastPoints: whole(raw['lapsingLeastPoints'], 'lapsingLeastPoints', 1, Number.MAX_SAFE_INTEGER),
      uncontactedAfterDays: days('uncontactedAfterDays'),
      uncontactedTiers: list(raw['uncontactedTiers'], text),
    };
  },
});
