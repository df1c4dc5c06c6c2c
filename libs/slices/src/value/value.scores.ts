import type { Money } from '#kernel/money.js';
import { daysBetween, type Day } from '#kernel/time.js';
import type { PopulationMeasured } from './value.events.js';
import { isMore } from './value.policy.js';

/** 5 is best: bought lately, often, for much. */
export interface Rfm {
  readonly r: number;
  readonly f: number;
  readonly m: number;
}
export type AbcClass = 'A' | 'B' | 'C';

type Measured = PopulationMeasured['data'];

const BEST = 5;

/** In which fifth a value lies, 1 for the lowest; a value equal to a cut point belongs below it. */
function fifthOf<T>(value: T, cuts: readonly T[], isAbove: (value: T, cut: T) => boolean): number {
  let fifth = 1;
  for (const cut of cuts) if (isAbove(value, cut)) fifth += 1;
  return fifth;
}

const isGreater = (value: number, cut: number): boolean => value > cut;

/**
 * Scores among the customers who were measured. Recency counts to the day of the measurement, so that a score does not
 * fade between two of them. Money is the best over currencies; 1 in a currency that nobody was measured in.
 *
 * @source fifths of recency, frequency, money: Hughes, Strategic Database Marketing (1994)
 */
export function rfmOf(
  lastDay: Day,
  buyingDays: number,
  spends: readonly Money[],
  measured: Measured,
  measuredOn: Day,
): Rfm {
  const r = BEST + 1 - fifthOf(daysBetween(lastDay, measuredOn), measured.recencyDays, isGreater);
  let m = 1;
  for (const spend of spends) m = Math.max(m, fifthOf(spend, cutsFor(spend, measured)?.spend ?? [], isMore));
  return { r, f: fifthOf(buyingDays, measured.buyingDays, isGreater), m };
}

/** The best class over currencies. */
export function abcOf(spends: readonly Money[], measured: Measured): AbcClass {
  const classes = spends.map((spend): AbcClass => {
    const cuts = cutsFor(spend, measured);
    if (cuts === undefined || spend.units <= 0) return 'C';
    if (!isMore(cuts.aFrom, spend)) return 'A';
    return isMore(cuts.bFrom, spend) ? 'C' : 'B';
  });
  return classes.sort()[0] ?? 'C';
}

const cutsFor = ({ currency }: Money, { currencies }: Measured) =>
  currencies.find((measured) => measured.currency === currency);
