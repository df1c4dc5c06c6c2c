/** A value that stands in a column, or is the same for every row. */
export type Source = { readonly column: string } | { readonly value: string };

/** A source whose texts stand for others; a text that is not named becomes `otherwise`, or its row is rejected. */
export type Choice = Source & {
  readonly values: Readonly<Record<string, string>> | null;
  readonly otherwise: string | null;
};

/** Holds for a row whose column is one of these texts, or starts with one. */
export interface Condition {
  readonly column: string;
  readonly equals: readonly string[];
  readonly startsWith: readonly string[];
}

/** Where a mapping names a column of the file. */
export type NamedColumn = readonly [path: string, column: string];

/** A mapping that does not hold; every bad field is named by its path. */
export class MappingError extends Error {
  override readonly name = 'MappingError';

  constructor(readonly problems: readonly string[]) {
    super(`The mapping does not hold: ${problems.join('; ')}.`);
  }
}

interface TextRule {
  readonly fallback?: string;
  readonly matches?: RegExp;
  readonly saying?: string;
}

/** Reads a JSON object field by field; gathers what is wrong, and which columns it names, by path. */
export class Reader {
  private readonly fields: Readonly<Record<string, unknown>>;
  private readonly seen = new Set<string>();

  constructor(
    json: unknown,
    private readonly path = '',
    private readonly problems: string[] = [],
    readonly columns: NamedColumn[] = [],
  ) {
    const isObject = json !== null && typeof json === 'object' && !Array.isArray(json);
    if (!isObject) this.bad('', 'must be an object');
    this.fields = isObject ? (json as Record<string, unknown>) : {};
  }

  has(field: string): boolean {
    return this.fields[field] !== undefined;
  }

  bad(field: string, message: string): void {
    this.problems.push(`${this.at(field) || 'it'} ${message}`);
  }

  text(field: string, { fallback, matches, saying }: TextRule = {}): string {
    const value = this.take(field) ?? fallback;
    if (typeof value !== 'string' || (value === '' && fallback !== '')) this.bad(field, 'must be a text');
    else if (matches?.test(value) === false) this.bad(field, `must be ${saying ?? String(matches)}`);
    return typeof value === 'string' ? value : '';
  }

  column(field = 'column'): string {
    const column = this.text(field);
    this.names(field, column);
    return column;
  }

  /** Says that a field names a column. */
  names(field: string, column: string): void {
    this.columns.push([this.at(field), column]);
  }

  nullable(field: string, fallback: string | null): string | null {
    const value = this.take(field);
    if (value === undefined) return fallback;
    if (value !== null && typeof value !== 'string') this.bad(field, 'must be a text or null');
    return typeof value === 'string' ? value : null;
  }

  texts(field: string): readonly string[] {
    const value = this.take(field) ?? [];
    if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
    this.bad(field, 'must be a list of texts');
    return [];
  }

  flag(field: string, fallback: boolean): boolean {
    const value = this.take(field) ?? fallback;
    if (typeof value !== 'boolean') this.bad(field, 'must be true or false');
    return value === true;
  }

  whole(field: string, least: number, most: number, fallback: number): number {
    const value = this.take(field) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    this.bad(field, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  oneOf<const T extends string>(field: string, options: readonly T[], fallback: T): T {
    const value = this.take(field) ?? fallback;
    const known = options.find((option) => option === value);
    if (known === undefined) this.bad(field, `must be one of ${options.join(', ')}`);
    return known ?? fallback;
  }

  object(field: string): Reader;
  object<T>(field: string, read: (reader: Reader) => T, fallback?: T): T;
  object<T>(field: string, read?: (reader: Reader) => T, fallback?: T): T | Reader {
    const value = this.take(field);
    if (value === undefined && fallback !== undefined) return fallback;
    const reader = new Reader(value, this.at(field), this.problems, this.columns);
    if (read === undefined) return reader;
    const result = read(reader);
    reader.done();
    return result;
  }

  list(field: string): readonly Reader[] {
    const value = this.take(field) ?? [];
    if (!Array.isArray(value)) this.bad(field, 'must be a list');
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return items.map((item, at) => new Reader(item, `${this.at(field)}[${at}]`, this.problems, this.columns));
  }

  source(field: string): Source;
  source<T extends Source | null>(field: string, fallback: T): Source | T;
  source(field: string, fallback?: Source | null): Source | null {
    if (!this.has(field) && fallback !== undefined) return fallback;
    return this.object(field, (source) => sourceIn(source));
  }

  choice(field: string): Choice;
  choice<T extends Choice | null>(field: string, fallback: T): Choice | T;
  choice(field: string, fallback?: Choice | null): Choice | null {
    if (!this.has(field) && fallback !== undefined) return fallback;
    return this.object(field, (choice) => ({
      ...sourceIn(choice),
      values: choice.has('values') ? choice.byText('values') : null,
      otherwise: choice.nullable('else', null),
    }));
  }

  byText(field: string): Readonly<Record<string, string>> {
    const value = this.take(field) ?? {};
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject && Object.values(value).every((item) => typeof item === 'string')) return value as never;
    this.bad(field, 'must be an object of texts');
    return {};
  }

  condition<T extends Condition | null>(field: string, fallback: T): Condition | T {
    return this.has(field) ? this.object(field, conditionIn) : fallback;
  }

  /** A field for people, left unread. */
  note(field: string): void {
    this.seen.add(field);
  }

  /** Names the fields that nobody asked for: a misspelt one would be ignored in silence. */
  done(): Record<never, never> {
    for (const field of Object.keys(this.fields)) if (!this.seen.has(field)) this.bad(field, 'is not known');
    for (const field of Object.keys(this.fields)) this.seen.add(field);
    return {};
  }

  /** @throws {MappingError} */
  check(): void {
    if (this.problems.length > 0) throw new MappingError(this.problems);
  }

  private take(field: string): unknown {
    this.seen.add(field);
    return this.fields[field];
  }

  private at(field: string): string {
    return this.path && field ? `${this.path}.${field}` : this.path + field;
  }
}

/** What a reader's object says of a source. */
export const sourceIn = (source: Reader): Source =>
  source.has('value') ? { value: source.text('value') } : { column: source.column() };

export const conditionIn = (condition: Reader): Condition => ({
  column: condition.column(),
  equals: condition.texts('equals'),
  startsWith: condition.texts('startsWith'),
});
