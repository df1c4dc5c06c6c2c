/** Keys and values in turn: an entry without an array of its own takes a quarter of the memory. */
export type Slots = readonly unknown[];

export type Entry<V> = readonly [key: string, value: V];

/** Says in newer entries that the one in older ones is gone. */
export const TOMBSTONE = Symbol('tombstone');
export type Tombstone = typeof TOMBSTONE;

/** A tombstone's row. */
export const isGone = (row: unknown): row is { readonly gone: string } =>
  typeof row === 'object' && !Array.isArray(row);

/** How entries become rows of JSON, and rows entries again. No row is an object: those are tombstones. */
export interface Form<V, Row = unknown> {
  row(key: string, value: V): Row;
  entry(row: Row): Entry<V>;
}

/** Rows of keys and values, for values that are JSON. */
export const plain = <V>(): Form<V, Entry<V>> => ({ row: (key, value) => [key, value], entry: (row) => row });

/** Rows of names, for what only is there or not. */
export const names: Form<true, string> = { row: (name) => name, entry: (name) => [name, true] };

export function rowsOf<V>(slots: Slots, form: Form<V>, rows: unknown[] = []): readonly unknown[] {
  for (let at = 0; at < slots.length; at += 2) {
    const [key, value] = [slots[at] as string, slots[at + 1]];
    rows.push(value === TOMBSTONE ? { gone: key } : form.row(key, value as V));
  }
  return rows;
}

/** Of rows in the order of their keys. */
export function slotsOf<V, Row>(rows: readonly Row[], form: Pick<Form<V, Row>, 'entry'>): Slots {
  const slots = new Array<unknown>(2 * rows.length).fill(undefined); // just as long as it needs: a list that grows takes more
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as Row;
    if (isGone(row)) {
      slots[2 * at] = row.gone;
      slots[2 * at + 1] = TOMBSTONE;
    } else {
      const entry = form.entry(row);
      slots[2 * at] = entry[0];
      slots[2 * at + 1] = entry[1];
    }
  }
  return slots;
}
