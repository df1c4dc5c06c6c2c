import type { Line } from './shelf.js';

/** Keys and values in turn: an entry without an array of its own takes a quarter of the memory. */
export type Slots = readonly unknown[];

export type Entry<V> = readonly [key: string, value: V];

/** How entries become rows of JSON, and rows entries again. */
export interface Form<V, Row = unknown> {
  row(key: string, value: V): Row;
  entry(row: Row): Entry<V>;
}

/** Rows of keys and values, for values that are JSON. */
export const plain = <V>(): Form<V, Entry<V>> => ({ row: (key, value) => [key, value], entry: (row) => row });

/** Rows of names, for what only is there or not. */
export const names: Form<true, string> = { row: (name) => name, entry: (name) => [name, true] };

export function rowsOf<V>(slots: Slots, form: Form<V>): readonly unknown[] {
  const rows: unknown[] = [];
  for (let at = 0; at < slots.length; at += 2) rows.push(form.row(slots[at] as string, slots[at + 1] as V));
  return rows;
}

/** Of rows in the order of their keys. */
export function slotsOf<V, Row>(rows: readonly Row[], form: Pick<Form<V, Row>, 'entry'>): Slots {
  const slots = new Array<unknown>(2 * rows.length).fill(undefined); // just as long as it needs: a list that grows takes more
  for (let at = 0; at < rows.length; at += 1) {
    const entry = form.entry(rows[at] as Row);
    slots[2 * at] = entry[0];
    slots[2 * at + 1] = entry[1];
  }
  return slots;
}

/** Entries as the text of a snapshot, read when they are wanted. The text stays where it is, for the next snapshot. */
export class ShutLeaf<V> {
  private slots: Slots | undefined;

  constructor(
    readonly text: string | Line,
    private readonly form: Form<V>,
  ) {}

  /** A leaf whose entries are not held. */
  unread(): ShutLeaf<V> {
    return this.slots === undefined ? this : new ShutLeaf(this.text, this.form);
  }

  opened(): Slots {
    this.slots ??= slotsOf(JSON.parse(String(this.text)) as readonly unknown[], this.form);
    return this.slots;
  }
}
