import type { Bound, IndexValue, Walk } from '#kernel/ports/index-order.js';

/** A part of a page that one range of the index gives. */
export interface Segment {
  /** SQL conditions, all of which hold; parameters are numbered by their order. */
  readonly where: readonly string[];
  readonly values: readonly IndexValue[];
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const ABOVE_NULL = '>= -9e999'; // an index range; IS NOT NULL would be a scan

/** The order of a walk as SQL. */
export const orderOf = (walk: Walk, columns: readonly string[]): string =>
  walk.directions.map((direction, at) => `${columns[at]} ${direction === 1 ? 'ASC' : 'DESC'}`).join(', ');

/**
 * What lies behind `after`, as index ranges in the order of the walk: first its ties, then what differs in the last field
 * only, and so on up to the first field that is not fixed. One condition with OR would make SQLite scan and sort.
 *
 * @param columns  A column for each field of the index, then the key's.
 */
export function segmentsOf(walk: Walk, columns: readonly string[]): readonly Segment[] {
  const { equal, bounds, after, directions } = walk;
  const column = (at: number): string => columns[at] as string;
  const base: Segment[] = [
    ...equal.map((value, at) => same(column(at), value)),
    ...bounds.map((bound) => within(column(equal.length), bound)),
  ];
  if (after === undefined) return [joined(base)];
  const segments: Segment[] = [];
  for (let level = columns.length - 1; level >= equal.length; level -= 1) {
    const ties = after.slice(equal.length, level).map((value, at) => same(column(equal.length + at), value));
    for (const beyond of behind(column(level), after[level] ?? null, directions[level] ?? 1)) {
      segments.push(joined([...base, ...ties, beyond]));
    }
  }
  return segments;
}

const same = (column: string, value: IndexValue): Segment => ({ where: [`${column} IS ?`], values: [value] });

/** Numbers sort before texts: a bound stays within its own type. */
function within(column: string, { operator, value }: Bound): Segment {
  if (value === null) return { where: ['0'], values: [] };
  const where = [`${column} ${OPERATORS[operator]} ?`];
  const rising = operator === 'gt' || operator === 'gte';
  if (typeof value === 'number' && rising) where.push(`${column} < ''`);
  if (typeof value === 'string' && !rising) where.push(`${column} >= ''`);
  return { where, values: [value] };
}

function behind(column: string, value: IndexValue, direction: 1 | -1): readonly Segment[] {
  if (direction === 1) {
    return value === null
      ? [{ where: [`${column} ${ABOVE_NULL}`], values: [] }]
      : [{ where: [`${column} > ?`], values: [value] }];
  }
  if (value === null) return [];
  return [
    { where: [`${column} < ?`], values: [value] },
    { where: [`${column} IS NULL`], values: [] },
  ];
}

const joined = (parts: readonly Segment[]): Segment => ({
  where: parts.flatMap(({ where }) => where),
  values: parts.flatMap(({ values }) => values),
});
