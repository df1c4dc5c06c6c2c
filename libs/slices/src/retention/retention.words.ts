import type { Figures, Reason } from './retention.events.js';

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
