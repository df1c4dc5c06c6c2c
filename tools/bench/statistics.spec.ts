import { median, percentile, slopeOf } from './statistics.js';

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

describe('a slope by least squares', () => {
  it('is exact where the points lie on a line', () => {
    const { slope, error } = slopeOf([0, 1, 2, 3].map((x) => [x, 5 + 2 * x] as const));
    expect(slope).toBeCloseTo(2, 12);
    expect(error).toBeCloseTo(0, 6);
  });

  it('has the standard error of the textbook', () => {
    // y = 1, 3, 2, 5 over x = 1 … 4: slope 1.1; residuals −0.1, 0.8, −1.3, 0.6, their squares 2.7; √(2.7 ÷ 2 ÷ 5)
    const { slope, error } = slopeOf([
      [1, 1],
      [2, 3],
      [3, 2],
      [4, 5],
    ]);
    expect(slope).toBeCloseTo(1.1, 12);
    expect(error).toBeCloseTo(Math.sqrt(2.7 / 2 / 5), 12);
  });

  it('knows nothing of its error from two points, and no slope from one', () => {
    expect(slopeOf([[0, 1], [1, 2]]).error).toBe(Infinity); // prettier-ignore
    expect(slopeOf([[7, 1]]).slope).toBeNaN();
  });
});
