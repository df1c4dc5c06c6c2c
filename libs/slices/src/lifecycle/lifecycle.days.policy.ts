import type { Context } from '#kernel/policy.js';
import { daysBetween, type Day } from '#kernel/time.js';
import { PopulationMeasured } from '../value/value.events.js';
import { lifecyclePolicy } from './lifecycle.policy.js';

/** A business day on which a customer bought. */
export interface BuyingDay {
  readonly day: Day;
  /** How many purchases of that day stand. */
  readonly purchases: number;
  /** Id of the fact that said so last. */
  readonly fact: string;
}

/** The days on which a customer bought, and the gaps between them; of older days only their gaps are kept. */
export interface BuyingDays {
  readonly buyingDays: number;
  readonly firstDay: Day | null;
  readonly lastDay: Day | null;
  /** The newest days, rising. */
  readonly days: readonly BuyingDay[];
  /**
   * How many days two neighbouring days lie apart, rising, each followed by how often that is: an object whose fields are
   * named by such numbers takes ten times the memory.
   */
  readonly gaps: readonly number[];
}

/** A purchase older than so many buying days changes the first day only. */
export const DAYS_KEPT = 400;

export const noDays: BuyingDays = { buyingDays: 0, firstDay: null, lastDay: null, days: [], gaps: [] };

/** The days with one more purchase, wherever its day falls. */
export function withPurchase(known: BuyingDays, day: Day, fact: string): BuyingDays {
  const { days, buyingDays, firstDay } = known;
  const index = days.findLastIndex((held) => held.day <= day);
  const at = days[index];
  if (at?.day === day) {
    return { ...known, days: days.with(index, { day, purchases: at.purchases + 1, fact }) };
  }
  const first = firstDay === null || day < firstDay ? day : firstDay;
  if (at === undefined && buyingDays > days.length) return { ...known, firstDay: first };
  const next = days[index + 1];
  let gaps = counted(known.gaps, at, next, -1);
  gaps = counted(gaps, at, { day }, 1);
  gaps = counted(gaps, { day }, next, 1);
  const grown = days.toSpliced(index + 1, 0, { day, purchases: 1, fact }).slice(-DAYS_KEPT);
  return { buyingDays: buyingDays + 1, firstDay: first, lastDay: grown.at(-1)?.day ?? day, days: grown, gaps };
}

/** The days without a purchase that never happened; the day is gone with the last one of it. */
export function withoutPurchase(known: BuyingDays, day: Day, fact: string): BuyingDays {
  const { days, buyingDays } = known;
  const index = days.findLastIndex((held) => held.day === day);
  const at = days[index];
  if (at === undefined) return known;
  if (at.purchases > 1) return { ...known, days: days.with(index, { day, purchases: at.purchases - 1, fact }) };
  const [before, after] = [days[index - 1], days[index + 1]];
  let gaps = counted(known.gaps, before, at, -1);
  gaps = counted(gaps, at, after, -1);
  gaps = counted(gaps, before, after, 1);
  const rest = days.toSpliced(index, 1);
  const firstDay = buyingDays > days.length ? known.firstDay : (rest[0]?.day ?? null);
  return { buyingDays: buyingDays - 1, firstDay, lastDay: rest.at(-1)?.day ?? null, days: rest, gaps };
}

/** The median of the gaps in days, halves kept; undefined without a gap. */
export function medianGap({ gaps }: BuyingDays): number | undefined {
  let total = 0;
  for (let at = 1; at < gaps.length; at += 2) total += gaps[at] as number;
  if (total === 0) return undefined;
  const [low, high] = [Math.ceil(total / 2), Math.floor(total / 2) + 1];
  let [seen, lower] = [0, -1];
  for (let at = 0; at < gaps.length; at += 2) {
    const length = gaps[at] as number;
    seen += gaps[at + 1] as number;
    if (lower < 0 && seen >= low) lower = length;
    if (seen >= high) return (lower + length) / 2;
  }
  return undefined;
}

/** How many days usually pass between two buying days. */
export interface Rhythm {
  readonly days: number;
  /** The customer's own gaps; with one buying day the population's; before that was measured the policy's. */
  readonly from: 'gaps' | 'population' | 'policy';
  /** The measurement it comes from. */
  readonly fact: string | null;
}

/** The rhythm of a customer with these buying days; null without any. */
export function rhythmOf(days: BuyingDays, context: Context): Rhythm | null {
  if (days.buyingDays === 0) return null;
  const own = medianGap(days);
  if (own !== undefined) return { days: own, from: 'gaps', fact: null };
  const measured = context.latest(PopulationMeasured);
  const median = measured?.data.medianGapDays ?? null;
  return measured === undefined || median === null
    ? { days: context.policy(lifecyclePolicy).firstRhythmDays, from: 'policy', fact: null }
    : { days: median, from: 'population', fact: measured.id };
}

type On = { readonly day: Day } | undefined;

/** A gap more or less between two days, where there are two. */
function counted(gaps: BuyingDays['gaps'], from: On, to: On, change: number): BuyingDays['gaps'] {
  if (from === undefined || to === undefined) return gaps;
  const length = daysBetween(from.day, to.day);
  let at = 0;
  while (at < gaps.length && (gaps[at] as number) < length) at += 2;
  if (gaps[at] !== length) return gaps.toSpliced(at, 0, length, change);
  const count = (gaps[at + 1] as number) + change;
  return count > 0 ? gaps.with(at + 1, count) : gaps.toSpliced(at, 2);
}
