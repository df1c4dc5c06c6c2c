import { bestOf, tierFor, valuePolicy, worthOf } from './value.policy.js';

const policy = valuePolicy.defaults;
const money = (units: number, scale: number, currency: string) => ({ units, scale, currency });

describe('what spend is worth', () => {
  it.each([
    [money(500_00, 2, 'GBP'), 'high'],
    [money(499_99, 2, 'GBP'), 'mid'],
    [money(499_999, 3, 'GBP'), 'mid'],
    [money(99_99, 2, 'USD'), 'low'],
    [money(75_000, 0, 'JPY'), 'high'],
    [money(15_000, 0, 'JPY'), 'mid'],
    [money(149_999, 3, 'KWD'), 'mid'],
    [money(150_000, 3, 'KWD'), 'high'],
    [money(1_000_000_000_000, 0, 'JPY'), 'high'],
    [money(-5, 2, 'GBP'), 'low'],
    [money(1_000_000, 0, 'SEK'), 'low'],
  ])('%j is %s', (spend, level) => expect(worthOf(spend, 1, policy)).toMatchObject({ spendLevel: level }));

  it.each([
    [6, 'high'],
    [5, 'mid'],
    [3, 'mid'],
    [2, 'low'],
  ])('%s buying days are %s', (days, level) =>
    expect(worthOf(money(1, 0, 'USD'), days, policy)).toMatchObject({ buyingDaysLevel: level }),
  );
});

describe('the tier', () => {
  it.each([
    ['high', 'high', 'VIP'],
    ['high', 'mid', 'high'],
    ['high', 'low', 'high'],
    ['mid', 'high', 'mid'],
    ['mid', 'low', 'mid'],
    ['low', 'high', 'mid'],
    ['low', 'mid', 'low'],
    ['low', 'low', 'low'],
  ] as const)('of %s spend on %s buying days is %s', (spend, days, tier) => expect(tierFor(spend, days)).toBe(tier));

  it('is the best over currencies', () => {
    expect(bestOf(['low', 'VIP', 'mid'])).toBe('VIP');
    expect(bestOf([])).toBe('low');
  });
});

describe('publishing other rules', () => {
  it('reads them back', () => expect(valuePolicy.parse({ ...policy })).toEqual(policy));
  it.each([
    { windowDays: 0 },
    { windowDays: 400 },
    { abc: { aPercent: 90, bPercent: 80 } },
    { currencies: { GBP: { spend: { high: 1, mid: 2 }, buyingDays: { high: 2, mid: 1 } } } },
  ])('refuses %j', (wrong) => expect(() => valuePolicy.parse({ ...policy, ...wrong })).toThrow());
});
