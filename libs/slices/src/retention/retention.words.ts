import { decimal } from '#kernel/money.js';
import type { Words } from '#kernel/statement.js';
import type { AlertName, Figures, Reason, RetentionEvent } from './retention.events.js';

const day = (instant: unknown): string => String(instant).slice(0, 10);

/** Why an alert was raised, in a sentence. */
export function wordsOf(reason: Reason, about: string, figures: Figures): string {
  const { silentDays, limitDays, rhythmDays, rhythmFrom } = figures;
  switch (reason) {
    case 'silent':
      return `Bought nothing for ${silentDays} days since ${about}; ${limitDays} are usual at most, ${RHYTHMS[String(rhythmFrom)]} ${rhythmDays} days.`;
    case 'complaint_overdue':
      return `Complaint ${about} (${figures['cause']}, ${figures['priority']}) has waited for its ${PROMISES[String(figures['sla'])]} since ${figures['promisedBy']}.`;
    case 'low_score':
      return `Answered ${String(figures['instrument']).toUpperCase()} with ${figures['score']} after ${figures['touchpoint']}.`;
    case 'value_fell':
      return `Fell from ${figures['from']} to ${figures['to']}: purchases of ${figures['windowDays']} days ago count no longer.`;
    case 'points_lapsing':
      return `${figures['points']} points expire on ${day(figures['expiresAt'])}.`;
    case 'vip_uncontacted':
      return `${figures['tier']}, and nobody was in touch for ${figures['uncontactedDays']} days, since ${day(about)}.`;
  }
}

const RHYTHMS: Readonly<Record<string, string>> = {
  gaps: 'by a rhythm of',
  population: 'by the rhythm of all customers,',
  policy: 'by an assumed rhythm of',
};

const PROMISES: Readonly<Record<string, string>> = { first_response: 'first response', resolution: 'resolution' };

const alert = ({ episodeId }: AlertName): string => `the alert ${episodeId}`;
const by = (agent: string | undefined): string => (agent === undefined ? '' : ` by ${agent}`);

export const retentionWords: Words<RetentionEvent> = {
  AlertRaised: ({ data: { episodeId, reason, about, figures } }) => ({
    what: `the alert ${episodeId} was raised: ${wordsOf(reason, about, figures)}`,
  }),
  AlertCleared: ({ data }) => ({
    what: `${alert(data)} was cleared by ${data.by === 'time' || data.by === 'action' ? data.by : 'a fact'}: ${data.outcome}`,
  }),
  AlertAcknowledged: ({ data }) => ({ what: `${alert(data)} was seen${by(data.agent)}` }),
  RetentionActionRecorded: ({ data }) => ({ what: `${data.action} was done about ${alert(data)}${by(data.agent)}` }),
  AlertClosed: ({ data }) => ({ what: `${alert(data)} was closed: ${data.outcome}` }),
  AlertConverted: ({ data: { amount, ...data } }) => ({
    what: `bought ${data.afterDays} days after ${alert(data)} (${data.purchaseId})`,
    amount: `${decimal(amount)} ${amount.currency}`,
  }),
  AlertConversionUndone: ({ data }) => ({
    what: `the purchase counted for ${alert(data)} was taken back (${data.purchaseId})`,
  }),
};
