import fc from 'fast-check';
import { plain, type Form } from './leaf.js';
import { ByteShelf } from '#engine/byte-shelf.js';
import { Piece } from '#engine/piece.js';
import { Sorted, type KeptSorted } from './sorted.js';

const change = fc.record({
  key: fc.integer({ min: 0, max: 400 }).map((n) => `k${n}`),
  remove: fc.boolean(),
  value: fc.nat(),
  snapshot: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
});
const byKey = ([a]: readonly [string, number], [b]: readonly [string, number]): number => (a < b ? -1 : 1);

/** Keeps a map again and again, as snapshots do. */
class Keeping<V> {
  private pieces: readonly Piece[] = [];

  constructor(private readonly form: Form<V>) {}

  /** The map as the next snapshot gives it back; what was added is sealed where that is enough. */
  again(sorted: Sorted<V>, enough: number): Sorted<V> {
    const shelf = ByteShelf.after(this.pieces, sorted.added, enough);
    const json = JSON.stringify(sorted.kept(shelf, this.form));
    this.pieces = shelf.pieces().map(({ bytes }) => new Piece(bytes));
    return Sorted.restored(JSON.parse(json) as KeptSorted, ByteShelf.of(this.pieces), this.form);
  }

  get count(): number {
    return this.pieces.filter(({ entries }) => entries > 0).length;
  }
}

const counting = (): { form: Form<number>; read: number } => {
  const counted = {
    read: 0,
    form: {
      row: (key: string, value: number) => ((counted.read += 1), [key, value]),
      entry: (row: unknown) => ((counted.read += 1), row as [string, number]),
    },
  };
  return counted;
};
const keyOf = (n: number): string => `k${String(n).padStart(6, '0')}`;
const upTo = (count: number) => Array.from({ length: count }, (_, n) => [keyOf(n), n] as const);

describe('a sorted map', () => {
  it('is a plain map in key order, however it came about and however often it was kept', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 800, size: 'max' }), fc.string(), (changes, from) => {
        let sorted = Sorted.empty<number>();
        const known = new Map<string, number>();
        const keeping = new Keeping<number>(plain());
        for (const { key, remove, value, snapshot } of changes) {
          if (snapshot) sorted = keeping.again(sorted, value % 40);
          sorted = remove ? sorted.delete(key) : sorted.set(key, value);
          if (remove) known.delete(key);
          else known.set(key, value);
          expect(sorted.get(key)).toBe(known.get(key));
          expect(sorted.size).toBe(known.size);
          if (value % 3 === 0) expect(sorted.firstKey()).toBe([...known.keys()].sort()[0]);
        }
        const entries = [...known].sort(byKey);
        for (const enough of [1e9, 1, 1e9]) {
          const map = (sorted = keeping.again(sorted, enough));
          expect([...map.entries()]).toEqual(entries);
          expect([...map.values()]).toEqual(entries.map(([, value]) => value));
          expect(map.size).toBe(known.size);
          expect(map.first()).toBe(entries[0]?.[1]);
          expect(map.firstKey()).toBe(entries[0]?.[0]);
          for (const { key } of changes) expect(map.get(key)).toBe(known.get(key));
          expect([...map.entries(from)]).toEqual(entries.filter(([key]) => key >= from));
        }
        expect([...Sorted.from(JSON.parse(JSON.stringify(sorted)) as [string, number][]).entries()]).toEqual(entries);
      }),
      { numRuns: 60 },
    );
  });

  it('from which the first are taken in turn, as from a queue, holds what is left', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 3 }), fc.nat({ max: 60 })), { minLength: 200 }),
        (steps) => {
          const keeping = new Keeping<number>(plain());
          let sorted = Sorted.empty<number>();
          const known = new Map<string, number>();
          for (const [n, taken, enough] of steps) {
            sorted = sorted.set(keyOf(n), n);
            known.set(keyOf(n), n);
            for (let more = taken - 1; more > 0 && known.size > 0; more -= 1) {
              const [first] = [...known.keys()].sort();
              expect(sorted.firstKey()).toBe(first);
              sorted = sorted.delete(first as string);
              known.delete(first as string);
            }
            if (enough > 40) sorted = keeping.again(sorted, enough - 40);
          }
          expect([...sorted.entries()]).toEqual([...known].sort(byKey));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is left as it was by a change', () => {
    const before = Sorted.from([['a', 1]]);
    before.set('b', 2);
    before.delete('a');
    expect([...before.entries()]).toEqual([['a', 1]]);
  });
  it('of a hundred thousand entries reads and writes only what is wanted of a snapshot', () => {
    const counted = counting();
    const keeping = new Keeping(counted.form);
    const opened = keeping.again(Sorted.from(upTo(100_000)), 1);
    counted.read = 0;
    const changed = opened.set(keyOf(50_000), -1).delete(keyOf(99_999)).set('l', 7);
    expect(changed.get(keyOf(50_000))).toBe(-1);
    expect(changed.size).toBe(100_000);
    const again = keeping.again(changed, 100);
    expect(counted.read).toBeLessThan(40);
    expect([again.get(keyOf(50_000)), again.get(keyOf(99_999)), again.get('l')]).toEqual([-1, undefined, 7]);
  });

  it('opens nothing to find that a key is not there, but once in a hundred times', () => {
    const counted = counting();
    const opened = new Keeping(counted.form).again(Sorted.from(upTo(10_000).filter(([, n]) => n % 2 === 0)), 1);
    counted.read = 0;
    for (const [key, n] of upTo(9_000)) if (n % 2 === 1) expect(opened.has(key)).toBe(false);
    expect(counted.read / 8).toBeLessThan(4_500 * 0.025);
  });

  it('that was only looked at is handed on as it lies', () => {
    const counted = counting();
    const keeping = new Keeping(counted.form);
    const opened = keeping.again(Sorted.from(upTo(300)), 1);
    counted.read = 0;
    expect(opened.get(keyOf(150))).toBe(150);
    const again = keeping.again(opened, 100);
    expect(counted.read).toBeLessThanOrEqual(8);
    counted.read = 0;
    expect([...again.entries()]).toEqual(upTo(300));
    expect(counted.read).toBe(300); // by this look, not by handing it on
  });

  it('lies in few pieces however much came one after the other, and each entry is written anew few times', () => {
    const counted = counting();
    const keeping = new Keeping(counted.form);
    let sorted = Sorted.empty<number>();
    for (const [key, n] of upTo(1_600)) {
      sorted = sorted.set(key, n);
      if (n % 10 === 9) sorted = keeping.again(sorted, 50);
    }
    expect(keeping.count).toBeLessThanOrEqual(6);
    expect(counted.read / 1_600).toBeLessThan(2 * (5 + Math.log2(1_600 / 50))); // as rows while recent, then once a merge, each way
    expect([...sorted.entries()]).toEqual(upTo(1_600));
  });

  it('of which a queue took all but the newest lies in the newest pieces only', () => {
    const keeping = new Keeping<number>(plain());
    let sorted = Sorted.empty<number>();
    for (const [key, n] of upTo(9_000)) {
      sorted = sorted.set(key, n);
      if (n >= 100) sorted = sorted.delete(keyOf(n - 100));
      if (n % 50 === 49) sorted = keeping.again(sorted, 50);
    }
    expect(sorted.size).toBe(100);
    expect(keeping.count).toBeLessThanOrEqual(3);
    expect([...sorted.entries()]).toEqual(upTo(9_000).slice(-100));
  });

  it('says so where its runs are not those that it names', () => {
    const counted = counting();
    const shelf = ByteShelf.after([], 20, 1);
    const kept = Sorted.from(upTo(20)).kept(shelf, counted.form) as Exclude<KeptSorted, readonly unknown[]>;
    const lies = ByteShelf.of(shelf.pieces());
    expect(() => Sorted.restored({ ...kept, runs: [[1, 0]] }, lies, counted.form)).toThrow('lacks its piece 1');
    expect(() => Sorted.restored({ ...kept, runs: [[0, 1]] }, lies, counted.form)).toThrow('lacks its run 1');
  });
});
