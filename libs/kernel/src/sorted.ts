import { plain, rowsOf, ShutLeaf, slotsOf, type Entry, type Form, type Slots } from './leaf.js';
import type { Lines, Shelf } from './shelf.js';
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

/** What a snapshot keeps: rows, or, of more than one leaf, where on the shelf the line of their first keys lies, with the leaves behind it. */
export type KeptSorted = readonly unknown[] | { readonly size: number; readonly at: number; readonly leaves: number };

/**
 * An immutable map in key order, a B+ tree. A change copies one leaf and the nodes above it, and a snapshot is opened map by map and leaf
 * by leaf, so that the state of a customer with a hundred thousand facts costs about as much per fact as that of a new one.
 */
export class Sorted<V> {
  private static readonly none = new Sorted<never>([], 0, 0);

  /**
   * @param tree  slots of a leaf, or of a node: the first key of each child, and the child; undefined where it was not read yet
   * @param form  known of a map that came out of a snapshot
   * @param lies  where it lies in that snapshot, unchanged: the first keys of its leaves in one line, and the leaves
   */
  private constructor(
    private tree: Slots | undefined,
    private readonly depth: number,
    readonly size: number,
    private readonly form?: Form<V>,
    private readonly lies?: { readonly all: Lines; readonly leaves: number },
  ) {}

  static empty<V>(): Sorted<V> {
    return Sorted.none;
  }

  static from<V>(entries: Iterable<Entry<V>>): Sorted<V> {
    const sorted = [...entries];
    if (!inOrder(sorted)) sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const slots = slotsOf(sorted, plain<V>());
    if (sorted.length <= LEAF) return sorted.length === 0 ? Sorted.none : new Sorted(slots, 0, sorted.length);
    const leaves = slotsAbove(inPieces(slots, LEAF));
    return new Sorted(treeOver(leaves), depthOver(leaves.length / 2), sorted.length);
  }

  /** See `kept`. */
  static restored<V, Row>(kept: KeptSorted, shelf: Shelf, form: Form<V, Row>): Sorted<V> {
    if (!('leaves' in kept)) {
      if (kept.length === 0) return Sorted.none; // most maps of most customers
      return new Sorted(slotsOf(kept as readonly Row[], form), 0, kept.length, form as Form<V>);
    }
    const { size, at, leaves } = kept;
    return new Sorted<V>(undefined, depthOver(leaves), size, form as Form<V>, {
      leaves,
      all: shelf.all(at, 1 + leaves),
    });
  }

  private get root(): Slots {
    return (this.tree ??= this.read());
  }

  private read(): Slots {
    const { lies, form } = this;
    if (lies === undefined || form === undefined) throw new Error('A map without a tree lies in no snapshot.');
    const keys = JSON.parse(String(lies.all.line(0))) as readonly string[];
    if (keys.length !== lies.leaves) throw new Error('A snapshot has other leaves than it names.');
    const slots = new Array<unknown>(2 * keys.length).fill(undefined);
    for (const [at, key] of keys.entries()) {
      slots[2 * at] = key;
      slots[2 * at + 1] = new ShutLeaf(lies.all.line(1 + at), form);
    }
    return treeOver(slots);
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

  /** What a snapshot keeps of it; `Sorted.restored` reads it again. What was not changed since is not written anew. */
  kept<Row>(shelf: Shelf, form: Form<V, Row>): KeptSorted {
    if (this.depth === 0) return rowsOf(this.root, form as Form<V>);
    if (this.lies !== undefined) return { size: this.size, at: shelf.putAll(this.lies.all), leaves: this.lies.leaves };
    const leaves = [...shelvesOf(this.root, this.depth)];
    const at = shelf.put(JSON.stringify(leaves.map(([first]) => first)));
    for (const [, leaf] of leaves)
      shelf.put(leaf instanceof ShutLeaf ? leaf.text : JSON.stringify(rowsOf(leaf, form as Form<V>)));
    return { size: this.size, at, leaves: leaves.length };
  }

  /** The map with its leaves as texts again, of one that came out of a snapshot. */
  shut(): Sorted<V> {
    const { form, depth, lies } = this;
    if (form === undefined || depth === 0) return this;
    if (lies !== undefined) return this.tree === undefined ? this : new Sorted(undefined, depth, this.size, form, lies);
    const root = shutBelow(this.root, depth, form);
    return root === this.root ? this : new Sorted(root, depth, this.size, form);
  }

  /** Characters of the leaves that are texts. */
  get textLength(): number {
    if (this.tree === undefined) return this.lies?.all.length ?? 0;
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

/** Levels of nodes over so many leaves. */
function depthOver(leaves: number): number {
  let depth = 1;
  for (let children = leaves; children > NODE; depth += 1) children = Math.ceil(children / NODE);
  return depth;
}

/** @param leaves  their first keys, and the leaves */
function treeOver(leaves: Slots): Slots {
  let root = leaves;
  while (root.length > 2 * NODE) root = slotsAbove(inPieces(root, NODE));
  return root;
}

const inOrder = (entries: readonly Entry<unknown>[]): boolean =>
  entries.every(([key], at) => at === 0 || (entries[at - 1] as Entry<unknown>)[0] < key);
