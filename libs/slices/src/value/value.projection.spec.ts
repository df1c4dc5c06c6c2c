import { companyPolicy } from '#kernel/company.policy.js';
import { clockAt, named, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import {
  PurchaseLinesAdded,
  PurchaseRecorded,
  PurchaseRefunded,
  PurchaseVoided,
} from '../purchases/purchases.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { PopulationMeasured } from './value.events.js';
import { valuePolicy } from './value.policy.js';
import { valueTier } from './value.projection.js';
import { valueSlice } from './value.slice.js';

const slices = [purchasesSlice, valueSlice];
const inCompany = (rules: Partial<typeof companyPolicy.defaults>) =>
  projectionSpec(valueTier, { slices, policies: [published(companyPolicy, rules)] });
const fold = inCompany({ currency: 'GBP' });
const one = async (...facts: readonly GivenFact[]) => {
  const doc = (await fold(...facts)).get('c-1');
  if (doc === undefined) throw new Error('There is no document.');
  return doc;
};

const money = (units: number, currency: string, scale: number) => ({ units, scale, currency });
const gbp = (pounds: number) => money(pounds * 100, 'GBP', 2);
const at = (day: string): string => (day.length === 10 ? `${day}T12:00:00.000Z` : day);
const bought = (day: string, total = gbp(100), id = day): GivenFact =>
  named(`bought ${id}`, PurchaseRecorded({ purchaseId: id, total, lines: [] }, at(day)));
const refunded = (day: string, on: string, amount: ReturnType<typeof gbp>, net = gbp(0)): GivenFact =>
  named(
    `refunded ${day}`,
    PurchaseRefunded({ purchaseId: day, purchasedAt: at(day), refundId: 'r', lines: [], amount, net }, at(on)),
  );
const added = (day: string, on: string, more: ReturnType<typeof gbp>): GivenFact =>
  named(
    `added ${day}`,
    PurchaseLinesAdded({ purchaseId: day, purchasedAt: at(day), lines: [], added: more, net: more }, at(on)),
  );
const voided = (day: string, on: string, net = gbp(100), purchaseId = day): GivenFact =>
  named(`voided ${day}`, PurchaseVoided({ purchaseId, purchasedAt: at(day), net, reason: 'twice' }, at(on)));
const noon = (day: string): GivenFact => clockAt(at(day));
const often = (pounds: number): readonly GivenFact[] =>
  ['01', '02', '03', '04', '05', '06'].map((month) => bought(`2026-${month}-10`, gbp(pounds)));

describe('the value of a customer', () => {
  it('is the spend and the buying days of the trailing year, and says why', async () => {
    const doc = await one(bought('2026-01-10', gbp(80)), bought('2026-02-10', gbp(40)));
    expect(doc).toMatchObject({
      ...{ tier: 'mid', since: at('2026-02-10'), spendThousandths: 120_000, buyingDays: 2 },
      currencies: { GBP: { spend: gbp(120), spendLevel: 'mid', buyingDays: 2, buyingDaysLevel: 'low', tier: 'mid' } },
      why: { facts: ['bought 2026-01-10', 'bought 2026-02-10'], policy: { name: 'value', version: 1 } },
    });
  });

  it('is VIP where both are high', async () => expect(await one(...often(100))).toMatchObject({ tier: 'VIP' }));

  it('is less by a refund, on the day of its purchase', async () => {
    const facts = [bought('2025-06-01', gbp(400)), bought('2026-02-01', gbp(200))];
    expect(await one(...facts, refunded('2026-02-01', '2026-03-01', gbp(150), gbp(50)))).toMatchObject({
      ...{ tier: 'mid', spendThousandths: 450_000, buyingDays: 2 },
      why: { facts: ['bought 2025-06-01', 'refunded 2026-02-01'] },
    });
  });

  it.each([
    ['a refund', refunded('2025-06-01', '2026-06-03', gbp(400))],
    ['a line', added('2025-06-01', '2026-06-03', gbp(400))],
    ['a void', voided('2025-06-01', '2026-06-03', gbp(400))],
  ])('is not touched by %s of a purchase whose day has left', async (_, late) => {
    const facts = [bought('2025-06-01', gbp(400)), bought('2026-02-01', gbp(200)), noon('2026-06-02')];
    const before = await one(...facts);
    expect(before).toMatchObject({ spendThousandths: 200_000, buyingDays: 1 });
    expect(await one(...facts, late)).toEqual(before);
  });

  it('keeps the buying day of a purchase refunded whole, and none of a voided one', async () => {
    expect(await one(bought('2026-02-01'), refunded('2026-02-01', '2026-02-02', gbp(100)))).toMatchObject({
      ...{ tier: 'low', buyingDays: 1, spendThousandths: 0 },
    });
    expect(await one(bought('2026-02-01'), voided('2026-02-01', '2026-02-03'))).toMatchObject({
      ...{ buyingDays: 0, spendThousandths: null, window: [], why: { facts: ['voided 2026-02-01'] } },
    });
  });

  it('keeps a buying day as long as one purchase of it is not voided', async () => {
    const twice = [bought('2026-02-01'), bought('2026-02-01', gbp(30), 'second')];
    const once = [...twice, voided('2026-02-01', '2026-02-03')];
    expect(await one(...once)).toMatchObject({ buyingDays: 1, spendThousandths: 30_000, window: [{ purchases: 1 }] });
    const never = voided('2026-02-01', '2026-02-04', gbp(30), 'second');
    expect(await one(...once, never)).toMatchObject({ buyingDays: 0, window: [] });
  });

  it('is more by lines that came to light, on the day of their purchase', async () => {
    const doc = await one(bought('2026-02-01'), added('2026-02-01', '2026-02-09', gbp(450)));
    expect(doc).toMatchObject({ tier: 'high', buyingDays: 1, window: [{ day: '2026-02-01', net: gbp(550) }] });
  });
});

describe('a customer nobody touches', () => {
  it('falls on the day a purchase leaves the trailing year, without any event', async () => {
    const doc = await one(bought('2026-01-10', gbp(450)), bought('2026-03-10', gbp(60)), noon('2027-03-09'));
    expect(doc.history).toEqual([
      { tier: 'mid', since: at('2026-01-10') },
      { tier: 'high', since: at('2026-03-10') },
      { tier: 'low', since: '2027-01-10T00:00:00.000Z' },
    ]);
    expect(doc).toMatchObject({ spendThousandths: 60_000, why: { facts: ['bought 2026-01-10', 'bought 2026-03-10'] } });
  });

  it('is worth nothing once all has left', async () => {
    const doc = await one(bought('2026-01-10'), noon('2027-01-10'));
    expect(doc).toMatchObject({ tier: 'low', currencies: {}, spendThousandths: null, window: [], rfm: null });
  });
});

describe('a purchase that comes late', () => {
  const known = [bought('2026-02-01'), noon('2026-03-01')];
  it('counts where its day is still in the window', async () =>
    expect(await one(...known, bought('2025-06-01'))).toMatchObject({ spendThousandths: 200_000, buyingDays: 2 }));
  it('does not, where it is a year old', async () =>
    expect(await one(...known, bought('2025-02-01'))).toMatchObject({ spendThousandths: 100_000, buyingDays: 1 }));
  it('leaves at once where its time passed since anything was last said', async () =>
    expect(await one(...known, noon('2026-12-01'), bought('2025-06-01'))).toMatchObject({ spendThousandths: 100_000 }));
});

describe('currencies', () => {
  it.each([
    [money(75_000, 'JPY', 0), 'high', 75_000_000],
    [money(149_999, 'KWD', 3), 'mid', 149_999],
    [money(150_000, 'KWD', 3), 'high', 150_000],
  ])('%j alone makes a customer %s', async (total, tier, spendThousandths) => {
    const doc = (await inCompany({ currency: total.currency })(bought('2026-01-10', total))).get('c-1');
    expect(doc).toMatchObject({ tier, spendThousandths });
  });

  it("are never added: a customer with two is as good as the better one, and sorted by the company's", async () => {
    const doc = await one(bought('2026-01-10', gbp(90)), bought('2026-01-10', money(80_000, 'JPY', 0), 'yen'));
    expect(doc).toMatchObject({ tier: 'high', spendThousandths: 90_000, buyingDays: 1 });
    expect(doc.currencies).toMatchObject({ GBP: { tier: 'low' }, JPY: { tier: 'high', spend: { units: 80_000 } } });
  });

  it('without thresholds are kept, rated low and named', async () => {
    const doc = await one(bought('2026-01-10', money(1_000_000, 'SEK', 2)));
    expect(doc).toMatchObject({ tier: 'low', unrated: ['SEK'], spendThousandths: null });
  });

  it('of the company may change, and with it what customers are sorted by', async () => {
    const next = published(companyPolicy, { currency: 'JPY' }, '2026-03-01T00:00:00Z');
    const facts = [bought('2026-01-10', money(80_000, 'JPY', 0)), next];
    expect(await one(...facts, noon('2026-02-28'))).toMatchObject({ spendThousandths: null });
    expect(await one(...facts, noon('2026-03-01'))).toMatchObject({ spendThousandths: 80_000_000 });
  });
});

describe('a policy published for next month', () => {
  const western = { spend: { high: 80, mid: 20 }, buyingDays: { high: 6, mid: 3 } };
  const next = published(valuePolicy, { currencies: { GBP: western } }, '2026-03-01T00:00:00Z');

  it('holds from its first instant, for customers nobody touches', async () => {
    const facts = [bought('2026-01-10'), next];
    expect(await one(...facts, noon('2026-02-28'))).toMatchObject({ tier: 'mid', why: { policy: { version: 1 } } });
    const doc = await one(...facts, noon('2026-03-15'));
    expect(doc).toMatchObject({ tier: 'high', since: '2026-03-01T00:00:00.000Z', why: { policy: { version: 2 } } });
  });
});

describe('business days', () => {
  it.each([
    ['Europe/London', '2025-07-01T23:30:00.000Z', '2025-07-02', '2026-07-01T23:00:00.000Z'],
    ['America/New_York', '2025-11-02T05:30:00.000Z', '2025-11-02', '2026-11-02T05:00:00.000Z'],
    ['America/New_York', '2025-03-09T04:59:00.000Z', '2025-03-08', '2026-03-08T05:00:00.000Z'],
  ])('are those of %s, across a change of the clocks', async (zone, boughtAt, day, leavesAt) => {
    const doc = await inCompany({ zone, currency: 'GBP' })(bought(boughtAt), clockAt(leavesAt));
    expect(doc.get('c-1')).toMatchObject({ tier: 'low', since: leavesAt, window: [] });
    const before = new Date(Date.parse(leavesAt) - 1).toISOString();
    const held = await inCompany({ zone, currency: 'GBP' })(bought(boughtAt), clockAt(before));
    expect(held.get('c-1')?.window).toMatchObject([{ day }]);
    const less = await inCompany({ zone, currency: 'GBP' })(
      bought(boughtAt),
      refunded(boughtAt, '2025-12-01', gbp(60), gbp(40)),
    );
    expect(less.get('c-1')?.window).toMatchObject([{ day, net: gbp(40) }]);
  });
});

describe('scores', () => {
  const measured = named(
    'measured',
    PopulationMeasured(
      {
        ...{ measuredAt: '2026-03-01T00:00:00.000Z', customers: 5, medianGapDays: 30 },
        ...{ recencyDays: [10, 20, 30, 60], buyingDays: [1, 1, 2, 4] },
        currencies: [
          {
            ...{ currency: 'GBP', customers: 5, spend: [gbp(10), gbp(20), gbp(50), gbp(200)] },
            ...{ aFrom: gbp(200), bFrom: gbp(50) },
          },
        ],
      },
      '2026-03-01T00:00:00.000Z',
    ),
  );

  it('are unknown before anything was measured', async () =>
    expect(await one(bought('2026-02-10'))).toMatchObject({ rfm: null, abc: null }));

  it('reach customers nobody touches when a population is measured, and say by what', async () => {
    const doc = await one(bought('2026-02-10'), noon('2026-03-01'), measured);
    expect(doc).toMatchObject({
      rfm: { r: 4, f: 1, m: 4 },
      abc: 'B',
      why: { facts: ['bought 2026-02-10', 'measured'] },
    });
  });

  it('follow a purchase by the newest measurement', async () => {
    const doc = await one(measured, bought('2026-03-02', gbp(300)), bought('2026-03-09', gbp(1)));
    expect(doc).toMatchObject({ rfm: { r: 5, f: 3, m: 5 }, abc: 'A' });
  });

  it('are lowest in a currency nobody was measured in', async () => {
    const doc = await one(measured, bought('2026-03-02', money(99_000, 'JPY', 0)));
    expect(doc).toMatchObject({ rfm: { m: 1 }, abc: 'C' });
  });

  it('are none once nothing is left in the window', async () =>
    expect(await one(measured, bought('2026-03-02'), noon('2027-03-02'))).toMatchObject({ rfm: null, abc: null }));
});
