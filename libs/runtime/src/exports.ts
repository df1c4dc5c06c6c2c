import type { Json } from '#kernel/ports/read-models.js';
import type { Find, Page } from '#engine/queries.js';
import { outerPaths } from './tables/columns.js';

/** Held for each reader, however slowly it reads: with documents of 10 KB about a megabyte. */
const PAGE = 100;

/** Asks for one page. */
export type Pages = (find: Find) => Promise<Page>;

/** All documents that a query finds, page by page; at most `find.limit`. */
export async function* documentsOf(pages: Pages, find: Find): AsyncGenerator<readonly Json[]> {
  let left = find.limit ?? Infinity;
  let cursor = find.cursor;
  do {
    const limit = Math.min(PAGE, left);
    const page = await pages({ ...find, limit, ...(cursor !== undefined && { cursor }) });
    yield page.items;
    left -= page.items.length;
    ({ cursor } = page);
  } while (cursor !== undefined && left > 0);
}

export async function* asNdjson(pages: Pages, find: Find): AsyncGenerator<string> {
  for await (const items of documentsOf(pages, find)) {
    if (items.length > 0) yield items.map((doc) => `${JSON.stringify(doc)}\n`).join('');
  }
}

/**
 * Columns are the paths of all values, `spend.units`, gathered in a first pass; lists are written as JSON. An object that is null in
 * some documents has its inner columns only.
 *
 * @source RFC 4180; texts that a spreadsheet would take for a formula get a ' in front (OWASP, CSV injection)
 */
export async function* asCsv(pages: Pages, find: Find): AsyncGenerator<string> {
  const isFilled = new Map<string, boolean>();
  for await (const items of documentsOf(pages, find)) {
    for (const doc of items)
      for (const [path, value] of cellsOf(doc))
        if (value !== null || !isFilled.has(path)) isFilled.set(path, value !== null);
  }
  const outer = outerPaths(isFilled.keys());
  const columns = [...isFilled.keys()].filter((path) => isFilled.get(path) === true || !outer.has(path));
  yield `${columns.map(cell).join(',')}\r\n`;
  for await (const items of documentsOf(pages, find)) {
    const rows = items.map((doc) => {
      const values = new Map(cellsOf(doc));
      return `${columns.map((path) => cell(values.get(path))).join(',')}\r\n`;
    });
    if (rows.length > 0) yield rows.join('');
  }
}

function* cellsOf(doc: Json, path = ''): Generator<readonly [string, unknown]> {
  for (const [name, value] of Object.entries(doc)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) yield* cellsOf(value as Json, at);
    else yield [at, value];
  }
}

export function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  let text = typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
