import { DefinitionError } from '../errors.js';
import type { Json, Query, Range, ReadModelSpec } from './read-models.js';
import { fieldOf } from './read-models.js';

/** What an index keeps of a field. They sort: null, then numbers (false is 0, true is 1), then texts by code point. */
export type IndexValue = null | number | string;

/** A field's value as an index keeps it; lists and objects are kept as their JSON text. */
export function indexValue(value: unknown): IndexValue {
  switch (typeof value) {
    case 'number':
    case 'string':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value === null || value === undefined ? null : JSON.stringify(value);
  }
}

export const indexedValue = (doc: Json, path: string): IndexValue => indexValue(fieldOf(doc, path));

/** Texts by code point, as UTF-8 bytes sort; JavaScript's `<` puts U+FF5E behind U+1F600. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? aboveSurrogates(x) - aboveSurrogates(y) : x - y;
  }
  return a.length - b.length;
}

const aboveSurrogates = (unit: number): number => (unit >= 0xe000 ? unit - 0x2000 : unit + 0x2000);

const rank = (value: IndexValue): number => (value === null ? 0 : typeof value === 'number' ? 1 : 2);

export function compareValues(a: IndexValue, b: IndexValue): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  return rank(a) - rank(b);
}

export type Operator = 'gt' | 'gte' | 'lt' | 'lte';

export interface Bound {
  readonly operator: Operator;
  readonly value: IndexValue;
}

/** A query against its index: what is fixed, what is bounded, where to go on. */
export interface Walk {
  readonly fields: readonly string[];
  /** 1 rising, -1 falling, of each field and, last, of the key; already turned round for `reverse`. */
  readonly directions: readonly (1 | -1)[];
  /** Values of the first fields. */
  readonly equal: readonly IndexValue[];
  /** On the field behind the equal ones. A bound matches values of its own type only, and null matches none. */
  readonly bounds: readonly Bound[];
  /** One value a field, then the key. */
  readonly after: readonly IndexValue[] | undefined;
  readonly limit: number;
}

/** @throws {DefinitionError} where `equal`, `range` or `after` does not fit the index: it would be a scan */
export function walkOf({ index, equal = {}, range, reverse = false, limit, after }: Query): Walk {
  const fields = Object.keys(index);
  const fixed = fields.slice(0, Object.keys(equal).length);
  if (fixed.some((field) => !(field in equal))) {
    throw new DefinitionError(`"equal" must name the first fields of the index (${fields.join(', ')}).`);
  }
  const bounds = boundsOf(range);
  if (bounds.length > 0 && fixed.length === fields.length) {
    throw new DefinitionError('"range" needs a field of the index behind the equal ones.');
  }
  if (after !== undefined && after.length !== fields.length + 1) {
    throw new DefinitionError('"after" must hold a value for each field of the index, then the key.');
  }
  if (after !== undefined && fixed.some((field, at) => indexValue(equal[field]) !== indexValue(after[at]))) {
    throw new DefinitionError('"after" belongs to a query with other "equal" values.');
  }
  const turn = (direction: 1 | -1 | undefined): 1 | -1 => ((direction === -1) === reverse ? 1 : -1);
  return {
    fields,
    directions: [...fields.map((field) => turn(index[field])), turn(1)],
    equal: fixed.map((field) => indexValue(equal[field])),
    bounds,
    after: after?.map(indexValue),
    limit,
  };
}

/** Which of its declared indexes a query names. @throws {DefinitionError} for an index that was not declared */
export function declaredIndex({ name, indexes }: ReadModelSpec, { index }: Query): number {
  const wanted = JSON.stringify(index);
  const at = indexes.findIndex((declared) => JSON.stringify(declared) === wanted);
  if (at < 0) throw new DefinitionError(`Read model ${name} declares no index ${wanted}.`);
  return at;
}

function boundsOf(range: Range = {}): readonly Bound[] {
  const operators = ['gt', 'gte', 'lt', 'lte'] as const;
  return operators
    .filter((operator) => range[operator] !== undefined)
    .map((operator) => ({ operator, value: indexValue(range[operator]) }));
}
