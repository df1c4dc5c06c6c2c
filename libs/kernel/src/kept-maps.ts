import type { Form } from './leaf.js';
import type { Shelf } from './shelf.js';
import { Sorted, type KeptSorted } from './sorted.js';

/** How each map of a state is kept, by its name. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the maps of a state are heterogeneous
export type Forms = Readonly<Record<string, Form<any>>>;

/**
 * Rows of a key and some fields, without their names. A field that a value lacks is lacking again.
 *
 * @param fields  all of them that a value may have; none of them is ever null
 * @param keyOf  the key, where it follows from the value: then it is in no row
 */
export function fieldsForm<V extends object>(
  fields: readonly (keyof V & string)[],
  keyOf?: (value: V) => string,
): Form<V, readonly unknown[]> {
  const begin = keyOf === undefined ? 1 : 0;
  return {
    row: (key, value) => {
      const row: unknown[] = begin === 1 ? [key] : [];
      for (const field of fields) row.push(value[field] ?? null);
      while (row.at(-1) === null) row.pop();
      return row;
    },
    entry: (row) => {
      const value: Partial<Record<string, unknown>> = {};
      for (let at = begin; at < row.length; at += 1)
        if (row[at] !== null) value[fields[at - begin] as string] = row[at];
      return [keyOf === undefined ? (row[0] as string) : keyOf(value as V), value as V];
    },
  };
}

/** A state as a snapshot keeps it; `restoredMaps` reads it again. */
export function keptMaps(state: object, forms: Forms, shelf: Shelf): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = { ...state };
  for (const name in forms) kept[name] = (kept[name] as Sorted<unknown>).kept(shelf, forms[name] as Form<unknown>);
  return kept;
}

export function restoredMaps(json: unknown, forms: Forms, shelf: Shelf): Readonly<Record<string, unknown>> {
  const state: Record<string, unknown> = { ...(json as object) };
  for (const name in forms)
    state[name] = Sorted.restored(state[name] as KeptSorted, shelf, forms[name] as Form<unknown>);
  return state;
}
