import type { Entry, Slots } from './leaf.js';

/** Most entries of a leaf: what a change copies, and what of a snapshot is parsed at once. */
export const LEAF = 8;
/** Most children of a node. */
const NODE = 16;

/** A B+ tree: slots of a leaf, or of a node: the first key of each child, and the child. */
export interface Tree {
  readonly slots: Slots;
  /** Levels of nodes over the leaves. */
  readonly depth: number;
}

export const inLeaves = (slots: Slots): readonly Slots[] => inPieces(slots, LEAF);

const inPieces = (slots: Slots, most: number): readonly Slots[] =>
  Array.from({ length: Math.ceil(slots.length / (2 * most)) }, (_, at) =>
    slots.slice(2 * most * at, 2 * most * (at + 1)),
  );

const above = (pieces: readonly Slots[]): Slots => pieces.flatMap((piece) => [piece[0], piece]);

/** Of entries in key order. */
export function treeOf(entries: Slots): Tree {
  if (entries.length <= 2 * LEAF) return { slots: entries, depth: 0 };
  let [slots, depth] = [above(inLeaves(entries)), 1];
  for (; slots.length > 2 * NODE; depth += 1) slots = above(inPieces(slots, NODE));
  return { slots, depth };
}

export function got({ slots: root, depth: levels }: Tree, key: string): unknown {
  let slots = root;
  for (let depth = levels; depth > 0; depth -= 1) slots = slots[childFor(slots, key) + 1] as Slots;
  const at = placeIn(slots, key);
  return slots[at] === key ? slots[at + 1] : undefined;
}

export function firstIn({ slots: root, depth: levels }: Tree): Entry<unknown> | undefined {
  let slots = root;
  for (let depth = levels; depth > 0; depth -= 1) slots = slots[1] as Slots;
  return slots.length === 0 ? undefined : [slots[0] as string, slots[1]];
}

/** With a key that may be there. */
export function withKey({ slots, depth }: Tree, key: string, value: unknown): Tree {
  const next = put(slots, depth, key, value);
  if (!(next instanceof Halves)) return { slots: next, depth };
  const { left, right } = next;
  return { slots: [left[0], left, right[0], right], depth: depth + 1 };
}

/** Without a key that is there. */
export function withoutKey({ slots, depth: levels }: Tree, key: string): Tree {
  let [root, depth] = [without(slots, levels, key), levels];
  for (; depth > 0 && root.length === 2; depth -= 1) root = root[1] as Slots;
  return root.length === 0 ? { slots: [], depth: 0 } : { slots: root, depth };
}

/** Leaves in key order from the one where `from` would stand. */
export const leavesOf = ({ slots, depth }: Tree, from: string): Iterable<Slots> =>
  depth === 0 ? [slots] : leavesBelow(slots, depth, from);

class Halves {
  constructor(
    readonly left: Slots,
    readonly right: Slots,
  ) {}
}

function put(slots: Slots, depth: number, key: string, value: unknown): Slots | Halves {
  if (depth === 0) {
    const at = placeIn(slots, key);
    if (slots[at] === key) return slots.with(at + 1, value);
    return divided(slots.toSpliced(at, 0, key, value), LEAF, at === slots.length);
  }
  const at = childFor(slots, key);
  const below = put(slots[at + 1] as Slots, depth - 1, key, value);
  if (!(below instanceof Halves)) return slots.toSpliced(at, 2, below[0], below);
  const { left, right } = below;
  return divided(slots.toSpliced(at, 2, left[0], left, right[0], right), NODE, at === slots.length - 2);
}

function without(slots: Slots, depth: number, key: string): Slots {
  if (depth === 0) return slots.toSpliced(placeIn(slots, key), 2);
  const at = childFor(slots, key);
  const below = without(slots[at + 1] as Slots, depth - 1, key);
  return below.length === 0 ? slots.toSpliced(at, 2) : slots.toSpliced(at, 2, below[0], below);
}

/** Halves where there are too many; what grows at its end is left full, as nothing more will come into it. */
function divided(slots: Slots, most: number, atEnd: boolean): Slots | Halves {
  if (slots.length <= 2 * most) return slots;
  const cut = atEnd ? slots.length - 2 : 2 * (most >> 1);
  return new Halves(slots.slice(0, cut), slots.slice(cut));
}

function* leavesBelow(slots: Slots, depth: number, from: string): Iterable<Slots> {
  for (let at = childFor(slots, from); at < slots.length; at += 2) {
    const child = slots[at + 1] as Slots;
    if (depth === 1) yield child;
    else yield* leavesBelow(child, depth - 1, from);
  }
}

/** The last child whose first key is not after `key`, or the first. */
const childFor = (slots: Slots, key: string): number => {
  const at = placeIn(slots, key);
  return slots[at] === key || at === 0 ? at : at - 2;
};

/** Where a key stands, or would stand. */
export function placeIn(slots: Slots, key: string): number {
  let low = 0;
  let high = slots.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[2 * middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}
