/**
 * The one JSON text of a value: keys sorted by UTF-16 code units, no blanks, numbers as ECMAScript prints them.
 *
 * @throws {TypeError} for what JSON cannot say: NaN, infinities, lone surrogates, functions.
 * @source RFC 8785 (JSON Canonicalization Scheme)
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
    return `{${names
      .sort()
      .map((name) => `${canonicalText(name)}:${canonicalJson(fields[name])}`)
      .join(',')}}`;
  }
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`JSON has no ${value}`);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  throw new TypeError(`JSON has no ${typeof value}`);
}

function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a text with a lone surrogate is no JSON text');
  return JSON.stringify(text);
}
