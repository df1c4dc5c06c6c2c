// Of the customers who first bought in a month, how many bought again so many months later?
//
//   patron replay docs/examples/cohort-retention.ts --out cohort-retention.parquet
import { dayOf, defineProjection, policies, type Context } from 'patron/replay';

/** How often a customer bought in each month, `1997-01`. */
type Months = Record<string, number>;

const added = (months: Months, at: string, purchases: number, { policy }: Context): Months => {
  const month = dayOf(at, policy(policies.company).zone).slice(0, 7);
  return { ...months, [month]: (months[month] ?? 0) + purchases };
};

const monthsBetween = (from: string, to: string): number =>
  (Number(to.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(to.slice(5)) - Number(from.slice(5));

export default defineProjection({
  name: 'cohort_retention',
  initial: () => ({ months: {} as Months }),
  on: {
    PurchaseRecorded: ({ months }, { occurredAt }, context) => ({ months: added(months, occurredAt, 1, context) }),
    PurchaseVoided: ({ months }, { data }, context) => ({ months: added(months, data.purchasedAt, -1, context) }),
  },
  async *rows(buyers) {
    const cohorts = new Map<string, number[]>();
    for await (const { months } of buyers) {
      const bought = Object.keys(months)
        .filter((month) => (months[month] ?? 0) > 0)
        .sort();
      const first = bought[0];
      if (first === undefined) continue;
      const counts = cohorts.get(first) ?? [];
      cohorts.set(first, counts);
      for (const month of bought) {
        const after = monthsBetween(first, month);
        counts[after] = (counts[after] ?? 0) + 1;
      }
    }
    for (const [cohort, counts] of [...cohorts].sort()) {
      const size = counts[0] ?? 0;
      for (const [monthsAfter, customers = 0] of counts.entries()) {
        yield { cohort, monthsAfter, customers, share: customers / size };
      }
    }
  },
});
