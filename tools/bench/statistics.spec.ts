import { median, percentile, rankTrend } from './statistics.js';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('percentiles by nearest rank', () => {
  it('takes the value that a share of all are not above', () => {
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
  });

  it('takes the lower of two middle values, so that a median was measured', () => {
    expect(median([4, 1, 3, 2])).toBe(2);
    expect(median([3, 1, 2])).toBe(2);
  });

  it('says nothing of nothing', () => expect(percentile([], 0.5)).toBeNaN());
});

const over = (...values: readonly number[]) => rankTrend(values.map((y, x) => [x, y] as const));

describe('a trend by ranks', () => {
  it('has the slope of the line that the points lie on', () => expect(over(5, 7, 9, 11).slope).toBe(2));

  it('has the figures of the textbook', () => {
    // of the pairs of 1, 3, 2, 5 five rise and one falls: 4, of which the variance is 4 × 3 × 13 ÷ 18
    const { slope, z } = over(1, 3, 2, 5);
    expect(slope).toBe(1); // of −1, ½, 1, 1⅓, 2, 3 the lower of two in the middle
    expect(z).toBeCloseTo(3 / Math.sqrt((4 * 3 * 13) / 18), 12);
    expect(over(5, 2, 3, 1).z).toBe(-z);
  });

  it('holds equal values for neither up nor down', () => {
    expect(over(1, 1, 2, 2).z).toBeCloseTo(3 / Math.sqrt((4 * 3 * 13 - 2 * 2 * 1 * 9) / 18), 12);
    expect(over(3, 3, 3)).toEqual({ slope: 0, z: 0 });
  });

  it('is hardly moved by a few points far off', () => {
    const rising = Array.from({ length: 50 }, (_, at) => 12 + at / 4 + (at % 3));
    const disturbed = rising.map((y, at) => ([13, 14].includes(at) ? 100 : y));
    const [clean, found] = [over(...rising), over(...disturbed)];
    expect(Math.abs(found.slope - clean.slope)).toBeLessThan(0.02);
    expect(found.z).toBeGreaterThan(7);
  });

  it('knows no slope from one point', () => expect(over(7)).toEqual({ slope: NaN, z: 0 }));
});
