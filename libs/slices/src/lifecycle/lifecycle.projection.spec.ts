import fc from 'fast-check';
import { companyPolicy } from '#kernel/company.policy.js';
import { clockAt, named, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { CustomerRegistered } from '../profiles/profiles.events.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from '../purchases/purchases.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { PopulationMeasured } from '../value/value.events.js';
import { valueSlice } from '../value/value.slice.js';
import { lifecyclePolicy } from './lifecycle.policy.js';
import { lifecycleStage } from './lifecycle.projection.js';
import { lifecycleSlice } from './lifecycle.slice.js';

const slices = [
  profilesSlice,
  purchasesSlice,
  surveysSlice,
  complaintsSlice,
  contactsSlice,
  valueSlice,
  lifecycleSlice,
];
const fold = projectionSpec(lifecycleStage, { slices });
const one = async (...facts: readonly GivenFact[]) => {
  const doc = (await fold(...facts)).get('c-1');
  if (doc === undefined) throw new Error('There is no document.');
  return doc;
};
const stagesOf = (doc: Awaited<ReturnType<typeof one>>) =>
  doc.history.map(({ stage, since }) => [stage, since.slice(0, 10)]);

const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });
const at = (day: string): string => (day.length === 10 ? `${day}T12:00:00.000Z` : day);
const bought = (day: string, id = day): GivenFact =>
  named(`bought ${id}`, PurchaseRecorded({ purchaseId: id, total: gbp(1_000), lines: [] }, at(day)));
const voided = (day: string, on: string, id = day): GivenFact =>
  named(
    `voided ${id}`,
    PurchaseVoided({ purchaseId: id, purchasedAt: at(day), net: gbp(1_000), reason: 'twice' }, at(on)),
  );
const registered = named(
  'registered',
  CustomerRegistered(
    {
      ...{ name: null, birthday: null, language: null, zone: null, country: null },
      before: { language: null, country: null },
    },
    at('2026-01-01'),
  ),
);
const noon = (day: string): GivenFact => clockAt(at(day));

describe('a customer on the way', () => {
  it('is potential once registered, and says why', async () => {
    const why = { facts: ['registered'], policy: { name: 'lifecycle', version: 1 } };
    expect(await one(registered)).toMatchObject({ stage: 'potential', since: at('2026-01-01'), why });
  });

  it('goes from a first purchase to loyal, by the facts of four buying days', async () => {
    const doc = await one(
      registered,
      bought('2026-01-10'),
      bought('2026-01-20'),
      bought('2026-02-01'),
      bought('2026-02-10'),
    );
    expect(stagesOf(doc)).toEqual([
      ['potential', '2026-01-01'],
      ['first purchase', '2026-01-10'],
      ['active', '2026-01-20'],
      ['loyal', '2026-02-10'],
    ]);
    expect(doc.rhythm).toEqual({ days: 10, from: 'gaps', fact: null });
    expect(doc.why.facts).toEqual(
      ['2026-01-10', '2026-01-20', '2026-02-01', '2026-02-10'].map((day) => `bought ${day}`),
    );
  });

  it('lapses by time alone, is won back, and is not called so for ever', async () => {
    const doc = await one(
      ...[bought('2026-01-01'), bought('2026-02-01'), noon('2026-12-01'), bought('2026-12-15'), noon('2027-12-31')],
    );
    expect(stagesOf(doc)).toEqual([
      ['first purchase', '2026-01-01'],
      ['active', '2026-02-01'],
      ['at risk', '2026-04-05'], // 2 × 31 days and one
      ['churned', '2026-08-01'],
      ['won back', '2026-12-15'],
      ['active', '2027-03-15'], // median of 31 and 317 days: 174, so not silent for long
      ['at risk', '2027-11-29'],
    ]);
    expect(doc.wonBack).toEqual({ day: '2026-12-15', afterDays: 180 });
  });

  it('counts several purchases of a day once', async () => {
    const doc = await one(bought('2026-01-10', 'p-1'), bought('2026-01-10', 'p-2'));
    expect(doc).toMatchObject({ stage: 'first purchase', buyingDays: 1, days: [{ purchases: 2 }] });
  });

  it('did buy, where everything was refunded', async () => {
    const refund = PurchaseRefunded(
      {
        ...{ purchaseId: '2026-01-10', purchasedAt: at('2026-01-10') },
        refundId: 'r',
        lines: [],
        amount: gbp(1_000),
        net: gbp(0),
      },
      at('2026-01-11'),
    );
    expect(await one(bought('2026-01-10'), refund)).toMatchObject({ stage: 'first purchase', buyingDays: 1 });
  });

  it('never bought what was voided', async () => {
    const doc = await one(registered, bought('2026-01-10'), voided('2026-01-10', '2026-01-12'));
    expect(doc).toMatchObject({ stage: 'potential', buyingDays: 0, firstDay: null, rhythm: null });
    expect(doc.why.facts).toEqual(['registered', 'voided 2026-01-10']);
  });

  it('was not won back where the purchase that did it was voided', async () => {
    const back = [bought('2026-01-01'), noon('2026-12-01'), bought('2026-12-15')];
    expect(await one(...back, voided('2026-12-15', '2026-12-16'))).toMatchObject({ stage: 'churned', wonBack: null });
  });
});

describe('the rhythm of a customer with one buying day', () => {
  const measured = named(
    'measured',
    PopulationMeasured(
      {
        ...{ measuredAt: '2026-01-01T00:00:00.000Z', customers: 3, medianGapDays: 50 },
        ...{ recencyDays: [], buyingDays: [], currencies: [] },
      },
      '2026-01-01T00:00:00.000Z',
    ),
  );

  it("is the policy's before anything was measured", async () =>
    expect(await one(bought('2026-01-10'))).toMatchObject({ rhythm: { days: 30, from: 'policy', fact: null } }));

  it("is the population's, as last measured before the purchase, and is named in why", async () => {
    const doc = await one(measured, bought('2026-01-10'), noon('2026-04-21'));
    expect(doc).toMatchObject({ rhythm: { days: 50, from: 'population', fact: 'measured' }, stage: 'at risk' });
    expect(stagesOf(doc).at(-1)).toEqual(['at risk', '2026-04-21']); // 2 × 50 days and one
    expect(doc.why.facts).toContain('measured');
  });

  it('is their own from the second buying day on', async () =>
    expect(await one(measured, bought('2026-01-10'), bought('2026-01-17'))).toMatchObject({ rhythm: { days: 7 } }));
});

describe('a purchase a year late', () => {
  const known = [bought('2026-01-01'), bought('2026-02-01'), noon('2026-03-01')];

  it('changes the first day, the gaps and the rhythm, and leaves the past stages alone', async () => {
    const doc = await one(...known, bought('2025-03-01'));
    expect(doc).toMatchObject({
      firstDay: '2025-03-01',
      buyingDays: 3,
      gaps: [31, 1, 306, 1],
      rhythm: { days: 168.5 },
    });
    expect(stagesOf(doc)).toEqual([
      ['first purchase', '2026-01-01'],
      ['active', '2026-02-01'],
    ]);
  });

  it('may make a customer loyal whose fourth day it is', async () => {
    const doc = await one(bought('2025-10-01'), ...known, bought('2025-11-15'));
    expect(doc).toMatchObject({ stage: 'loyal', buyingDays: 4 });
  });

  it('may show that a customer had not churned when they came back', async () => {
    const back = [bought('2026-01-01'), noon('2026-12-01'), bought('2026-12-15')];
    expect(await one(...back)).toMatchObject({ stage: 'won back' });
    expect(await one(...back, bought('2026-09-01'))).toMatchObject({ stage: 'active', wonBack: null });
  });

  it('lapses at once where its time has passed', async () => {
    const doc = await one(registered, noon('2026-12-01'), bought('2026-01-10'));
    expect(doc).toMatchObject({ stage: 'churned', since: '2026-07-10T00:00:00.000Z' });
  });
});

describe('a policy published for next month', () => {
  const next = published(lifecyclePolicy, { atRiskLeastDays: 10, atRiskRhythms: 1 }, '2026-03-01T00:00:00Z');
  const facts = [bought('2026-01-01'), bought('2026-01-16'), next];

  it('says nothing about this month', async () => {
    expect(await one(...facts, noon('2026-02-28'))).toMatchObject({ stage: 'active', why: { policy: { version: 1 } } });
  });

  it('holds from its first instant, for customers nobody touches', async () => {
    const doc = await one(...facts, noon('2026-02-28'), noon('2026-03-02'));
    expect(doc).toMatchObject({ stage: 'at risk', since: '2026-03-01T00:00:00.000Z', why: { policy: { version: 2 } } });
  });

  it('holds at once where it is published after the day it begins on', async () => {
    const doc = await one(bought('2026-01-01'), bought('2026-01-16'), noon('2026-03-02'), next);
    expect(doc).toMatchObject({ stage: 'at risk', since: '2026-03-01T00:00:00.000Z' });
  });

  it('holds for a fact that comes late, too', async () => {
    const doc = await one(...facts, noon('2026-03-02'), bought('2026-01-31'));
    expect(doc).toMatchObject({ stage: 'at risk', why: { policy: { version: 2 } } });
  });
});

describe('business days', () => {
  const inZone = (zone: string) =>
    projectionSpec(lifecycleStage, { slices, policies: [published(companyPolicy, { zone })] });

  it.each([
    // at risk 61 days after the last buying day, at the start of that day across the change of the clocks
    ['Europe/London', '2026-03-01T00:30:00.000Z', '2026-03-01', '2026-04-30T23:00:00.000Z'],
    ['America/New_York', '2026-03-01T04:30:00.000Z', '2026-02-28', '2026-04-30T04:00:00.000Z'],
    ['America/New_York', '2026-10-01T03:30:00.000Z', '2026-09-30', '2026-11-30T05:00:00.000Z'],
  ])('are those of %s', async (zone, boughtAt, day, lapsedAt) => {
    const doc = (await inZone(zone)(bought(boughtAt), clockAt('2026-12-31T00:00:00Z'))).get('c-1');
    expect(doc?.lastDay).toBe(day);
    expect(doc?.history[1]).toEqual({ stage: 'at risk', since: lapsedAt });
  });
});

describe('the history of stages', () => {
  const dayOf = (number: number): string => new Date(Date.UTC(2025, 0, 1 + number)).toISOString().slice(0, 10);
  const step = fc.record({ kind: fc.constantFrom('buy', 'late', 'void', 'wait', 'rules'), days: fc.nat({ max: 250 }) });

  it('has neither gap nor overlap, whatever happens in whatever order', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        let today = 400;
        const days: string[] = [];
        const facts = steps.map(({ kind, days: number }, index) => {
          if (kind === 'wait') return noon(dayOf((today += number)));
          if (kind === 'rules') {
            const rules = { atRiskLeastDays: number, churnedLeastDays: number, wonBackDays: number % 100 };
            return published(lifecyclePolicy, rules, `${dayOf(today + (number % 60) - 30)}T00:00:00Z`);
          }
          const known = days[number % Math.max(1, days.length)];
          if (kind === 'void' && known !== undefined) return voided(known, dayOf(today), `v-${index}`);
          const day = dayOf(kind === 'late' ? today - number : today);
          days.push(day);
          return bought(day, `p-${index}`);
        });
        const doc = (await fold(...facts)).get('c-1');
        if (doc === undefined) return;
        const { history, stage, since, stages } = doc;
        expect(history.at(-1)).toEqual({ stage, since });
        expect(history).toHaveLength(Math.min(stages, 50));
        history.slice(1).forEach((next, index) => {
          expect(next.since > (history[index]?.since ?? '')).toBe(true);
          expect(next.stage).not.toBe(history[index]?.stage);
        });
      }),
      { numRuns: 40 },
    ));

  it('keeps the newest fifty', async () => {
    const facts = Array.from({ length: 40 }, (_, year) => [
      bought(`${1950 + year * 2}-01-01`),
      noon(`${1951 + year * 2}-12-01`),
    ]);
    const doc = await one(...facts.flat());
    expect(doc.history).toHaveLength(50);
    expect(doc.stages).toBeGreaterThan(50);
  });
});
