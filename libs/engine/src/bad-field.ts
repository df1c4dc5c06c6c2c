import type { Raw } from '#kernel/parse.js';

const MOST_NAMED = 5;

/** Where in some rules a value stands that does not hold; undefined where that cannot be told. */
export function badField(rules: Raw, value: unknown, defaults: object): string | undefined {
  if (value === undefined) return missingOf(missing(rules, defaults));
  const places = [...holding(rules, value)];
  if (places.length === 0 || places.length > MOST_NAMED) return undefined;
  return places.length === 1 ? places[0] : `one of ${places.join(', ')}`;
}

/** Who gave one figure only is told of the others. */
function missingOf(places: readonly string[]): string | undefined {
  if (places.length < 2) return places[0];
  const more = places.length > MOST_NAMED ? ` and ${places.length - MOST_NAMED} more` : '';
  return `one of ${places.slice(0, MOST_NAMED).join(', ')}${more}, which are missing (rules are given whole)`;
}

/** Without a call for each level: rules may be nested deeper than a stack is. */
function* holding(rules: unknown, value: unknown): Generator<string> {
  const open: (readonly [within: unknown, path: string])[] = [[rules, '']];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [within, path] = next;
    if (path !== '' && Object.is(within, value)) yield path;
    if (within === null || typeof within !== 'object') continue;
    for (const [name, entry] of Object.entries(within).reverse()) open.push([entry, under(path, name, within)]);
  }
}

const under = (path: string, name: string, parent: object): string =>
  Array.isArray(parent) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;

/** Fields that the defaults have and these rules have not, the outermost ones. */
function missing(rules: Raw, defaults: object): readonly string[] {
  const absent = Object.keys(defaults).filter((name) => rules[name] === undefined);
  if (absent.length > 0) return absent;
  return Object.entries(defaults).flatMap(([name, entry]) => {
    const own = rules[name];
    return isPlain(own) && isPlain(entry) ? missing(own, entry).map((field) => `${name}.${field}`) : [];
  });
}

const isPlain = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
