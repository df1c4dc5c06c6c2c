import fc from 'fast-check';
import { plusDays } from '#kernel/time.js';
import {
  atRiskAfterDays,
  churnedAfterDays,
  lifecyclePolicy,
  nextChangeOn,
  stageOf,
  type Standing,
} from './lifecycle.policy.js';

const policy = lifecyclePolicy.defaults;
const bought = (...newest: readonly string[]): Standing => ({
  ...{ contactedAt: null, detractor: false, buyingDays: newest.length, newest, rhythmDays: 20, wonBackOn: null },
});
const loyal = bought('2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01');

describe('the stage', () => {
  it.each([
    ['potential', bought(), '2026-03-01'],
    ['contacted', { ...bought(), contactedAt: '2026-02-01T00:00:00.000Z' }, '2026-03-01'],
    ['first purchase', bought('2026-01-01'), '2026-03-02'],
    ['active', bought('2026-01-01', '2026-02-01'), '2026-02-01'],
    ['active', bought('2026-01-01', '2026-02-01'), '2026-04-02'],
    ['at risk', bought('2026-01-01', '2026-02-01'), '2026-04-03'],
    ['at risk', bought('2026-01-01', '2026-02-01'), '2026-07-31'],
    ['churned', bought('2026-01-01', '2026-02-01'), '2026-08-01'],
    ['loyal', loyal, '2026-05-31'],
    ['active', { ...loyal, detractor: true }, '2026-05-31'],
    ['at risk', loyal, '2026-06-01'],
    ['won back', { ...bought('2025-01-01', '2026-04-01'), wonBackOn: '2026-04-01' }, '2026-06-29'],
    ['at risk', { ...bought('2025-01-01', '2026-04-01'), wonBackOn: '2026-04-01' }, '2026-06-30'],
  ] as const)('is %s', (stage, standing, today) => expect(stageOf(standing, today, policy)).toBe(stage));

  it('is loyal no more on the day the fourth newest buying day leaves the trailing year', () => {
    const slow = { ...bought('2025-01-01', '2025-10-01', '2025-11-01', '2025-12-01'), rhythmDays: 30 };
    expect(stageOf(slow, '2025-12-31', policy)).toBe('loyal');
    expect(nextChangeOn(slow, '2025-12-31', policy)).toBe('2026-01-01');
    expect(stageOf(slow, '2026-01-01', policy)).toBe('active');
  });
});

describe('patience with a customer', () => {
  it.each([
    [20, 60, 180],
    [30.5, 61, 180],
    [50, 100, 200],
    [200, 400, 730],
  ])('with a rhythm of %s days ends at risk after %s and churned after %s', (rhythm, risk, churn) => {
    expect(atRiskAfterDays(rhythm, policy)).toBe(risk);
    expect(churnedAfterDays(rhythm, policy)).toBe(churn);
  });
});

describe('the next change', () => {
  it('is the first day on which the stage is another one', () => {
    const standings = fc
      .tuple(
        fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 250 }),
        fc.boolean(),
      )
      .map(([numbers, rhythmDays, back]) => {
        const newest = [...new Set(numbers)].sort((a, b) => a - b).map((number) => plusDays('2025-01-01', number));
        return { ...bought(...newest), rhythmDays, wonBackOn: back ? (newest.at(-1) ?? null) : null };
      });
    fc.assert(
      fc.property(standings, fc.nat({ max: 1_000 }), (standing, after) => {
        const today = plusDays(standing.newest.at(-1) ?? '2025-01-01', after);
        const next = nextChangeOn(standing, today, policy);
        const now = stageOf(standing, today, policy);
        for (let day = plusDays(today, 1); day < (next ?? plusDays(today, 800)); day = plusDays(day, 1)) {
          expect(stageOf(standing, day, policy)).toBe(now);
        }
        if (next !== null) expect(stageOf(standing, next, policy)).not.toBe(now);
      }),
      { numRuns: 25 },
    );
  });
});

describe('publishing other rules', () => {
  const rules = { ...policy };
  it('reads them back', () => expect(lifecyclePolicy.parse({ ...rules })).toEqual(rules));
  it.each([
    ['loyalBuyingDays', 0],
    ['loyalBuyingDays', 101],
    ['churnedMostDays', 100],
    ['wonBackDays', -1],
    ['atRiskRhythms', 1.5],
  ])('refuses %s = %s', (name, value) => expect(() => lifecyclePolicy.parse({ ...rules, [name]: value })).toThrow());
});
