import { plain } from './leaf.js';
import type { Shelf } from './shelf.js';
import { Sorted, type KeptSorted } from './sorted.js';

/** A state whose maps hold JSON, as a snapshot keeps it; `restoredMaps` reads it again. */
export function keptMaps<Maps extends string>(
  state: Readonly<Record<Maps, Sorted<unknown>>>,
  maps: readonly Maps[],
  shelf: Shelf,
): Readonly<Record<string, unknown>> {
  return { ...state, ...Object.fromEntries(maps.map((name) => [name, state[name].kept(shelf, plain())])) };
}

export function restoredMaps(json: unknown, maps: readonly string[], shelf: Shelf): Readonly<Record<string, unknown>> {
  const kept = json as Readonly<Record<string, KeptSorted>>;
  const restored = maps.map((name) => [name, Sorted.restored(kept[name] ?? [], shelf, plain())] as const);
  return { ...kept, ...Object.fromEntries(restored) };
}
