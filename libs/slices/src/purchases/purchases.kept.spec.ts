import fc from 'fast-check';
import { zero, type Money } from '#kernel/money.js';
import { Sorted } from '#kernel/sorted.js';
import { throughSnapshot } from '#testing/through-snapshot.js';
import { purchases } from './purchases.decider.js';
import type { LineState, PurchaseState } from './purchases.state.js';

const money = fc
  .record({
    units: fc.integer({ min: -9_000, max: 9_000 }),
    scale: fc.constantFrom(0, 2),
    currency: fc.constantFrom('GBP', 'EUR'),
  })
  .map(({ units, scale, currency }): Money => (units === 0 ? zero(currency, scale) : { units, scale, currency }));
const line = fc
  .record({
    ...{ lineId: fc.string(), sku: fc.string(), quantity: fc.nat(), amount: money },
    ...{ unitPrice: fc.option(money, { nil: undefined }), refundedQuantity: fc.nat({ max: 2 }) },
    refunded: fc.option(money, { nil: undefined }),
  })
  .map(({ unitPrice, refunded, ...rest }): LineState => {
    const refundedAmount = refunded ?? zero(rest.amount.currency, rest.amount.scale);
    return unitPrice === undefined ? { ...rest, refundedAmount } : { ...rest, unitPrice, refundedAmount };
  });
const purchase = fc
  .record({
    ...{
      purchasedAt: fc.constant('2026-03-01T09:00:00.000Z'),
      total: money,
      net: fc.option(money, { nil: undefined }),
    },
    ...{ lines: fc.array(line), refunds: fc.array(fc.string()), void: fc.boolean() },
  })
  .map(({ net, ...rest }): PurchaseState => ({ ...rest, net: net ?? rest.total }));

describe('purchases in a snapshot', () => {
  it('come out as they went in, whatever their currencies and however much was refunded', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), purchase), { selector: ([id]) => id }), (known) => {
        const again = throughSnapshot(purchases, { byId: Sorted.from(known) });
        expect([...again.byId.entries()].map(([id, one]) => [id, { ...one }])).toEqual(
          [...Sorted.from(known).entries()].map(([id, one]) => [id, { ...one }]),
        );
      }),
    );
  });
});
