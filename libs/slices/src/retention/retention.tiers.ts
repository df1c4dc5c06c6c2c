import { plus, unitsAt, zero, type Money } from '#kernel/money.js';
import { plusDays, type Day } from '#kernel/time.js';
import { TIERS, tierOf, type Tier, type ValuePolicy } from '../value/value.policy.js';
import { within, type DaySpend, type Window } from '../value/value.window.policy.js';

/** The first business day on which time alone takes a tier away; a tier that was not reached has none. */
export type HeldUntil = Readonly<Partial<Record<Tier, Day>>>;

interface Known {
  readonly window: Window;
  readonly policy: ValuePolicy;
  readonly held: HeldUntil;
}

/** Of the last two windows: a fact asks several times about the one before it and the one after it, and then of other customers. */
let [last, before]: (Known | undefined)[] = [];

/** Until when each tier is held by what was bought so far: as long as the days that reach it are in the window. */
export function heldUntil(window: Window, policy: ValuePolicy): HeldUntil {
  if (last?.window === window && last.policy === policy) return last.held;
  if (before?.window === window && before.policy === policy) return before.held;
  const held: Partial<Record<Tier, Day>> = {};
  for (const currency of currenciesIn(window)) hold(held, window, currency, policy);
  [before, last] = [last, { window, policy, held }];
  return held;
}

function currenciesIn(window: Window): readonly string[] {
  const found: string[] = [];
  for (const { currency } of window) if (!found.includes(currency)) found.push(currency);
  return found;
}

/**
 * Goes back from the newest day and adds up what was bought: the first day on which that is enough for a tier is the
 * latest that holds it. It ends where the best tier is reached.
 */
function hold(held: Partial<Record<Tier, Day>>, window: Window, currency: string, policy: ValuePolicy): void {
  const known = policy.currencies[currency];
  if (known === undefined) return;
  let scale = 0;
  for (const entry of window) if (entry.currency === currency && entry.net.scale > scale) ({ scale } = entry.net);
  let [units, days, reached] = [0, 0, TIERS.length - 1];
  for (let at = window.length - 1; at >= 0 && reached > 0; at -= 1) {
    const entry = window[at] as DaySpend;
    if (entry.currency !== currency) continue;
    units += unitsAt(entry.net, scale);
    days += 1;
    const rank = TIERS.indexOf(tierOf(units, scale, days, known));
    if (rank >= reached) continue;
    const until = plusDays(entry.day, policy.windowDays);
    for (const tier of TIERS.slice(rank, reached)) if (until > (held[tier] ?? '')) held[tier] = until;
    reached = rank;
  }
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
