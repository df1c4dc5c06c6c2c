import type { Money } from '#kernel/money.js';
import { daysBetween, type Day } from '#kernel/time.js';
import type { PopulationMeasured } from './value.events.js';
import { exact } from './value.policy.js';

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
const fifthOf = <T extends number | bigint>(value: T, cuts: readonly T[]): number =>
  1 + cuts.filter((cut) => value > cut).length;

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
  const r = BEST + 1 - fifthOf(daysBetween(lastDay, measuredOn), measured.recencyDays);
  const fifths = spends.map((spend) => fifthOf(exact(spend), cutsFor(spend, measured)?.spend.map(exact) ?? []));
  return { r, f: fifthOf(buyingDays, measured.buyingDays), m: Math.max(1, ...fifths) };
}

/** The best class over currencies. */
export function abcOf(spends: readonly Money[], measured: Measured): AbcClass {
  const classes = spends.map((spend): AbcClass => {
    const cuts = cutsFor(spend, measured);
    if (cuts === undefined || spend.units <= 0) return 'C';
    if (exact(spend) >= exact(cuts.aFrom)) return 'A';
    return exact(spend) >= exact(cuts.bFrom) ? 'B' : 'C';
  });
  return classes.sort()[0] ?? 'C';
}

const cutsFor = ({ currency }: Money, { currencies }: Measured) =>
  currencies.find((measured) => measured.currency === currency);
