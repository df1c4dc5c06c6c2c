import fc from 'fast-check';
import {
  compare,
  CurrencyMismatch,
  decimal,
  minus,
  moneyFrom,
  MoneyOverflow,
  negated,
  plus,
  times,
  unitsAt,
  wholeUnits,
  zero,
} from './money.js';

const gbp = (units: number, scale = 2) => ({ units, scale, currency: 'GBP' });
const amount = fc.record({
  units: fc.integer({ min: -1e9, max: 1e9 }),
  scale: fc.integer({ min: 0, max: 6 }),
  currency: fc.constant('GBP'),
});

describe('money', () => {
  it('adds up exactly at the finer scale', () => {
    expect(plus(gbp(10), gbp(1, 3))).toEqual(gbp(101, 3));
    expect(minus(gbp(10), gbp(10))).toEqual(gbp(0));
    expect(plus({ units: 5, scale: 0, currency: 'JPY' }, zero('JPY', 0))).toEqual({
      units: 5,
      scale: 0,
      currency: 'JPY',
    });
    expect(times({ units: 1_234, scale: 3, currency: 'KWD' }, 3)).toEqual({ units: 3_702, scale: 3, currency: 'KWD' });
  });
  it('is the same however it is added', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(plus(a, b)).toEqual(plus(b, a));
        expect(compare(minus(plus(a, b), b), a)).toBe(0);
        expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)) || 0);
      }),
    );
  });
  it('never mixes currencies', () => {
    expect(() => plus(gbp(1), { ...gbp(1), currency: 'EUR' })).toThrow(CurrencyMismatch);
    expect(() => compare(gbp(1), { ...gbp(1), currency: 'EUR' })).toThrow(CurrencyMismatch);
  });
  it('overflows rather than round', () => {
    expect(() => plus(gbp(Number.MAX_SAFE_INTEGER), gbp(1))).toThrow(MoneyOverflow);
    expect(() => times(gbp(Number.MAX_SAFE_INTEGER), 2)).toThrow(MoneyOverflow);
    expect(() => unitsAt(gbp(Number.MAX_SAFE_INTEGER), 3)).toThrow(MoneyOverflow);
    expect(() => unitsAt(gbp(1), 1)).toThrow(MoneyOverflow);
  });
  it('has no negative nought', () => {
    expect(Object.is(negated(gbp(0)).units, 0)).toBe(true);
  });
  it('counts whole units rounded down', () => {
    expect([wholeUnits(gbp(1_999)), wholeUnits(gbp(-1)), wholeUnits(gbp(7, 0))]).toEqual([19, -1, 7]);
  });
  it('is written and read as a decimal', () => {
    expect([decimal(gbp(5)), decimal(gbp(-1_999)), decimal(gbp(7, 0)), decimal(gbp(1, 6))]).toEqual([
      '0.05',
      '-19.99',
      '7',
      '0.000001',
    ]);
    expect(moneyFrom('2500315.63', 'USD')).toEqual({ units: 250_031_563, scale: 2, currency: 'USD' });
    expect(moneyFrom(' -0.5 ', 'GBP', 2)).toEqual(gbp(-50));
    expect(['', '1,5', '1.1234567', 'x', '--1', '999999999999.999999'].map((text) => moneyFrom(text, 'GBP'))).toEqual(
      Array(6).fill(undefined),
    );
    fc.assert(fc.property(amount, (a) => expect(moneyFrom(decimal(a), 'GBP', a.scale)).toEqual(a)));
  });
});
