import { defineEvent, type EventOf } from '#kernel/event.js';
import { instant, int, list, money, optional, record, text } from '#kernel/parse.js';

const currency = (value: unknown) => {
  const raw = record(value);
  return {
    currency: text(raw['currency']),
    customers: int(raw['customers']),
    /** Spend at which each fifth of the customers ends, lowest first. */
    spend: list(raw['spend'], money),
    /** Least spend of class A and of class B. */
    aFrom: money(raw['aFrom']),
    bFrom: money(raw['bFrom']),
  };
};

/**
 * Cut points over all customers who bought in the trailing window, as of a month's end. Stream `population`. Lists of cut
 * points have four entries, where the lowest four fifths end; none where there was nobody to measure.
 */
export const PopulationMeasured = defineEvent({
  type: 'PopulationMeasured',
  parse: (raw) => ({
    measuredAt: instant(raw['measuredAt']),
    customers: int(raw['customers']),
    /** Median of all gaps between two buying days in the window, in whole days; null where nobody bought twice. */
    medianGapDays: optional(raw['medianGapDays'], int) ?? null,
    /** Days since the last buying day. */
    recencyDays: list(raw['recencyDays'], int),
    buyingDays: list(raw['buyingDays'], int),
    currencies: list(raw['currencies'], currency),
  }),
});
export type PopulationMeasured = EventOf<typeof PopulationMeasured>;
