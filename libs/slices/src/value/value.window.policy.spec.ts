import fc from 'fast-check';
import { plus, zero } from '#kernel/money.js';
import { plusDays } from '#kernel/time.js';
import {
  buyingDaysIn,
  daysOf,
  NAMED_A_DAY,
  withChange,
  within,
  withoutPurchase,
  withPurchase,
  type Window,
} from './value.window.policy.js';

const gbp = (units: number, scale = 2) => ({ units, scale, currency: 'GBP' });
const bought = (window: Window, day: string, id: string, units = 1_000): Window =>
  withPurchase(window, day, id, gbp(units), `fact ${id}`);
const netOf = (window: Window) => window.reduce((sum, { net }) => plus(sum, net), zero('GBP', 0));

describe('the trailing window', () => {
  it('holds one entry a day and currency, in order', () => {
    let window = bought(bought([], '2026-03-02', 'b'), '2026-03-01', 'a');
    window = bought(window, '2026-03-02', 'c', 500);
    window = withPurchase(window, '2026-03-02', 'y', { units: 900, scale: 0, currency: 'JPY' }, 'fact y');
    expect(window).toMatchObject([
      { day: '2026-03-01', net: gbp(1_000), purchases: ['a'] },
      { day: '2026-03-02', net: gbp(1_500), purchases: ['b', 'c'] },
      { day: '2026-03-02', net: { units: 900, scale: 0, currency: 'JPY' }, purchases: ['y'] },
    ]);
    expect(daysOf(window)).toEqual(['2026-03-01', '2026-03-02']);
    expect(buyingDaysIn(window)).toBe(2);
  });

  it('takes a refund from the day of its purchase, at the finer scale', () => {
    const window = withChange(bought(bought([], '2026-03-01', 'a'), '2026-03-02', 'b'), 'a', gbp(-1_005, 3), 'refund');
    expect(window).toMatchObject([{ net: gbp(8_995, 3), fact: 'refund' }, { net: gbp(1_000) }]);
  });

  it('knows nothing of a purchase that left it, or was never in it', () => {
    const window = bought([], '2026-03-01', 'a');
    expect(withChange(window, 'x', gbp(-1), 'refund')).toBe(window);
    expect(withChange(window, 'a', { ...gbp(-1), currency: 'EUR' }, 'refund')).toBe(window);
    expect(withoutPurchase(window, 'x', gbp(1), 'void')).toBe(window);
  });

  it('loses a day with its last purchase, when that is voided', () => {
    const window = bought(bought([], '2026-03-01', 'a'), '2026-03-01', 'b', 300);
    const one = withoutPurchase(window, 'a', gbp(1_000), 'void');
    expect(one).toMatchObject([{ purchases: ['b'], net: gbp(300) }]);
    expect(withoutPurchase(one, 'b', gbp(300), 'void')).toEqual([]);
  });

  it('ends so many days back, today among them', () => {
    const window = bought(bought(bought([], '2025-03-01', 'a'), '2025-03-02', 'b'), '2026-03-01', 'c');
    expect(within(window, '2026-03-01', 365).map(({ day }) => day)).toEqual(['2025-03-02', '2026-03-01']);
    expect(within(window, '2027-03-01', 365)).toEqual([]);
    expect(within(window, '2025-03-01', 365)).toBe(window);
  });

  it('stays bounded on a day with very many purchases, and its sum right', () => {
    const ids = Array.from({ length: NAMED_A_DAY + 5 }, (_, number) => `p-${number}`);
    const full = ids.reduce((window, id) => bought(window, '2026-03-01', id), [] as Window);
    expect(full).toMatchObject([{ more: 5, net: gbp(25_000) }]);
    expect(full[0]?.purchases).toHaveLength(NAMED_A_DAY);
    expect(withChange(full, 'p-22', gbp(-400), 'refund')).toMatchObject([{ net: gbp(24_600) }]);
    const empty = ids.reduce((window, id) => withoutPurchase(window, id, gbp(1_000), 'void'), full);
    expect(empty).toEqual([]);
  });

  it('adds up to what was bought less what was refunded, in whatever order it came', () => {
    const purchase = fc.record({
      day: fc.nat({ max: 300 }),
      units: fc.nat({ max: 100_000 }),
      back: fc.nat({ max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(purchase, { maxLength: 40 }), (purchases) => {
        let window: Window = [];
        let sum = 0;
        for (const [index, { day, units, back }] of purchases.entries()) {
          const refund = Math.floor((units * back) / 100);
          window = bought(window, plusDays('2026-01-01', day), `p-${index}`, units);
          window = withChange(window, `p-${index}`, gbp(0 - refund), 'refund');
          sum += units - refund;
        }
        expect(netOf(window).units).toBe(purchases.length === 0 ? 0 : sum);
        expect(window.map(({ day }) => day)).toEqual(window.map(({ day }) => day).sort());
      }),
    );
  });
});
