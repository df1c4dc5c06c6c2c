import { deciderSpec } from '#testing/given.js';
import { RefundExceedsPurchase } from './purchases.errors.js';
import { purchasesSlice } from './purchases.slice.js';

const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });
const at = '2026-03-02T10:00:00.000Z';
const purchase = (units: number) => ({
  type: 'RecordPurchase',
  customerId: 'c-1',
  at,
  purchaseId: 'p-1',
  total: gbp(units),
});
const refund = (refundId: string) => ({ type: 'RefundPurchase', customerId: 'c-1', at, purchaseId: 'p-1', refundId });

describe('refunding all that is left', () => {
  const given = deciderSpec(purchasesSlice);
  it('is refused when nothing is left', () =>
    given().after(purchase(500), refund('r-1')).when(refund('r-2')).thenFails(RefundExceedsPurchase));
  it('gives a purchase for nothing back for nothing', () =>
    given()
      .after(purchase(0))
      .when(refund('r-1'))
      .then({ type: 'PurchaseRefunded', data: { amount: gbp(0) } }));
});
