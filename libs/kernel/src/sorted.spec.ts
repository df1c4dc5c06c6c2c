import fc from 'fast-check';
import { plain, type Form } from './leaf.js';
import { ByteShelf } from '#engine/byte-shelf.js';
import { Sorted, type KeptSorted } from './sorted.js';

const change = fc.record({
  key: fc.integer({ min: 0, max: 400 }).map((n) => `k${n}`),
  remove: fc.boolean(),
  value: fc.nat(),
  snapshot: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
});
const byKey = ([a]: readonly [string, number], [b]: readonly [string, number]): number => (a < b ? -1 : 1);

/** As a snapshot gives it back. */
function again(sorted: Sorted<number>, form: Form<number> = plain()): Sorted<number> {
  const shelf = ByteShelf.empty();
  const kept = sorted.kept(shelf, form);
  const [json, read] = ByteShelf.from(shelf.beside(JSON.stringify(kept)));
  return Sorted.restored(JSON.parse(json) as KeptSorted, read, form);
}

describe('a sorted map', () => {
  it('is a plain map in key order, however it came about', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 800, size: 'max' }), fc.string(), (changes, from) => {
        let sorted = Sorted.empty<number>();
        const known = new Map<string, number>();
        for (const { key, remove, value, snapshot } of changes) {
          if (snapshot) sorted = again(sorted).shut();
          if (value % 16 === 0) sorted = sorted.shut();
          sorted = remove ? sorted.delete(key) : sorted.set(key, value);
          if (remove) known.delete(key);
          else known.set(key, value);
        }
        const entries = [...known].sort(byKey);
        expect([...sorted.entries()]).toEqual(entries);
        expect(sorted.size).toBe(known.size);
        expect(sorted.first()).toBe(entries[0]?.[1]);
        for (const { key } of changes) expect(sorted.get(key)).toBe(known.get(key));
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
  it('of a hundred thousand entries reads and writes only what is wanted of a snapshot', () => {
    let read = 0;
    const counted: Form<number> = {
      row: (key, value) => ((read += 1), [key, value]),
      entry: (row) => ((read += 1), row as [string, number]),
    };
    const many = Sorted.from(Array.from({ length: 100_000 }, (_, n) => [`k${String(n).padStart(6, '0')}`, n] as const));
    const opened = again(many, counted);
    read = 0;
    const changed = opened.set('k050000', -1).delete('k099999').set('l', 7);
    changed.kept(ByteShelf.empty(), counted);
    expect(changed.get('k050000')).toBe(-1);
    expect(changed.size).toBe(100_000);
    expect(read).toBeLessThan(60);
  });
  it('that was only looked at is handed on as it lies', () => {
    let read = 0;
    const counted: Form<number> = {
      row: (key, value) => ((read += 1), [key, value]),
      entry: (row) => ((read += 1), row as [string, number]),
    };
    const entries = Array.from({ length: 300 }, (_, n) => [`k${String(n).padStart(3, '0')}`, n] as const);
    const opened = again(Sorted.from(entries), counted);
    read = 0;
    expect([...again(opened, counted).entries()]).toEqual(entries);
    expect(read).toBe(300); // by this look, not by handing it on
    read = 0;
    expect(opened.get('k150')).toBe(150);
    expect(read).toBeLessThanOrEqual(8);
    const shut = again(opened.shut(), counted);
    expect(read).toBeLessThanOrEqual(8);
    expect([...shut.entries()]).toEqual(entries);
  });
  it('says so where its leaves are not those that it names', () => {
    const kept = { size: 20, at: 1, leaves: 2 };
    const [, shelf] = ByteShelf.from(Buffer.from('[]\n["a","b","c"]\n[["a",1]]\n[["b",2]]'));
    expect(() => Sorted.restored(kept, shelf, plain<number>()).get('a')).toThrow('other leaves than it names');
    expect(() => Sorted.restored({ ...kept, leaves: 3 }, shelf, plain<number>())).toThrow('lacks its line 4');
  });
});
