import type { Proposal } from '#kernel/event.js';
import type { Context } from '#kernel/policy.js';
import type { Instant } from '#kernel/time.js';
import { causes, favouredUntil, type Owed } from './retention.causes.js';
import { REASONS } from './retention.events.js';
import { cleared, later } from './retention.movements.js';
import { openOf, type Episode, type Retention } from './retention.state.js';

/** When an open alert is over by time alone. */
function over(state: Retention, episode: Episode, context: Context): Owed | undefined {
  const { lapsesAt, reason, raisedAt } = episode;
  if (reason === 'vip_uncontacted') {
    const until = favouredUntil(state, context);
    const leftAt = until === undefined ? raisedAt : later(raisedAt, until);
    if (until !== null && (lapsesAt === null || leftAt < lapsesAt))
      return { dueAt: leftAt, make: (at) => cleared(episode, 'time', 'tier_left', at) };
  }
  return lapsesAt === null ? undefined : { dueAt: lapsesAt, make: (at) => cleared(episode, 'time', 'lapsed', at) };
}

/** What time owes first: of each reason either the end of its open alert or the beginning of its next. */
function first(state: Retention, context: Context): Owed | undefined {
  let least: Owed | undefined;
  for (const reason of REASONS) {
    const episode = openOf(state, reason);
    const owed = episode === undefined ? causes[reason]?.(state, context) : over(state, episode, context);
    if (owed !== undefined && (least === undefined || owed.dueAt < least.dueAt)) least = owed;
  }
  return least;
}

export const due = (state: Retention, context: Context): Instant | null => first(state, context)?.dueAt ?? null;

export function settle(state: Retention, at: Instant, context: Context): readonly Proposal[] {
  const owed = first(state, context);
  return owed === undefined || owed.dueAt > at ? [] : [owed.make(at)];
}
