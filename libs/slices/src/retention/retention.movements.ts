import { companyPolicy } from '#kernel/company.policy.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, plusDays, startOfDay, type Instant } from '#kernel/time.js';
import { AlertCleared, AlertRaised, type AlertRaised as Raised } from './retention.events.js';
import { retentionPolicy } from './retention.policy.js';
import { nameOf, type Episode, type Retention } from './retention.state.js';
import { spentBy } from './retention.tiers.js';

/** Most facts an alert names as its cause. */
export const MOST_CAUSES = 20;

/** What is particular to one alert. */
export type CauseOf = Pick<Raised['data'], 'reason' | 'about' | 'because' | 'figures' | 'since'>;

export const later = (left: Instant, right: Instant | null | undefined): Instant =>
  right != null && right > left ? right : left;

/** The start of the business day so many days after the day of an instant. */
export function businessDaysAfter(at: Instant, days: number, context: Context): Instant {
  const { zone } = context.policy(companyPolicy);
  return startOfDay(plusDays(dayOf(at, zone), days), zone);
}

/** Raises the next alert of a reason. */
export function raised(state: Retention, cause: CauseOf, at: Instant, context: Context): Proposal {
  const { reasons, worthDays } = context.policy(retentionPolicy);
  const { suggested, answerWithinDays, lapsesAfterDays } = reasons[cause.reason];
  const number = (state.episodes[cause.reason]?.number ?? 0) + 1;
  return AlertRaised(
    present({
      ...{ ...cause, episodeId: `${cause.reason}-${number}`, because: [...new Set(cause.because)].slice(-MOST_CAUSES) },
      worth: spentBy(state.window, dayOf(at, context.policy(companyPolicy).zone), worthDays),
      ...{ suggested, dueBy: businessDaysAfter(at, answerWithinDays, context) },
      lapsesAt: lapsesAfterDays === null ? undefined : businessDaysAfter(at, lapsesAfterDays, context),
    }),
    at,
  );
}

/** @param by  Id of the fact that answers it, `time`, or `action`. */
export const cleared = (episode: Episode, by: string, outcome: string, at: Instant): Proposal =>
  AlertCleared({ ...nameOf(episode), by, outcome }, at);
