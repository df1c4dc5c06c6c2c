import type { Entry, Slots, Tombstone } from './leaf.js';
import { placeIn } from './tree.js';

/** Entries in key order, of one age. */
export interface Source {
  readonly leaves: (from: string) => Iterable<Slots>;
  /** None of its keys is before it. */
  readonly from: string;
}

/** Where one source stands; it is opened when its turn comes. */
class Cursor {
  /** Of the entry it stands at, or, unopened, one that none of its entries is before; undefined at the end. */
  key: string | undefined;
  isOpen = false;
  private leaves: Iterator<Slots> | undefined;
  private slots: Slots = [];
  private at = 0;

  constructor(private readonly source: Source) {
    this.key = source.from;
  }

  get value(): unknown {
    return this.slots[this.at + 1];
  }

  open(): void {
    const { from, leaves } = this.source;
    this.isOpen = true;
    this.leaves = leaves(from)[Symbol.iterator]();
    this.slots = this.nextLeaf();
    this.at = placeIn(this.slots, from);
    this.settle();
  }

  next(): void {
    this.at += 2;
    this.settle();
  }

  private settle(): void {
    while (this.at >= this.slots.length) {
      const slots = this.nextLeaf();
      if (slots.length === 0) return void (this.key = undefined);
      [this.slots, this.at] = [slots, 0];
    }
    this.key = this.slots[this.at] as string;
  }

  private nextLeaf(): Slots {
    const next = this.leaves?.next();
    return next === undefined || next.done === true ? [] : next.value;
  }
}

/**
 * Entries of all sources in key order, of one key that of the newest, tombstones among them.
 *
 * @param sources  the newest first
 */
export function* merged<V>(sources: readonly Source[]): IterableIterator<Entry<V | Tombstone>> {
  const cursors = sources.map((source) => new Cursor(source));
  for (;;) {
    const least = leastOf(cursors);
    if (least?.key === undefined) return;
    if (!least.isOpen) {
      least.open();
      continue;
    }
    const { key } = least;
    yield [key, least.value as V | Tombstone];
    for (const cursor of cursors) {
      if (cursor.key === key && !cursor.isOpen) cursor.open();
      if (cursor.key === key) cursor.next();
    }
  }
}

/** The newest of those that stand first. */
function leastOf(cursors: readonly Cursor[]): Cursor | undefined {
  let least: Cursor | undefined;
  for (const cursor of cursors)
    if (cursor.key !== undefined && (least?.key === undefined || cursor.key < least.key)) least = cursor;
  return least;
}
