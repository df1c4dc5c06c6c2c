import { companyPolicy } from '#kernel/company.policy.js';
import { engineWorld } from '#testing/engine-world.js';
import { clockAt, of, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import type { InForce, PolicyDefinition } from '#kernel/policy.js';
import { PurchaseRecorded } from '../purchases/purchases.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import type { PopulationMeasured } from './value.events.js';
import { population } from './value.measurement.js';
import { valueTier } from './value.projection.js';
import { valueSlice } from './value.slice.js';

const slices = [purchasesSlice, valueSlice];
const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });
const at = '2026-04-01T00:00:00.000Z';
const defaults = {
  policy: <Rules extends object>({ defaults: rules }: PolicyDefinition<Rules>): InForce<Rules> => ({
    ...{ ...rules, version: 1, effectiveFrom: at },
  }),
  latest: () => undefined,
};

/** What is measured at the end of March 2026 over customers who bought so: [customer, day, units, currency]. */
async function measured(...purchases: readonly (readonly [string, string, number, string?])[]) {
  const facts = purchases.map(([customerId, day, units, currency = 'GBP'], index): GivenFact => {
    const total = { units, scale: currency === 'JPY' ? 0 : 2, currency };
    return of(customerId, PurchaseRecorded({ purchaseId: `p-${index}`, total, lines: [] }, `${day}T12:00:00.000Z`));
  });
  const fold = projectionSpec(valueTier, { slices, policies: [published(companyPolicy, {})] });
  const gathered = population.gather();
  for (const doc of (await fold(...facts, clockAt(at))).values()) population.add(gathered, doc);
  return population.publish(gathered, at, defaults).data as PopulationMeasured['data'];
}

describe('measuring the population', () => {
  it('says that there was nobody', async () =>
    expect(await measured()).toEqual({
      ...{ measuredAt: at, customers: 0, medianGapDays: null, recencyDays: [], buyingDays: [], currencies: [] },
    }));

  it('cuts customers into fifths, leaving out who bought nothing in the window', async () => {
    const days = ['2026-03-30', '2026-03-22', '2026-03-12', '2026-03-02', '2026-01-31'];
    const bought = days.map((day, index) => [`c-${index}`, day, 1_000 * (index + 1)] as const);
    expect(await measured(...bought, ['gone', '2025-03-31', 9_900])).toMatchObject({
      ...{ customers: 5, recencyDays: [2, 10, 20, 30], buyingDays: [1, 1, 1, 1], medianGapDays: null },
      currencies: [{ currency: 'GBP', customers: 5, spend: [gbp(1_000), gbp(2_000), gbp(3_000), gbp(4_000)] }],
    });
  });

  it('takes the median of all gaps, halves rounded up', async () => {
    const data = await measured(
      ...([
        ['a', '2026-01-01', 1],
        ['a', '2026-01-11', 1],
        ['a', '2026-01-11', 1],
      ] as const),
      ...([
        ['b', '2026-02-01', 1],
        ['b', '2026-02-26', 1],
      ] as const),
    );
    expect(data).toMatchObject({ medianGapDays: 18, buyingDays: [2, 2, 2, 2] });
  });

  it('calls A whoever makes the first 80 % of spend and B whoever goes on to 95 %, in each currency by itself', async () => {
    const spends = [7_000, 1_500, 800, 400, 200, 100].map(
      (units, index) => [`c-${index}`, '2026-03-02', units] as const,
    );
    const { currencies } = await measured(...spends, ['yen', '2026-03-02', 500, 'JPY']);
    expect(currencies).toMatchObject([
      { currency: 'GBP', aFrom: gbp(1_500), bFrom: gbp(400) }, // 70, 85, 93, 97, 99, 100 %
      { currency: 'JPY', customers: 1, aFrom: { units: 500 }, bFrom: { units: 500 } },
    ]);
  });
});

describe('the end of a month', () => {
  it('is measured once as a fact, scores every customer, and replays to equal digests', async () => {
    const world = await engineWorld(slices, { now: '2026-03-20T09:00:00.000Z' });
    await world.advanceTo('2026-03-20T09:00:00Z');
    for (const [index, customerId] of ['a', 'b', 'c'].entries()) {
      const total = gbp(10_000 * (index + 1));
      await world.send({ type: 'RecordPurchase', customerId, purchaseId: `p-${index}`, total });
    }
    await world.advanceTo('2026-04-02T00:00:00Z');
    await world.advanceTo('2026-04-02T01:00:00Z');
    const facts = await world.store.readStream('population');
    expect(facts).toMatchObject([
      { occurredAt: '2026-03-01T00:00:00.000Z', data: { customers: 0 } },
      { type: 'PopulationMeasured', occurredAt: at, data: { customers: 3 } },
    ]);
    const documents = await world.documents('value_tier');
    expect(documents.get('c')).toMatchObject({ abc: 'A', rfm: { r: 5, f: 1, m: 4 }, asOf: at });
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
    await world.close();
  });
});

it('is taken after a restart where the month had been reached and the process ended before it was measured', async () => {
  const world = await engineWorld(slices);
  await world.engine.calendar.advance(at);
  const again = await world.restarted();
  await again.advanceTo(at);
  await again.advanceTo(at);
  const measurements = await again.store.readStream('population');
  expect(measurements.map(({ occurredAt }) => occurredAt)).toEqual([at]);
  await again.close();
});
