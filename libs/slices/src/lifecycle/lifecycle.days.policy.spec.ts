import fc from 'fast-check';
import { daysBetween, plusDays } from '#kernel/time.js';
import {
  DAYS_KEPT,
  medianGap,
  noDays,
  withoutPurchase,
  withPurchase,
  type BuyingDays,
} from './lifecycle.days.policy.js';

const dayAt = (number: number): string => plusDays('2026-01-01', number);
const of = (...numbers: readonly number[]): BuyingDays =>
  numbers.reduce((days, number) => withPurchase(days, dayAt(number), `fact-${number}`), noDays);
const stripped = (days: BuyingDays) => ({ ...days, days: days.days.map(({ day, purchases }) => ({ day, purchases })) });

/** The same by the definition: sort, take differences, take the middle. */
function plain(numbers: readonly number[]) {
  const days = [...new Set(numbers)].sort((left, right) => left - right).map(dayAt);
  const gaps = days.slice(1).map((day, index) => daysBetween(days[index] ?? day, day));
  gaps.sort((left, right) => left - right);
  const at = (index: number) => gaps[index] ?? 0;
  const median = gaps.length === 0 ? undefined : (at((gaps.length - 1) >> 1) + at(gaps.length >> 1)) / 2;
  return { buyingDays: days.length, firstDay: days[0] ?? null, lastDay: days.at(-1) ?? null, median };
}
const summary = (days: BuyingDays) => {
  const { buyingDays, firstDay, lastDay } = days;
  return { buyingDays, firstDay, lastDay, median: medianGap(days) };
};

const numbers = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 60 });

describe('buying days', () => {
  it('agree with the definition, whatever order the purchases come to light in', () =>
    fc.assert(fc.property(numbers, (bought) => expect(summary(of(...bought))).toEqual(plain(bought)))));

  it('are as if a voided purchase had never happened', () =>
    fc.assert(
      fc.property(numbers, numbers, fc.nat(), (bought, voided, seed) => {
        const all = [...bought, ...voided].sort((left, right) => ((left * seed) % 7) - ((right * seed) % 7));
        const rest = voided.reduce((days, number) => withoutPurchase(days, dayAt(number), 'void'), of(...all));
        expect(stripped(rest)).toEqual(stripped(of(...bought)));
      }),
    ));

  it('keep a day while one purchase of it stands', () => {
    const twice = of(3, 3);
    expect(withoutPurchase(twice, dayAt(3), 'void')).toMatchObject({ buyingDays: 1, days: [{ purchases: 1 }] });
    expect(withoutPurchase(twice, dayAt(4), 'void')).toBe(twice);
  });

  it('keep the gaps of days that are too many to keep', () => {
    const many = of(...Array.from({ length: 500 }, (_, number) => number * 2));
    expect(many.days).toHaveLength(DAYS_KEPT);
    expect(many).toMatchObject({ buyingDays: 500, firstDay: dayAt(0), lastDay: dayAt(998), gaps: [2, 499] });
    const older = withPurchase(many, dayAt(-10), 'late');
    expect(older).toEqual({ ...many, firstDay: dayAt(-10) });
  });
});
