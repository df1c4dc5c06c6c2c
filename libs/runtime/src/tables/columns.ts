import { isDay, isInstant } from '#kernel/time.js';

/**
 * What a column holds: whole numbers (64 bits), other numbers, instants (UTC, milliseconds), days, texts; `json` where values
 * are lists, maps, or of several kinds, each written as JSON text.
 */
export type Kind = 'boolean' | 'integer' | 'double' | 'instant' | 'day' | 'text' | 'json';

export interface Column {
  /** The path of its values in a row, `spend.units`. */
  readonly name: string;
  readonly kind: Kind;
}

export type Row = Readonly<Record<string, unknown>>;

/** An object with more names than this, over all rows, is no record of fields but a map: one column of JSON. */
const MOST_FIELDS = 64;

/** Finds the columns of rows that are shown to it one by one: objects become a column a field, by their path. */
export class ColumnFinder {
  private readonly kinds = new Map<string, Kind | 'nothing'>();
  private readonly fields = new Map<string, Set<string>>();
  private readonly maps = new Set<string>();
  private readonly empties = new Set<string>();

  show(row: Row, path = ''): void {
    for (const name of Object.keys(row)) {
      const at = path === '' ? name : `${path}.${name}`;
      const value = row[name];
      if (isRecord(value) && Object.keys(value).length === 0) this.empties.add(at);
      if (!isRecord(value)) this.note(at, kindOf(value));
      else if (!this.isMap(at, value)) this.show(value, at);
      else this.note(at, 'json');
    }
  }

  /** In the order in which they were first seen. */
  columns(): readonly Column[] {
    const outer = outerPaths(this.kinds.keys());
    return [...this.kinds]
      .filter(([name, kind]) => kind !== 'nothing' || !outer.has(name))
      .map(([name, kind]) => ({ name, kind: kind === 'nothing' ? 'text' : kind }));
  }

  /** All that rows shown have, objects as well as what is in them. */
  paths(): ReadonlySet<string> {
    return new Set([...this.kinds.keys(), ...outerPaths(this.kinds.keys()), ...this.empties]);
  }

  /** False where no row like those shown has this path. Names within a map, and within what was null in all of them, are not known. */
  mayHave(path: string): boolean {
    const filled = outerPaths(this.kinds.keys());
    const isOpen = (above: string): boolean =>
      this.maps.has(above) || this.empties.has(above) || (this.kinds.get(above) === 'nothing' && !filled.has(above));
    return this.paths().has(path) || [...outerPaths([path])].some(isOpen);
  }

  private note(path: string, kind: Kind | 'nothing'): void {
    const before = this.kinds.get(path);
    this.kinds.set(path, before === undefined ? kind : common(before, kind));
  }

  private isMap(path: string, value: Row): boolean {
    if (this.maps.has(path)) return true;
    let names = this.fields.get(path);
    if (names === undefined) this.fields.set(path, (names = new Set()));
    for (const name of Object.keys(value)) names.add(name);
    if (names.size <= MOST_FIELDS) return false;
    this.maps.add(path);
    for (const known of this.kinds.keys()) if (known.startsWith(`${path}.`)) this.kinds.delete(known);
    return true;
  }
}

/** What lies above other paths. A column of such a name is of a field that is an object in other rows: those stand in the inner ones. */
export function outerPaths(paths: Iterable<string>): ReadonlySet<string> {
  const outer = new Set<string>();
  for (const path of paths) {
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) outer.add(path.slice(0, dot));
  }
  return outer;
}

/** A row's values in the order of the columns; null where it has none. Values of `json` columns are texts. */
export function valuesOf(row: Row, columns: readonly Column[]): readonly unknown[] {
  return columns.map(({ name, kind }) => {
    const value = valueAt(row, name);
    if (value === undefined || value === null || (isRecord(value) && kind !== 'json')) return null;
    return kind === 'json' ? JSON.stringify(value) : value;
  });
}

/** Names of fields may hold dots themselves. */
function valueAt(row: Row, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const inner = row[path.slice(0, dot)];
    const found = isRecord(inner) ? valueAt(inner, path.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const isRecord = (value: unknown): value is Row => value !== null && typeof value === 'object' && !Array.isArray(value);

function kindOf(value: unknown): Kind | 'nothing' {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'double';
  if (typeof value !== 'string') return 'json';
  if (value.length === 10 && isDay(value)) return 'day';
  return value.length >= 20 && isInstant(value) ? 'instant' : 'text';
}

const NUMBERS = new Set<string>(['integer', 'double']);
const TEXTS = new Set<string>(['instant', 'day', 'text']);

function common(left: Kind | 'nothing', right: Kind | 'nothing'): Kind | 'nothing' {
  if (left === right || right === 'nothing') return left;
  if (left === 'nothing') return right;
  if (NUMBERS.has(left) && NUMBERS.has(right)) return 'double';
  return TEXTS.has(left) && TEXTS.has(right) ? 'text' : 'json';
}
