import { plain, rowsOf, ShutLeaf, slotsOf, type Entry, type Form, type Slots } from './leaf.js';
import type { Shelf } from './shelf.js';
import {
  childFor,
  Halves,
  inPieces,
  LEAF,
  leavesOf,
  NODE,
  open,
  placeIn,
  put,
  shelvesOf,
  shutBelow,
  slotsAbove,
  without,
  type Tree,
} from './tree.js';

/** What a snapshot keeps: rows, or, of more than one leaf, the first key of each and where its rows lie on the shelf. */
export type KeptSorted =
  | readonly unknown[]
  | { readonly size: number; readonly leaves: readonly (readonly [firstKey: string, place: number])[] };

/**
 * An immutable map in key order, a B+ tree. A change copies one leaf and the nodes above it, and a snapshot is opened leaf by leaf,
 * so that the state of a customer with a hundred thousand facts costs about as much per fact as that of a new one.
 */
export class Sorted<V> {
  private static readonly none = new Sorted<never>([], 0, 0);

  /** @param root  slots of a leaf, or of a node: the first key of each child, and the child */
  private constructor(
    private readonly root: Slots,
    private readonly depth: number,
    readonly size: number,
    /** Known of a map that came out of a snapshot. */
    private readonly form?: Form<V>,
  ) {}

  static empty<V>(): Sorted<V> {
    return Sorted.none;
  }

  static from<V>(entries: Iterable<Entry<V>>): Sorted<V> {
    const sorted = [...entries];
    if (!inOrder(sorted)) sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const slots = slotsOf(sorted, plain<V>());
    if (sorted.length <= LEAF) return sorted.length === 0 ? Sorted.none : new Sorted(slots, 0, sorted.length);
    return Sorted.over(slotsAbove(inPieces(slots, LEAF)), sorted.length);
  }

  /** See `kept`. */
  static restored<V, Row>(kept: KeptSorted, shelf: Shelf, form: Form<V, Row>): Sorted<V> {
    if (!('leaves' in kept)) {
      if (kept.length === 0) return Sorted.none; // most maps of most customers
      return new Sorted(slotsOf(kept as readonly Row[], form), 0, kept.length, form as Form<V>);
    }
    const shut = kept.leaves.flatMap(([first, place]) => [first, new ShutLeaf(shelf.at(place), form as Form<V>)]);
    return Sorted.over(shut, kept.size, form as Form<V>);
  }

  /** @param leaves  their first keys, and the leaves */
  private static over<V>(leaves: Slots, size: number, form?: Form<V>): Sorted<V> {
    let [root, depth] = [leaves, 1];
    for (; root.length > 2 * NODE; depth += 1) root = slotsAbove(inPieces(root, NODE));
    return new Sorted(root, depth, size, form);
  }

  get(key: string): V | undefined {
    let slots = this.root;
    for (let depth = this.depth; depth > 0; depth -= 1) slots = open(slots[childFor(slots, key) + 1] as Tree);
    const at = placeIn(slots, key);
    return slots[at] === key ? (slots[at + 1] as V) : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): Sorted<V> {
    const next = put(this.root, this.depth, key, value);
    const size = this.has(key) ? this.size : this.size + 1;
    if (!(next instanceof Halves)) return new Sorted(next, this.depth, size, this.form);
    return new Sorted([next.left[0], next.left, next.right[0], next.right], this.depth + 1, size, this.form);
  }

  delete(key: string): Sorted<V> {
    if (!this.has(key)) return this;
    if (this.size === 1) return new Sorted<V>([], 0, 0, this.form);
    let [root, depth] = [without(this.root, this.depth, key), this.depth];
    for (; depth > 0 && root.length === 2; depth -= 1) root = open(root[1] as Tree);
    return new Sorted(root, depth, this.size - 1, this.form);
  }

  /** Entries in key order, from `from` (inclusive) when given. */
  *entries(from = ''): IterableIterator<Entry<V>> {
    for (const leaf of leavesOf(this.root, this.depth, from)) {
      for (let at = placeIn(leaf, from); at < leaf.length; at += 2) yield [leaf[at] as string, leaf[at + 1] as V];
    }
  }

  *values(from = ''): IterableIterator<V> {
    for (const leaf of leavesOf(this.root, this.depth, from)) {
      for (let at = placeIn(leaf, from); at < leaf.length; at += 2) yield leaf[at + 1] as V;
    }
  }

  first(): V | undefined {
    return this.firstLeaf()[1] as V | undefined;
  }

  firstKey(): string | undefined {
    return this.firstLeaf()[0] as string | undefined;
  }

  private firstLeaf(): Slots {
    let slots = this.root;
    for (let depth = this.depth; depth > 0; depth -= 1) slots = open(slots[1] as Tree);
    return slots;
  }

  /** What a snapshot keeps of it; `Sorted.restored` reads it again. Leaves that were not changed since are not written anew. */
  kept<Row>(shelf: Shelf, form: Form<V, Row>): KeptSorted {
    if (this.depth === 0) return rowsOf(this.root, form as Form<V>);
    const leaves = [...shelvesOf(this.root, this.depth)].map(([first, leaf]): readonly [string, number] => {
      const text = leaf instanceof ShutLeaf ? leaf.text : JSON.stringify(rowsOf(leaf, form as Form<V>));
      return [first, shelf.put(text)];
    });
    return { size: this.size, leaves };
  }

  /** The map with its leaves as texts again, of one that came out of a snapshot. */
  shut(): Sorted<V> {
    if (this.form === undefined || this.depth === 0) return this;
    const root = shutBelow(this.root, this.depth, this.form);
    return root === this.root ? this : new Sorted(root, this.depth, this.size, this.form);
  }

  /** Characters of the leaves that are texts. */
  get textLength(): number {
    let length = 0;
    if (this.depth > 0)
      for (const [, leaf] of shelvesOf(this.root, this.depth)) if (leaf instanceof ShutLeaf) length += leaf.text.length;
    return length;
  }

  /** How it is kept where there is no shelf; `Sorted.from` reads it again. */
  toJSON(): readonly Entry<V>[] {
    return [...this.entries()];
  }
}

const inOrder = (entries: readonly Entry<unknown>[]): boolean =>
  entries.every(([key], at) => at === 0 || (entries[at - 1] as Entry<unknown>)[0] < key);
