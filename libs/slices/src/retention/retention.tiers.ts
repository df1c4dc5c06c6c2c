import { plus, unitsAt, zero, type Money } from '#kernel/money.js';
import { plusDays, type Day } from '#kernel/time.js';
import { TIERS, worthOf, type Tier, type ValuePolicy } from '../value/value.policy.js';
import { within, type Window } from '../value/value.window.policy.js';

/** The first business day on which time alone takes a tier away; a tier that was not reached has none. */
export type HeldUntil = Readonly<Partial<Record<Tier, Day>>>;

/** As a window never changes, what follows from it under a policy is worked out once. */
const known = new WeakMap<Window, { readonly policy: ValuePolicy; readonly held: HeldUntil }>();

/** Until when each tier is held by what was bought so far: as long as the days that reach it are in the window. */
export function heldUntil(window: Window, policy: ValuePolicy): HeldUntil {
  const before = known.get(window);
  if (before?.policy === policy) return before.held;
  const held: Partial<Record<Tier, Day>> = {};
  for (const currency of new Set(window.map((entry) => entry.currency))) {
    const days = window.filter((entry) => entry.currency === currency);
    const sums = sumsOf(days);
    for (const tier of TIERS.slice(0, -1)) {
      const day = latestFrom(days, sums, tier, policy);
      if (day === undefined) continue;
      const until = plusDays(day, policy.windowDays);
      if (until > (held[tier] ?? '')) held[tier] = until;
    }
  }
  known.set(window, { policy, held });
  return held;
}

/** What was spent from each of these days on. */
function sumsOf(days: Window): readonly Money[] {
  const scale = Math.max(...days.map(({ net }) => net.scale));
  let units = 0;
  const sums = days.toReversed().map(({ net, currency }) => {
    units += unitsAt(net, scale);
    return { units, scale, currency };
  });
  return sums.reverse();
}

/** The latest of these days from which on enough was bought for a tier, or for a better one. */
function latestFrom(days: Window, sums: readonly Money[], tier: Tier, policy: ValuePolicy): Day | undefined {
  let [reaches, fails] = [-1, days.length];
  while (fails - reaches > 1) {
    const middle = (reaches + fails) >> 1;
    const worth = worthOf(sums[middle] as Money, days.length - middle, policy);
    if (isLower(worth.tier, tier)) fails = middle;
    else reaches = middle;
  }
  return days[reaches]?.day;
}

/** The tier on a business day, if nothing more is bought. */
export const tierOn = (held: HeldUntil, today: Day): Tier => TIERS.find((tier) => (held[tier] ?? '') > today) ?? 'low';

/** The first day after `today` on which the tier is none of these; undefined where it is none of them already, or for ever. */
export function leavesOn(held: HeldUntil, today: Day, tiers: readonly string[]): Day | undefined {
  let tier = tierOn(held, today);
  let day: Day | undefined;
  while (tiers.includes(tier)) {
    day = held[tier];
    if (day === undefined) return undefined;
    tier = tierOn(held, day);
  }
  return day;
}

export const isLower = (tier: string, than: string): boolean =>
  TIERS.indexOf(tier as Tier) > TIERS.indexOf(than as Tier);

/** What was spent in the trailing window as of a day, one amount a currency. */
export function spentBy(window: Window, today: Day, days: number): readonly Money[] {
  const sums = new Map<string, Money>();
  for (const { day, currency, net } of within(window, today, days)) {
    if (day > today) break;
    sums.set(currency, plus(sums.get(currency) ?? zero(currency, net.scale), net));
  }
  return [...sums.keys()].sort().map((currency) => sums.get(currency) as Money);
}
