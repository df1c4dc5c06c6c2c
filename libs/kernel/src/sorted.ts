import { hashOf } from './filter.js';
import {
  isGone,
  plain,
  rowsOf,
  slotsOf,
  TOMBSTONE,
  type Entry,
  type Form,
  type Slots,
  type Tombstone,
} from './leaf.js';
import { merged, type Source } from './merged.js';
import { newRun, Run } from './run.js';
import type { RunPlace, Shelf } from './shelf.js';
import { firstIn, got, leavesOf, placeIn, treeOf, withKey, withoutKey, type Tree } from './tree.js';

/** What a snapshot keeps: rows, or, where older entries lie on the shelf, where, with the rows of those that came since. */
export type KeptSorted =
  | readonly unknown[]
  | {
      readonly size: number;
      readonly begin: string;
      readonly runs: readonly RunPlace[];
      readonly recent: readonly unknown[];
      /** The first of all, of maps that are asked for it: those look no further. */
      readonly first?: unknown;
    };

const NO_TREE: Tree = { slots: [], depth: 0 };
/** Fewer entries than these are not worth a run of their own. */
const LEAST_IN_RUN = 3;

/**
 * An immutable map in key order: a log-structured merge-tree (O'Neil et al. 1996). What was set lately is a B+ tree of which a change copies one
 * leaf and the nodes above it; what is older lies in a snapshot as runs that never change, opened leaf by leaf. So what a command reads
 * and writes of a customer with a hundred thousand facts is about what it is of a new one.
 */
export class Sorted<V> {
  private static readonly none = new Sorted<never>(NO_TREE, 0, 0, [], '');

  /**
   * @param recent  newer than all runs; with tombstones of what is gone from those
   * @param added  entries of `recent`
   * @param runs  the oldest first
   * @param begin  no run holds anything before it that is not gone
   * @param known  the first of all, once it was asked for; without runs it is found at once
   */
  private constructor(
    private readonly recent: Tree,
    readonly added: number,
    readonly size: number,
    private readonly runs: readonly Run<V>[],
    private readonly begin: string,
    private known?: Entry<V>,
  ) {}

  static empty<V>(): Sorted<V> {
    return Sorted.none;
  }

  static from<V>(entries: Iterable<Entry<V>>): Sorted<V> {
    const sorted = [...entries];
    if (!inOrder(sorted)) sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return Sorted.ofSlots(slotsOf(sorted, plain<V>()));
  }

  /** See `kept`. */
  static restored<V, Row>(kept: KeptSorted, shelf: Shelf, form: Form<V, Row>): Sorted<V> {
    if (!('runs' in kept)) return Sorted.ofSlots(slotsOf(kept as readonly Row[], form));
    const runs = kept.runs.map((place) => new Run(shelf.at(place), form as Form<V>));
    const recent = treeOf(slotsOf(kept.recent as readonly Row[], form));
    const known = kept.first === undefined ? undefined : form.entry(kept.first as Row);
    return new Sorted(recent, kept.recent.length, kept.size, runs, kept.begin, known);
  }

  private static ofSlots<V>(slots: Slots): Sorted<V> {
    if (slots.length === 0) return Sorted.none; // most maps of most customers
    return new Sorted<V>(treeOf(slots), slots.length / 2, slots.length / 2, [], '');
  }

  get(key: string): V | undefined {
    const recent = got(this.recent, key);
    if (recent !== undefined) return recent === TOMBSTONE ? undefined : (recent as V);
    return this.runs.length === 0 ? undefined : this.older(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): Sorted<V> {
    const { runs, begin, known } = this;
    const recent = got(this.recent, key);
    const isNew = recent === undefined ? runs.length === 0 || this.older(key) === undefined : recent === TOMBSTONE;
    const added = recent === undefined ? this.added + 1 : this.added;
    const first: typeof known = known !== undefined && key <= known[0] ? [key, value] : known;
    return new Sorted(withKey(this.recent, key, value), added, isNew ? this.size + 1 : this.size, runs, begin, first);
  }

  delete(key: string): Sorted<V> {
    if (!this.has(key)) return this;
    if (this.size === 1) return Sorted.none;
    const { recent, runs, added, size, begin, known } = this;
    const liesInRuns = runs.length > 0 && this.older(key) !== undefined;
    const next = known?.[0] === key || (known === undefined && liesInRuns) ? this.afterFirst(key) : undefined;
    const first = next ?? known;
    if (!liesInRuns) return new Sorted(withoutKey(recent, key), added - 1, size - 1, runs, begin, first);
    const more = got(recent, key) === undefined ? 1 : 0;
    const beginsAt = next !== undefined && next[0] > begin ? next[0] : begin; // a queue is not gone through again
    return new Sorted(withKey(recent, key, TOMBSTONE), added + more, size - 1, runs, beginsAt, first);
  }

  /** Entries in key order, from `from` (inclusive) when given. */
  *entries(from = ''): IterableIterator<Entry<V>> {
    if (this.runs.length > 0) {
      for (const entry of merged<V>(this.sources(this.runs, from))) if (entry[1] !== TOMBSTONE) yield entry as Entry<V>;
      return;
    }
    for (const leaf of leavesOf(this.recent, from)) {
      for (let at = placeIn(leaf, from); at < leaf.length; at += 2) yield [leaf[at] as string, leaf[at + 1] as V];
    }
  }

  *values(from = ''): IterableIterator<V> {
    if (this.runs.length > 0) {
      for (const [, value] of this.entries(from)) yield value;
      return;
    }
    for (const leaf of leavesOf(this.recent, from)) {
      for (let at = placeIn(leaf, from); at < leaf.length; at += 2) yield leaf[at + 1] as V;
    }
  }

  first(): V | undefined {
    return this.firstEntry()?.[1];
  }

  firstKey(): string | undefined {
    return this.firstEntry()?.[0];
  }

  private firstEntry(): Entry<V> | undefined {
    if (this.known !== undefined) return this.known;
    if (this.runs.length === 0) return firstIn(this.recent) as Entry<V> | undefined;
    this.known = this.entries().next().value as Entry<V> | undefined;
    return this.known;
  }

  /** The second of all, if the key is that of the first. */
  private afterFirst(key: string): Entry<V> | undefined {
    const all = this.entries();
    const first = all.next().value as Entry<V> | undefined;
    return first?.[0] === key ? (all.next().value as Entry<V> | undefined) : undefined;
  }

  /** What a snapshot keeps of it; `Sorted.restored` reads it again. Runs that stay on the shelf are not read. */
  kept<Row>(shelf: Shelf, form: Form<V, Row>): KeptSorted {
    const held = this.runs.filter(({ lies }) => lies.last >= this.begin);
    const runs = held.map(({ lies }) => shelf.placeOf(lies)).filter((place) => place !== undefined);
    const { size, begin, known } = this;
    const first = known && { first: form.row(...known) };
    const goes = held.slice(runs.length); // pieces that go are the newest
    const isOldest = runs.length === 0;
    if (goes.length === 0 && !(shelf.seals && this.added >= LEAST_IN_RUN)) {
      const recent = this.recentRows(form as Form<V>, isOldest);
      return isOldest ? recent : { size, begin, runs, recent, ...first };
    }
    const [entries, early] = this.together(goes, isOldest);
    if (entries.length > 0) runs.push(shelf.put(newRun(entries, form as Form<V>)));
    return { size, begin: isOldest ? '' : begin, runs, recent: rowsOf(early.flat(), form as Form<V>), ...first };
  }

  /** How it is kept where there is no shelf; `Sorted.from` reads it again. */
  toJSON(): readonly Entry<V>[] {
    return [...this.entries()];
  }

  /** @param isOldest  then nothing older is there to be gone */
  private recentRows(form: Form<V>, isOldest: boolean): readonly unknown[] {
    const rows: unknown[] = [];
    for (const leaf of leavesOf(this.recent, '')) rowsOf(leaf, form, rows);
    return isOldest && this.runs.length > 0 ? rows.filter((row) => !isGone(row)) : rows;
  }

  /** Recent entries and those of the newest runs for one run; and those that are too early to lie among runs of which nothing is left there. */
  private together(
    runs: readonly Run<V>[],
    isOldest: boolean,
  ): readonly [entries: Entry<V | Tombstone>[], early: Entry<V>[]] {
    const [entries, early]: [Entry<V | Tombstone>[], Entry<V>[]] = [[], []];
    for (const [key, value] of merged<V>(this.sources(runs, ''))) {
      const isLive = value !== TOMBSTONE;
      if (isOldest ? isLive : key >= this.begin) entries.push([key, value]);
      else if (isLive) early.push([key, value]);
    }
    return [entries, early];
  }

  private older(key: string): V | undefined {
    if (key < this.begin) return undefined;
    const hash = hashOf(key);
    for (let at = this.runs.length - 1; at >= 0; at -= 1) {
      const found = this.runs[at]?.get(key, hash);
      if (found !== undefined) return found === TOMBSTONE ? undefined : found;
    }
    return undefined;
  }

  /** The newest first. */
  private sources(runs: readonly Run<V>[], from: string): readonly Source[] {
    const sources: Source[] = [{ from, leaves: (begin) => leavesOf(this.recent, begin) }];
    const begin = from > this.begin ? from : this.begin;
    for (const run of runs.toReversed()) {
      const { first, last } = run.lies;
      if (last >= begin) sources.push({ from: first > begin ? first : begin, leaves: (at) => run.leavesFrom(at) });
    }
    return sources;
  }
}

const inOrder = (entries: readonly Entry<unknown>[]): boolean =>
  entries.every(([key], at) => at === 0 || (entries[at - 1] as Entry<unknown>)[0] < key);
