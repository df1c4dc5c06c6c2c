import { rowsOf, ShutLeaf, type Form, type Slots } from './leaf.js';

/** Most entries of a leaf: what a change copies, and what is read at once where a snapshot is opened. */
export const LEAF = 8;
/** Most children of a node. */
export const NODE = 16;

export type Tree = Slots | ShutLeaf<never>;

export const open = (tree: Tree): Slots => (tree instanceof ShutLeaf ? tree.opened() : tree);

export const slotsAbove = (pieces: readonly Slots[]): Slots => pieces.flatMap((piece) => [piece[0], piece]);

export const inPieces = (slots: Slots, most: number): readonly Slots[] =>
  Array.from({ length: Math.ceil(slots.length / (2 * most)) }, (_, at) =>
    slots.slice(2 * most * at, 2 * most * (at + 1)),
  );

export class Halves {
  constructor(
    readonly left: Slots,
    readonly right: Slots,
  ) {}
}

export function put(slots: Slots, depth: number, key: string, value: unknown): Slots | Halves {
  if (depth === 0) {
    const at = placeIn(slots, key);
    if (slots[at] === key) return slots.with(at + 1, value);
    return divided(slots.toSpliced(at, 0, key, value), LEAF, at === slots.length);
  }
  const at = childFor(slots, key);
  const below = put(open(slots[at + 1] as Tree), depth - 1, key, value);
  if (!(below instanceof Halves)) return slots.toSpliced(at, 2, below[0], below);
  const { left, right } = below;
  return divided(slots.toSpliced(at, 2, left[0], left, right[0], right), NODE, at === slots.length - 2);
}

/** Without a key that is there. */
export function without(slots: Slots, depth: number, key: string): Slots {
  if (depth === 0) return slots.toSpliced(placeIn(slots, key), 2);
  const at = childFor(slots, key);
  const below = without(open(slots[at + 1] as Tree), depth - 1, key);
  return below.length === 0 ? slots.toSpliced(at, 2) : slots.toSpliced(at, 2, below[0], below);
}

/** Halves where there are too many; what grows at its end is left full, as nothing more will come into it. */
function divided(slots: Slots, most: number, atEnd: boolean): Slots | Halves {
  if (slots.length <= 2 * most) return slots;
  const cut = atEnd ? slots.length - 2 : 2 * (most >> 1);
  return new Halves(slots.slice(0, cut), slots.slice(cut));
}

/** Leaves in key order from the one where `from` would stand. */
export const leavesOf = (slots: Slots, depth: number, from: string): Iterable<Slots> =>
  depth === 0 ? [slots] : leavesBelow(slots, depth, from);

function* leavesBelow(slots: Slots, depth: number, from: string): Iterable<Slots> {
  for (let at = childFor(slots, from); at < slots.length; at += 2) {
    const child = open(slots[at + 1] as Tree);
    if (depth === 1) yield child;
    else yield* leavesBelow(child, depth - 1, from);
  }
}

/** Leaves as they lie, with their first keys. */
export function* shelvesOf(slots: Slots, depth: number): Iterable<readonly [string, Tree]> {
  for (let at = 0; at < slots.length; at += 2) {
    if (depth === 1) yield [slots[at] as string, slots[at + 1] as Tree];
    else yield* shelvesOf(slots[at + 1] as Slots, depth - 1);
  }
}

export function shutBelow<V>(slots: Slots, depth: number, form: Form<V>): Slots {
  let shut: unknown[] | undefined;
  for (let at = 1; at < slots.length; at += 2) {
    const child = slots[at] as Tree;
    let next: Tree;
    if (depth > 1) next = shutBelow(child as Slots, depth - 1, form);
    else if (child instanceof ShutLeaf) next = child.unread();
    else next = new ShutLeaf(JSON.stringify(rowsOf(child, form)), form) as ShutLeaf<never>;
    if (next !== child) (shut ??= [...slots])[at] = next;
  }
  return shut ?? slots;
}

/** The last child whose first key is not after `key`, or the first. */
export const childFor = (slots: Slots, key: string): number => {
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
