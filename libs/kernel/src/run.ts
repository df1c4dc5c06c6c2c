import { filterOf, hashOf, mayHold } from './filter.js';
import { rowsOf, slotsOf, type Entry, type Form, type Slots, type Tombstone } from './leaf.js';
import type { LyingRun, NewRun } from './shelf.js';
import { inLeaves, placeIn } from './tree.js';

/** Entries of a map as they lie in a snapshot, opened leaf by leaf when they are wanted. */
export class Run<V> {
  private keys: readonly string[] | undefined;
  private readonly opened: Slots[] = [];

  constructor(
    readonly lies: LyingRun,
    private readonly form: Form<V>,
  ) {}

  /** @param hash  of the key: with it nothing is opened for a key that is not there, but once in a hundred times */
  get(key: string, hash: number): V | Tombstone | undefined {
    const { first, last, filter } = this.lies;
    if (key < first || key > last || !mayHold(filter, hash)) return undefined;
    const slots = this.leaf(this.leafFor(key));
    const at = placeIn(slots, key);
    return slots[at] === key ? (slots[at + 1] as V | Tombstone) : undefined;
  }

  /** Leaves in key order from the one where `from` would stand. */
  *leavesFrom(from: string): IterableIterator<Slots> {
    for (let at = this.leafFor(from); at < this.firstKeys.length; at += 1) yield this.leaf(at);
  }

  private get firstKeys(): readonly string[] {
    return (this.keys ??= JSON.parse(this.lies.line(0)) as readonly string[]);
  }

  /** The last leaf whose first key is not after `key`, or the first. */
  private leafFor(key: string): number {
    const keys = this.firstKeys;
    let [low, high] = [0, keys.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((keys[middle] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private leaf(at: number): Slots {
    return (this.opened[at] ??= slotsOf(JSON.parse(this.lies.line(1 + at)) as readonly unknown[], this.form));
  }
}

/** A run as it is to lie, of entries in key order, at least one. */
export function newRun<V>(entries: readonly Entry<V | Tombstone>[], form: Form<V>): NewRun {
  const leaves = inLeaves(entries.flat());
  const [[first], [last]] = [entries[0], entries.at(-1)] as [Entry<V>, Entry<V>];
  return {
    ...{ size: entries.length, first, last, filter: filterOf(entries.map(([key]) => hashOf(key))) },
    lines: [leaves.map(([key]) => key), ...leaves.map((slots) => rowsOf(slots, form))].map((line) =>
      JSON.stringify(line),
    ),
  };
}
