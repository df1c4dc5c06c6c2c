/**
 * The one JSON text of a value: keys sorted by UTF-16 code units, no blanks, numbers as ECMAScript prints them.
 *
 * @throws {TypeError} for what JSON cannot say: NaN, infinities, lone surrogates, functions.
 * @source RFC 8785 (JSON Canonicalization Scheme)
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return canonicalText(value);
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`);
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalList(value) : canonicalObject(value as Readonly<Record<string, unknown>>);
    default:
      throw new TypeError(`JSON has no ${typeof value}`);
  }
}

function canonicalList(items: readonly unknown[]): string {
  let text = '';
  for (let at = 0; at < items.length; at += 1) text += `${at === 0 ? '' : ','}${canonicalJson(items[at] ?? null)}`;
  return `[${text}]`;
}

function canonicalObject(fields: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const name of sorted(Object.keys(fields))) {
    const value = fields[name];
    if (value !== undefined) text += (text === '' ? '{' : ',') + named(name) + canonicalJson(value);
  }
  return text === '' ? '{}' : `${text}}`;
}

const MOST_NAMES = 1_000;
const LONGEST_NAME = 40;
const texts = new Map<string, string>();

/** Most names of fields come again and again. */
function named(name: string): string {
  let text = texts.get(name);
  if (text !== undefined) return text;
  text = `${canonicalText(name)}:`;
  if (texts.size < MOST_NAMES && name.length <= LONGEST_NAME) texts.set(name, text);
  return text;
}

const FEW = 24;

/** In place: objects have few fields, mostly in order, and `sort` makes lists of its own. Both compare UTF-16 code units. */
function sorted(names: string[]): readonly string[] {
  if (names.length > FEW) return names.sort();
  for (let next = 1; next < names.length; next += 1) {
    const name = names[next] as string;
    let at = next;
    for (; at > 0 && (names[at - 1] as string) > name; at -= 1) names[at] = names[at - 1] as string;
    names[at] = name;
  }
  return names;
}

function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a text with a lone surrogate is no JSON text');
  return JSON.stringify(text);
}
