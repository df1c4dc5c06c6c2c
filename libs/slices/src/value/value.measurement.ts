import { companyPolicy } from '#kernel/company.policy.js';
import type { Measurement } from '#kernel/measurement.js';
import type { Money } from '#kernel/money.js';
import { dayOf, daysBetween, type Day } from '#kernel/time.js';
import { PopulationMeasured } from './value.events.js';
import { exact, valuePolicy, type ValuePolicy } from './value.policy.js';
import { valueTier, type ValueTier } from './value.projection.js';
import { daysOf } from './value.window.policy.js';

export const POPULATION = 'population';

/** How often each value was seen. */
type Histogram = Map<number, number>;

export interface Population {
  customers: number;
  readonly gaps: Histogram;
  readonly buyingDays: Histogram;
  readonly lastDays: Map<Day, number>;
  readonly spends: Map<string, Money[]>;
}

const FIFTHS = 5;
const PERCENT = 100n;

/** Where all customers stand who bought in the window, so that each can be compared with them. */
export const population: Measurement<ValueTier, Population> = {
  stream: POPULATION,
  model: valueTier.name,
  policies: [companyPolicy, valuePolicy],
  gather: () => ({ customers: 0, gaps: new Map(), buyingDays: new Map(), lastDays: new Map(), spends: new Map() }),
  add: (gathered, { window, currencies }) => {
    const days = daysOf(window);
    const last = days.at(-1);
    if (last === undefined) return;
    gathered.customers += 1;
    count(gathered.buyingDays, days.length);
    count(gathered.lastDays, last);
    days.slice(1).forEach((day, index) => count(gathered.gaps, daysBetween(days[index] ?? day, day)));
    for (const [currency, { spend }] of Object.entries(currencies)) {
      const spends = gathered.spends.get(currency) ?? [];
      gathered.spends.set(currency, spends);
      spends.push(spend);
    }
  },
  publish: ({ customers, gaps, buyingDays, lastDays, spends }, at, context) => {
    const today = dayOf(at, context.policy(companyPolicy).zone);
    const { abc } = context.policy(valuePolicy);
    const recency = [...lastDays].map(([day, seen]) => [daysBetween(day, today), seen] as const);
    const currencies = [...spends].sort(([left], [right]) => (left < right ? -1 : 1));
    return PopulationMeasured({
      ...{ measuredAt: at, customers, medianGapDays: medianOf([...gaps]) },
      recencyDays: fifthsOf(recency),
      buyingDays: fifthsOf([...buyingDays]),
      currencies: currencies.map(([currency, amounts]) => cutsOf(currency, amounts, abc)),
    });
  },
};

function count<T>(histogram: Map<T, number>, value: T): void {
  histogram.set(value, (histogram.get(value) ?? 0) + 1);
}

type Seen = readonly (readonly [value: number, seen: number])[];

/** The value of so high a rank, 1 for the lowest; 0 where there is none. */
function ranked(histogram: Seen): (rank: number) => number {
  const sorted = [...histogram].sort(([left], [right]) => left - right);
  return (rank) => {
    let seen = 0;
    return sorted.find(([, times]) => (seen += times) >= rank)?.[0] ?? 0;
  };
}

const total = (histogram: Seen): number => histogram.reduce((sum, [, seen]) => sum + seen, 0);

/** The values at which the lowest four fifths end, by nearest rank. */
function fifthsOf(histogram: Seen): readonly number[] {
  const all = total(histogram);
  const at = ranked(histogram);
  return all === 0 ? [] : endings(all).map(at);
}

/** Ranks at which the lowest four fifths of so many end. */
const endings = (all: number): readonly number[] =>
  Array.from({ length: FIFTHS - 1 }, (_, index) => Math.ceil(((index + 1) * all) / FIFTHS));

/** In whole days, halves rounded up. */
function medianOf(histogram: Seen): number | null {
  const all = total(histogram);
  const at = ranked(histogram);
  return all === 0 ? null : Math.round((at(Math.ceil(all / 2)) + at(Math.floor(all / 2) + 1)) / 2);
}

/** Cut points of spend in one currency: amounts that a customer really spent. */
function cutsOf(currency: string, amounts: readonly Money[], { aPercent, bPercent }: ValuePolicy['abc']) {
  const rising = amounts
    .map((amount) => ({ amount, value: exact(amount) }))
    .sort((left, right) => (left.value < right.value ? -1 : left.value > right.value ? 1 : 0));
  const amountAt = (rank: number): Money => rising[rank - 1]?.amount ?? { units: 0, scale: 0, currency };
  const all = rising.reduce((sum, { value }) => (value > 0n ? sum + value : sum), 0n);
  const leastOf = (percent: number): Money => {
    let above = 0n;
    const last = rising.findLastIndex(({ value }) => (above += value) * PERCENT >= BigInt(percent) * all);
    return amountAt(Math.max(1, last + 1));
  };
  const spend = endings(rising.length).map(amountAt);
  return { currency, customers: rising.length, spend, aFrom: leastOf(aPercent), bFrom: leastOf(bPercent) };
}
