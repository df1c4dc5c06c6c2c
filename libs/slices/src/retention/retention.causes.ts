import { companyPolicy } from '#kernel/company.policy.js';
import type { Proposal } from '#kernel/event.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, daysBetween, plusDays, startOfDay, type Instant } from '#kernel/time.js';
import { atRiskAfterDays, lifecyclePolicy } from '../lifecycle/lifecycle.policy.js';
import { valuePolicy } from '../value/value.policy.js';
import type { Reason } from './retention.events.js';
import { businessDaysAfter, later, MOST_CAUSES, raised } from './retention.movements.js';
import { retentionPolicy } from './retention.policy.js';
import type { Episode, Retention } from './retention.state.js';
import { heldUntil, leavesOn, tierOn } from './retention.tiers.js';

/** What time will owe, if nothing happens before. */
export interface Owed {
  readonly dueAt: Instant;
  /** The fact, when it is owed at `at`. */
  make(at: Instant): Proposal;
}

type Cause = (state: Retention, context: Context) => Owed | undefined;

/** A silence longer than the customer's rhythm allows, as in the stage `at risk`. */
const silent: Cause = (state, context) => {
  const { bought, rhythm, episodes } = state;
  const { lastDay } = bought;
  if (lastDay === null || rhythm === null) return undefined;
  const { zone } = context.policy(companyPolicy);
  const limitDays = Math.floor(atRiskAfterDays(rhythm.days, context.policy(lifecyclePolicy)));
  const { silentAgainAfterDays } = context.policy(retentionPolicy);
  const begins = startOfDay(plusDays(lastDay, limitDays + 1), zone);
  const dueAt = nextTime(episodes.silent, lastDay, begins, silentAgainAfterDays, context);
  if (dueAt === undefined) return undefined;
  const make = (at: Instant): Proposal => {
    const days = bought.days.slice(1 - MOST_CAUSES).map(({ fact }) => fact);
    const because = rhythm.fact === null ? days : [rhythm.fact, ...days];
    const silentDays = daysBetween(lastDay, dayOf(at, zone));
    const figures = { silentDays, limitDays, rhythmDays: rhythm.days, rhythmFrom: rhythm.from };
    const since = startOfDay(lastDay, zone);
    return raised(state, { reason: 'silent', about: lastDay, because, figures, since }, at, context);
  };
  return { dueAt, make };
};

/** The first day on which the tier is lower than after the last purchase, or than after the last such alert. */
const valueFell: Cause = (state, context) => {
  const { window, boughtAt, episodes } = state;
  if (window.length === 0) return undefined;
  const { zone } = context.policy(companyPolicy);
  const rules = context.policy(valuePolicy);
  const held = heldUntil(window, rules);
  const from = tierOn(held, dayOf(later(boughtAt, episodes.value_fell?.endedAt), zone));
  const day = held[from];
  if (day === undefined) return undefined;
  const make = (at: Instant): Proposal => {
    const gone = window.findLastIndex((entry) => plusDays(entry.day, rules.windowDays) <= day) + 1;
    const half = MOST_CAUSES / 2;
    const because = [...window.slice(0, gone).slice(-half), ...window.slice(gone).slice(-half)].map(({ fact }) => fact);
    const figures = { from, to: tierOn(held, day), windowDays: rules.windowDays };
    const since = startOfDay(day, zone);
    return raised(state, { reason: 'value_fell', about: from, because, figures, since }, at, context);
  };
  return { dueAt: startOfDay(day, zone), make };
};

/** The first points that are enough to speak of and are about to expire. */
const pointsLapsing: Cause = (state, context) => {
  const { lapsingWithinDays, lapsingLeastPoints } = context.policy(retentionPolicy);
  const before = state.episodes.points_lapsing;
  const seenTo = before === undefined || before.endedBy === 'fact' ? '' : before.about;
  for (const [expiresAt, points] of state.expiring.entries()) {
    if (points < lapsingLeastPoints || expiresAt <= seenTo) continue;
    const since = businessDaysAfter(expiresAt, -lapsingWithinDays, context);
    const make = (at: Instant): Proposal => {
      const because: string[] = [];
      for (const [key] of state.lots.entries(expiresAt)) {
        if (!key.startsWith(expiresAt) || because.length === MOST_CAUSES) break;
        because.push(key.slice(expiresAt.length + 1));
      }
      const figures = { points, expiresAt };
      return raised(state, { reason: 'points_lapsing', about: expiresAt, because, figures, since }, at, context);
    };
    return { dueAt: later(since, before?.endedAt), make };
  }
  return undefined;
};

/** A customer of a tier that is to be contacted, whom nobody contacted for too long. */
const vipUncontacted: Cause = (state, context) => {
  const { contacted, favouredSince, boughtAt, episodes, window } = state;
  const { uncontactedAfterDays } = context.policy(retentionPolicy);
  const until = favouredUntil(state, context);
  if (until === undefined) return undefined;
  const since = later(favouredSince?.at ?? boughtAt, contacted?.at);
  const begins = businessDaysAfter(since, uncontactedAfterDays, context);
  const dueAt = nextTime(episodes.vip_uncontacted, since, begins, uncontactedAfterDays, context);
  if (dueAt === undefined || (until !== null && dueAt >= until)) return undefined;
  const make = (at: Instant): Proposal => {
    const { zone } = context.policy(companyPolicy);
    const causes = [favouredSince?.fact, contacted?.fact, window.at(-1)?.fact];
    const because = causes.filter((fact) => fact !== undefined);
    const tier = tierOn(heldUntil(window, context.policy(valuePolicy)), dayOf(at, zone));
    const uncontactedDays = daysBetween(dayOf(since, zone), dayOf(at, zone));
    const figures = { tier, uncontactedDays, contactedAt: contacted?.at ?? 'never' };
    return raised(state, { reason: 'vip_uncontacted', about: since, because, figures, since }, at, context);
  };
  return { dueAt, make };
};

/** The causes that time brings; the others are brought by facts, see `react`. */
export const causes: Readonly<Partial<Record<Reason, Cause>>> = {
  silent,
  value_fell: valueFell,
  points_lapsing: pointsLapsing,
  vip_uncontacted: vipUncontacted,
};

/**
 * Until when the customer is in a tier that is to be contacted, by what was bought so far: undefined for not at all, null
 * for ever.
 */
export function favouredUntil({ window, boughtAt }: Retention, context: Context): Instant | null | undefined {
  if (window.length === 0) return undefined;
  const { zone } = context.policy(companyPolicy);
  const { uncontactedTiers } = context.policy(retentionPolicy);
  const held = heldUntil(window, context.policy(valuePolicy));
  const today = dayOf(boughtAt, zone);
  if (!uncontactedTiers.includes(tierOn(held, today))) return undefined;
  const day = leavesOn(held, today, uncontactedTiers);
  return day === undefined ? null : startOfDay(day, zone);
}

/**
 * When a cause that begins at `begins` raises its next alert. One whose alert was closed or lapsed does not; one that an
 * action answered does when it lasts for so many more days.
 */
function nextTime(
  before: Episode | undefined,
  about: string,
  begins: Instant,
  againAfterDays: number,
  context: Context,
): Instant | undefined {
  if (before === undefined || before.endedAt === null) return begins;
  if (before.about !== about || before.endedBy === 'fact') return later(begins, before.endedAt);
  if (before.endedBy !== 'action') return undefined;
  return later(begins, businessDaysAfter(before.endedAt, againAfterDays, context));
}
