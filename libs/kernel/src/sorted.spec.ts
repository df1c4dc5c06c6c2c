import fc from 'fast-check';
import { Sorted } from './sorted.js';

const change = fc.record({
  key: fc.integer({ min: 0, max: 400 }).map((n) => `k${n}`),
  remove: fc.boolean(),
  value: fc.nat(),
});
const byKey = ([a]: readonly [string, number], [b]: readonly [string, number]): number => (a < b ? -1 : 1);

describe('a sorted map', () => {
  it('is a plain map in key order, however it came about', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 800, size: 'max' }), fc.string(), (changes, from) => {
        let sorted = Sorted.empty<number>();
        const plain = new Map<string, number>();
        for (const { key, remove, value } of changes) {
          sorted = remove ? sorted.delete(key) : sorted.set(key, value);
          if (remove) plain.delete(key);
          else plain.set(key, value);
        }
        const entries = [...plain].sort(byKey);
        expect([...sorted.entries()]).toEqual(entries);
        expect(sorted.size).toBe(plain.size);
        expect(sorted.first()).toBe(entries[0]?.[1]);
        for (const { key } of changes) expect(sorted.get(key)).toBe(plain.get(key));
        expect([...sorted.entries(from)]).toEqual(entries.filter(([key]) => key >= from));
        expect([...Sorted.from(JSON.parse(JSON.stringify(sorted)) as [string, number][]).entries()]).toEqual(entries);
      }),
      { numRuns: 60 },
    );
  });
  it('is left as it was by a change', () => {
    const before = Sorted.from([['a', 1]]);
    before.set('b', 2);
    before.delete('a');
    expect([...before.entries()]).toEqual([['a', 1]]);
  });
});
