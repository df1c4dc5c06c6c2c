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

export const rowsOf = <V>(slots: Slots, { row }: Form<V>): readonly unknown[] =>
  Array.from({ length: slots.length >> 1 }, (_, at) => row(slots[2 * at] as string, slots[2 * at + 1] as V));

/** Of just the length it needs: a list that grows takes more. */
export function slotsOf<V>(entries: readonly Entry<V>[]): Slots {
  const slots = new Array<unknown>(2 * entries.length).fill(undefined);
  for (const [at, [key, value]] of entries.entries()) [slots[2 * at], slots[2 * at + 1]] = [key, value];
  return slots;
}

/** Entries as the text of a snapshot, read when they are wanted. The text stays, for the next snapshot. */
export class ShutLeaf<V> {
  private slots: Slots | undefined;

  constructor(
    readonly text: string,
    private readonly form: Form<V>,
  ) {}

  opened(): Slots {
    this.slots ??= slotsOf((JSON.parse(this.text) as readonly unknown[]).map((row) => this.form.entry(row)));
    return this.slots;
  }
}
