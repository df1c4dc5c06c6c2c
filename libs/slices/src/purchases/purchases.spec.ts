import { companyPolicy } from '#kernel/company.policy.js';
import { CurrencyMismatch, MoneyOverflow } from '#kernel/money.js';
import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import {
  LineExhausted,
  PurchaseAlreadyRecorded,
  PurchaseDoesNotAddUp,
  PurchaseIsVoid,
  PurchaseNotFound,
  RefundExceedsPurchase,
  RefundTooLate,
} from './purchases.errors.js';
import { PurchaseLinesAdded, PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from './purchases.events.js';
import { purchasesPolicy } from './purchases.policy.js';
import { purchasesSlice } from './purchases.slice.js';

const given = deciderSpec(purchasesSlice);
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

const record = { type: 'RecordPurchase', purchaseId: 'p-1', at };
const refund = { type: 'RefundPurchase', purchaseId: 'p-1', refundId: 'r-1', at: '2026-03-05T10:00:00.000Z' };
const addLines = { type: 'AddPurchaseLines', purchaseId: 'p-1', at: '2026-03-05T10:00:00.000Z' };
const voidIt = { type: 'VoidPurchase', purchaseId: 'p-1', reason: 'twice', at };

describe('recording a purchase', () => {
  const lines = [
    { sku: 'mug', quantity: 3, unitPrice: gbp(750) },
    { sku: 'plate', quantity: 2, amount: gbp(1001) },
  ];

  it('numbers the lines and adds them up', () =>
    given()
      .when({ ...record, lines })
      .then(bought));
  it('takes a total alone', () =>
    given()
      .when({ ...record, total: gbp(5000) })
      .then(wholesale));
  it('keeps channel and campaign', () =>
    given()
      .when({ ...record, total: gbp(5000), channel: 'web', campaign: 'spring' })
      .then({ type: 'PurchaseRecorded', data: { channel: 'web', campaign: 'spring' } }));
  it('adds up prices in thousandths and pence exactly', () =>
    given()
      .when({
        ...record,
        lines: [
          { sku: 'a', quantity: 3, unitPrice: gbp(1, 3) },
          { sku: 'b', quantity: 1, amount: gbp(10) },
        ],
      })
      .then({ type: 'PurchaseRecorded', data: { total: gbp(103, 3) } }));
  it('takes yen without decimals and dinars with three', () => {
    for (const total of [
      { units: 12_000, scale: 0, currency: 'JPY' },
      { units: 12_345, scale: 3, currency: 'KWD' },
    ]) {
      given()
        .when({ ...record, total })
        .then({ type: 'PurchaseRecorded', data: { total } });
    }
  });
  it('changes nothing the second time', () =>
    given(bought)
      .when({ ...record, lines })
      .thenNothing());
  it('is refused with other content', () => {
    given(bought)
      .when({ ...record, total: gbp(3251) })
      .thenFails(PurchaseAlreadyRecorded);
    given(bought)
      .when({ ...record, lines: lines.toReversed() })
      .thenFails(PurchaseAlreadyRecorded);
    given(wholesale)
      .when({ ...record, total: { ...gbp(5000), currency: 'EUR' } })
      .thenFails(PurchaseAlreadyRecorded);
  });
  it('is refused where it does not add up', () => {
    given().when(record).thenFails(PurchaseDoesNotAddUp);
    given()
      .when({ ...record, lines, total: gbp(3250) })
      .thenFails(PurchaseDoesNotAddUp);
    given()
      .when({ ...record, lines: [{ sku: 'mug', quantity: 1 }] })
      .thenFails(PurchaseDoesNotAddUp);
    const torn = [{ ...mugs, amount: gbp(2249) }];
    given()
      .when({ ...record, lines: torn })
      .thenFails(PurchaseDoesNotAddUp);
    given()
      .when({ ...record, lines: [mugs, mugs] })
      .thenFails(PurchaseDoesNotAddUp);
  });
  it('is refused in two currencies', () =>
    given()
      .when({ ...record, lines: [mugs, { ...plates, amount: { ...gbp(1001), currency: 'EUR' } }] })
      .thenFails(CurrencyMismatch));
  it('is refused where it would not stay exact', () =>
    given()
      .when({ ...record, lines: [{ sku: 'x', quantity: 1_000_000, unitPrice: gbp(1_000_000_000_000) }] })
      .thenFails(MoneyOverflow));
  it('is refused on a channel that the policy does not list', () => {
    const listed = deciderSpec([purchasesSlice], { policies: [published(purchasesPolicy, { channels: ['shop'] })] });
    listed()
      .when({ ...record, total: gbp(1), channel: 'web' })
      .thenFails(PurchaseDoesNotAddUp);
    listed()
      .when({ ...record, total: gbp(1), channel: 'shop' })
      .then({ type: 'PurchaseRecorded' });
  });
});

describe('adding lines to a purchase', () => {
  const bowl = { sku: 'bowl', quantity: 1, amount: gbp(400) };

  it('says what it costs then, and when it was bought', () =>
    given(bought)
      .when({ ...addLines, lines: [bowl] })
      .then(
        PurchaseLinesAdded({
          ...{ purchaseId: 'p-1', purchasedAt: at, lines: [{ lineId: '3', ...bowl }] },
          ...{ added: gbp(400), net: gbp(3651) },
        }),
      ));
  it('adds to what is left after a refund', () =>
    given(wholesale, refunded)
      .when({ ...addLines, lines: [bowl] })
      .then({ type: 'PurchaseLinesAdded', data: { net: gbp(4400) } }));
  it('leaves out lines that are known', () => {
    given(bought)
      .when({ ...addLines, lines: [mugs] })
      .thenNothing();
    given(bought)
      .when({ ...addLines, lines: [mugs, { lineId: '9', ...bowl }] })
      .then({ type: 'PurchaseLinesAdded', data: { lines: [{ lineId: '9' }], added: gbp(400) } });
  });
  it('is refused for a purchase that is unknown or void, and in another currency', () => {
    given()
      .when({ ...addLines, lines: [bowl] })
      .thenFails(PurchaseNotFound);
    given(wholesale, voided)
      .when({ ...addLines, lines: [bowl] })
      .thenFails(PurchaseIsVoid);
    const euros = [{ ...bowl, amount: { ...gbp(400), currency: 'EUR' } }];
    given(bought)
      .when({ ...addLines, lines: euros })
      .thenFails(CurrencyMismatch);
  });
});

describe('refunding a purchase', () => {
  it('gives back an amount, and says when it was bought', () =>
    given(wholesale)
      .when({ ...refund, amount: gbp(1000) })
      .then(refunded));
  it('gives back all that is left', () =>
    given(wholesale, refunded)
      .when({ ...refund, refundId: 'r-2' })
      .then({ type: 'PurchaseRefunded', data: { amount: gbp(4000), net: gbp(0) } }));
  it('gives back pieces of a line at their price', () =>
    given(bought)
      .when({ ...refund, lines: [{ lineId: '1', quantity: 2 }] })
      .then({
        type: 'PurchaseRefunded',
        data: { lines: [{ lineId: '1', quantity: 2, amount: gbp(1500) }], amount: gbp(1500), net: gbp(1751) },
      }));
  it('loses no penny where a line does not divide', () =>
    given(bought)
      .after({ ...refund, lines: [{ lineId: '2', quantity: 1 }] })
      .when({ ...refund, refundId: 'r-2', lines: [{ lineId: '2', quantity: 1 }] })
      .then({ type: 'PurchaseRefunded', data: { amount: gbp(501), net: gbp(2250) } }));
  it('changes nothing the second time', () =>
    given(wholesale, refunded)
      .when({ ...refund, amount: gbp(1000) })
      .thenNothing());
  it('is refused for more than is left', () => {
    given(wholesale, refunded)
      .when({ ...refund, refundId: 'r-2', amount: gbp(4001) })
      .thenFails(RefundExceedsPurchase);
    given(bought)
      .when({ ...refund, lines: [{ lineId: '1', quantity: 4 }] })
      .thenFails(LineExhausted);
    given(bought)
      .after({ ...refund, lines: [{ lineId: '1', quantity: 2 }] })
      .when({ ...refund, refundId: 'r-2', lines: [{ lineId: '1', quantity: 2 }] })
      .thenFails(LineExhausted);
  });
  it('is refused where lines and amount do not fit', () => {
    const one = [{ lineId: '1', quantity: 1 }];
    given(bought)
      .when({ ...refund, lines: one, amount: gbp(1) })
      .thenFails(PurchaseDoesNotAddUp);
    given(bought)
      .when({ ...refund, lines: [...one, ...one] })
      .thenFails(PurchaseDoesNotAddUp);
    given(bought)
      .when({ ...refund, lines: [{ lineId: '7', quantity: 1 }] })
      .thenFails(PurchaseDoesNotAddUp);
    const euros = { ...gbp(1), currency: 'EUR' };
    given(bought)
      .when({ ...refund, amount: euros })
      .thenFails(CurrencyMismatch);
  });
  it('is refused for a purchase that is unknown, void, or too long ago', () => {
    given().when(refund).thenFails(PurchaseNotFound);
    given(wholesale, voided).when(refund).thenFails(PurchaseIsVoid);
    given(wholesale)
      .when({ ...refund, at: '2036-03-03T10:00:00.000Z' })
      .thenFails(RefundTooLate);
  });
  it('counts the days in the company’s zone', () => {
    const policies = [
      published(companyPolicy, { zone: 'Asia/Tokyo' }),
      published(purchasesPolicy, { refundWithinDays: 1 }),
    ];
    const tokyo = deciderSpec([purchasesSlice], { policies });
    const late = PurchaseRecorded({ purchaseId: 'p-1', total: gbp(1), lines: [] }, '2026-03-02T14:59:00.000Z');
    tokyo(late)
      .when({ ...refund, at: '2026-03-03T14:59:00.000Z' })
      .then({ type: 'PurchaseRefunded' });
    tokyo(late)
      .when({ ...refund, at: '2026-03-03T15:00:00.000Z' })
      .thenFails(RefundTooLate);
  });
});

describe('voiding a purchase', () => {
  it('says what it had cost and when', () => given(wholesale).when(voidIt).then(voided));
  it('changes nothing the second time', () => given(wholesale, voided).when(voidIt).thenNothing());
  it('is refused for a purchase that is unknown', () => given().when(voidIt).thenFails(PurchaseNotFound));
});
