import fc from 'fast-check';
import { plus, zero } from '#kernel/money.js';
import { plusDays } from '#kernel/time.js';
import {
  buyingDaysIn,
  daysOf,
  withChange,
  within,
  withoutPurchase,
  withPurchase,
  type Window,
} from './value.window.policy.js';

const gbp = (units: number, scale = 2) => ({ units, scale, currency: 'GBP' });
const yen = { units: 900, scale: 0, currency: 'JPY' };
const bought = (window: Window, day: string, units = 1_000): Window =>
  withPurchase(window, day, gbp(units), `bought for ${units}`);
const netOf = (window: Window) => window.reduce((sum, { net }) => plus(sum, net), zero('GBP', 0));

describe('the trailing window', () => {
  it('holds one entry a day and currency, in order', () => {
    let window = bought(bought([], '2026-03-02'), '2026-03-01');
    window = bought(window, '2026-03-02', 500);
    window = withPurchase(window, '2026-03-02', yen, 'in yen');
    expect(window).toEqual([
      { day: '2026-03-01', currency: 'GBP', net: gbp(1_000), purchases: 1, fact: 'bought for 1000' },
      { day: '2026-03-02', currency: 'GBP', net: gbp(1_500), purchases: 2, fact: 'bought for 500' },
      { day: '2026-03-02', currency: 'JPY', net: yen, purchases: 1, fact: 'in yen' },
    ]);
    expect(daysOf(window)).toEqual(['2026-03-01', '2026-03-02']);
    expect(buyingDaysIn(window)).toBe(2);
  });

  it('takes a refund from the day of its purchase, at the finer scale', () => {
    const window = withChange(bought(bought([], '2026-03-01'), '2026-03-02'), '2026-03-01', gbp(-1_005, 3), 'refund');
    expect(window).toMatchObject([{ net: gbp(8_995, 3), purchases: 1, fact: 'refund' }, { net: gbp(1_000) }]);
  });

  it('takes it in the currency of its purchase', () => {
    const window = withPurchase(bought([], '2026-03-01'), '2026-03-01', yen, 'in yen');
    const less = { ...yen, units: -200 };
    expect(withChange(window, '2026-03-01', less, 'refund')).toMatchObject([
      { net: gbp(1_000) },
      { net: { units: 700 } },
    ]);
    expect(withoutPurchase(window, '2026-03-01', yen, 'void')).toEqual(bought([], '2026-03-01'));
  });

  it('knows nothing of a day that left it, or was never in it', () => {
    const window = bought([], '2026-03-01');
    expect(withChange(window, '2026-02-28', gbp(-1), 'refund')).toBe(window);
    expect(withChange(window, '2026-03-01', { ...gbp(-1), currency: 'EUR' }, 'refund')).toBe(window);
    expect(withoutPurchase(window, '2026-02-28', gbp(1), 'void')).toBe(window);
  });

  it('loses a day with its last purchase, when that is voided', () => {
    const window = bought(bought([], '2026-03-01'), '2026-03-01', 300);
    const one = withoutPurchase(window, '2026-03-01', gbp(1_000), 'void');
    expect(one).toMatchObject([{ purchases: 1, net: gbp(300), fact: 'void' }]);
    expect(withoutPurchase(one, '2026-03-01', gbp(300), 'void')).toEqual([]);
  });

  it('ends so many days back, today among them', () => {
    const window = bought(bought(bought([], '2025-03-01'), '2025-03-02'), '2026-03-01');
    expect(within(window, '2026-03-01', 365).map(({ day }) => day)).toEqual(['2025-03-02', '2026-03-01']);
    expect(within(window, '2027-03-01', 365)).toEqual([]);
    expect(within(window, '2025-03-01', 365)).toBe(window);
  });

  it('adds up to what was bought less what was refunded or voided, in whatever order it came', () => {
    const purchase = fc.record({
      ...{ day: fc.nat({ max: 30 }), units: fc.nat({ max: 100_000 }), back: fc.nat({ max: 100 }) },
      isVoid: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(purchase, { maxLength: 40 }), (purchases) => {
        let window: Window = [];
        let sum = 0;
        const dayAt = (day: number) => plusDays('2026-01-01', day);
        for (const { day, units } of purchases) window = bought(window, dayAt(day), units);
        for (const { day, units, back, isVoid } of purchases) {
          const refund = Math.floor((units * back) / 100);
          window = withChange(window, dayAt(day), gbp(0 - refund), 'refund');
          if (isVoid) window = withoutPurchase(window, dayAt(day), gbp(units - refund), 'void');
          else sum += units - refund;
        }
        expect(netOf(window).units).toBe(window.length === 0 ? 0 : sum);
        const days = purchases.filter(({ isVoid }) => !isVoid).map(({ day }) => dayAt(day));
        expect(window.map(({ day }) => day)).toEqual([...new Set(days)].sort());
      }),
    );
  });
});
