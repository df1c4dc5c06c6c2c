import type { Recorded } from '#kernel/fact.js';
import { Recent } from './recent.js';

const fact = (position: number): Recorded => ({ position }) as Recorded;
const positions = (facts: readonly Recorded[] | undefined): number[] | undefined =>
  facts?.map(({ position }) => position);

describe('the newest facts, kept for followers near the head', () => {
  it('are given behind any position since they began, and not before', () => {
    const recent = new Recent(100);
    for (const position of [110, 120, 130]) recent.push(fact(position));
    expect(positions(recent.behind(100))).toEqual([110, 120, 130]);
    expect(positions(recent.behind(115))).toEqual([120, 130]);
    expect(positions(recent.behind(130))).toEqual([]);
    expect(recent.behind(99)).toBeUndefined();
    expect(recent.newest).toBe(130);
  });

  it('take no fact twice, as a subscription that begins again may give one', () => {
    const recent = new Recent(100);
    for (const position of [110, 120, 110, 120, 130]) recent.push(fact(position));
    expect(positions(recent.behind(100))).toEqual([110, 120, 130]);
  });

  it('are bounded in number: whoever is further behind reads the log', () => {
    const recent = new Recent(0);
    for (let position = 1; position <= 20_000; position += 1) recent.push(fact(position));
    expect(recent.behind(0)).toBeUndefined();
    const kept = recent.behind(19_000);
    expect(positions(kept)).toEqual(Array.from({ length: 1_000 }, (_, n) => 19_001 + n));
    expect(recent.behind(11_000)).toBeUndefined();
  });

  it('are bounded in bytes of the log, and give no gap for it', () => {
    const recent = new Recent(0);
    const megabyte = 1_048_576;
    for (let n = 1; n <= 40; n += 1) recent.push(fact(n * megabyte));
    expect(recent.behind(0)).toBeUndefined();
    expect(positions(recent.behind(38 * megabyte))).toEqual([39 * megabyte, 40 * megabyte]);
    for (let from = 0; from < 40; from += 1) {
      const kept = positions(recent.behind(from * megabyte));
      if (kept !== undefined)
        expect(kept).toEqual(Array.from({ length: 40 - from }, (_, n) => (from + 1 + n) * megabyte));
    }
  });
});
