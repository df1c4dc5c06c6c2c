import { readFileSync } from 'node:fs';
import { companyPolicy } from '#kernel/company.policy.js';
import { clockAt, named, published } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { PurchaseLinesAdded, PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from './purchases.events.js';
import { purchaseHistory, salesByMonth } from './purchases.projection.js';
import { purchasesSlice } from './purchases.slice.js';

const gbp = (units: number, scale = 2) => ({ units, scale, currency: 'GBP' });
const at = '2026-03-02T10:00:00.000Z';

const mugs = { lineId: '1', sku: 'mug', quantity: 3, unitPrice: gbp(750), amount: gbp(2250) };
const plates = { lineId: '2', sku: 'plate', quantity: 2, amount: gbp(1001) };
const bought = PurchaseRecorded({ purchaseId: 'p-1', total: gbp(3251), lines: [mugs, plates] }, at);
const wholesale = PurchaseRecorded({ purchaseId: 'p-1', total: gbp(5000), lines: [] }, at);
const refunded = PurchaseRefunded(
  { purchaseId: 'p-1', purchasedAt: at, refundId: 'r-1', lines: [], amount: gbp(1000), net: gbp(4000) },
  '2026-03-05T10:00:00.000Z',
);
const voided = PurchaseVoided({ purchaseId: 'p-1', purchasedAt: at, net: gbp(5000), reason: 'twice' }, at);

describe('purchase history', () => {
  const fold = projectionSpec(purchaseHistory, { slices: [purchasesSlice] });
  const added = PurchaseLinesAdded(
    { purchaseId: 'p-1', purchasedAt: at, lines: [plates], added: gbp(1001), net: gbp(1001) },
    at,
  );
  const allBack = PurchaseRefunded(
    { purchaseId: 'p-1', purchasedAt: at, refundId: 'r-9', lines: [], amount: gbp(5000), net: gbp(0) },
    at,
  );

  it('says what was bought, on which day, and why', async () => {
    const documents = await fold(named('buy', bought));
    expect(documents.get('c-1/p-1')).toEqual({
      ...{ customerId: 'c-1', purchaseId: 'p-1', purchasedAt: at, day: '2026-03-02', status: 'bought' },
      ...{ total: gbp(3251), net: gbp(3251), lines: [mugs, plates], channel: null, campaign: null },
      why: { facts: ['buy'], policy: { name: 'purchases', version: 1 } },
    });
  });
  it('takes the day in the company’s zone', async () => {
    const late = PurchaseRecorded({ purchaseId: 'p-1', total: gbp(1), lines: [] }, '2026-03-02T23:30:00.000Z');
    const documents = await fold(published(companyPolicy, { zone: 'Europe/Paris' }), late);
    expect(documents.get('c-1/p-1')?.day).toBe('2026-03-03');
  });
  it('follows refunds', async () => {
    expect((await fold(wholesale, refunded)).get('c-1/p-1')).toMatchObject({
      ...{ status: 'refunded in part', total: gbp(5000), net: gbp(4000) },
    });
    expect((await fold(wholesale, allBack)).get('c-1/p-1')).toMatchObject({ status: 'refunded', net: gbp(0) });
  });
  it('is refunded in part again when lines come after a whole refund', async () => {
    expect((await fold(wholesale, allBack, added)).get('c-1/p-1')).toMatchObject({
      ...{ status: 'refunded in part', total: gbp(6001), net: gbp(1001) },
    });
  });
  it('keeps what was void in sight', async () => {
    expect((await fold(wholesale, voided)).get('c-1/p-1')).toMatchObject({ status: 'void' });
  });
});

describe('sales by month', () => {
  const fold = projectionSpec(salesByMonth, { slices: [purchasesSlice] });

  it('sums each currency for itself', async () => {
    const yen = { units: 900, scale: 0, currency: 'JPY' };
    const documents = await fold(
      wholesale,
      PurchaseRecorded({ purchaseId: 'p-2', total: yen, lines: [] }, at),
      PurchaseRecorded({ purchaseId: 'p-3', total: gbp(1, 3), lines: [] }, at),
    );
    expect(documents.get('2026-03/GBP')).toMatchObject({ purchases: 2, gross: gbp(50_001, 3), net: gbp(50_001, 3) });
    expect(documents.get('2026-03/JPY')).toMatchObject({ purchases: 1, gross: yen });
  });
  it('counts a refund in its own month, and a void in the purchase’s', async () => {
    const april = { ...refunded, occurredAt: '2026-04-05T10:00:00.000Z' };
    const later = { ...voided, data: { ...voided.data, net: gbp(4000) }, occurredAt: '2026-05-01T00:00:00.000Z' };
    const documents = await fold(wholesale, april, clockAt('2026-05-01T00:00Z'), later);
    expect(documents.get('2026-03/GBP')).toMatchObject({ purchases: 0, gross: gbp(1000), net: gbp(1000) });
    expect(documents.get('2026-04/GBP')).toMatchObject({ refunds: 1, refunded: gbp(1000), net: gbp(-1000) });
    expect(documents.has('2026-05/GBP')).toBe(false);
  });
});

describe('stored bodies of purchases', () => {
  interface Golden {
    readonly type: string;
    readonly version: number;
    readonly stored: Record<string, unknown>;
    readonly read: unknown;
  }
  const golden = JSON.parse(readFileSync(new URL('purchases.golden.json', import.meta.url), 'utf8')) as Golden[];

  it.each(golden.map((body) => [`${body.type} ${body.version}`, body] as const))('%s is read', (_, body) => {
    const definition = purchasesSlice.events.find(({ type }) => type === body.type);
    expect(definition?.read(body.version, body.stored)).toEqual(body.read);
  });
  it('are there for every version', () => {
    const versions = purchasesSlice.events.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`).sort()).toEqual(versions.sort());
  });
});
