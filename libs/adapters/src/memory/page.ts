import { compareValues, indexedValue, walkOf, type Bound, type IndexValue } from '#kernel/ports/index-order.js';
import type { Query, Stored } from '#kernel/ports/read-models.js';

/** One page of documents in the order of an index, found by looking at all of them. */
export function pageOf(live: readonly Stored[], query: Query): Stored[] {
  const { fields, directions, equal, bounds, after, limit } = walkOf(query);
  const compare = (a: readonly IndexValue[], b: readonly IndexValue[]): number => {
    for (const [at, direction] of directions.entries()) {
      const order = compareValues(a[at] ?? null, b[at] ?? null);
      if (order !== 0) return order * direction;
    }
    return 0;
  };
  return live
    .map((stored) => ({ stored, at: [...fields.map((path) => indexedValue(stored.doc ?? {}, path)), stored.key] }))
    .filter(({ at }) => equal.every((value, field) => compareValues(at[field] ?? null, value) === 0))
    .filter(({ at }) => bounds.every((bound) => within(at[equal.length] ?? null, bound)))
    .filter(({ at }) => after === undefined || compare(at, after) > 0)
    .sort((a, b) => compare(a.at, b.at))
    .slice(0, limit)
    .map(({ stored }) => stored);
}

function within(value: IndexValue, { operator, value: limit }: Bound): boolean {
  if (value === null || typeof value !== typeof limit) return false;
  const order = compareValues(value, limit);
  return { gt: order > 0, gte: order >= 0, lt: order < 0, lte: order <= 0 }[operator];
}
