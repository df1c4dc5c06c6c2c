import type { Json } from '#kernel/ports/read-models.js';
import { ProjectionFileInvalid, wordsOf } from './errors.js';
import type { Own } from './own-projections.js';
import { placeText, shown } from './source-lines.js';

const SOME = 500;

/** What a row looks like where there is none; undefined where only the projection's own `rows` knows. */
export function sampleOf({ written }: Own): object | undefined {
  try {
    return written.rows === undefined ? written.initial('') : undefined;
  } catch {
    return undefined; // a function of theirs, which may take no such key
  }
}

/**
 * The rows of a projection's table, some at a time: what its `rows` makes of the documents, or the documents.
 *
 * @throws {ProjectionFileInvalid} with the line where `rows` fails
 */
export async function* rowsOf(
  { projection, written, file }: Own,
  documents: AsyncIterable<Json>,
  signal: AbortSignal,
): AsyncGenerator<readonly object[]> {
  let held: object[] = [];
  try {
    for await (const row of written.rows === undefined ? documents : listed(written.rows(documents))) {
      held.push(row as object);
      if (held.length < SOME) continue;
      signal.throwIfAborted();
      yield held;
      held = [];
    }
  } catch (error) {
    const place = file.lines.placeOf(error);
    if (place === undefined && !(error instanceof NoRows)) throw error;
    const where = place === undefined ? shown(file.path) : placeText(place);
    throw new ProjectionFileInvalid(`${projection.name}: ${where}: ${wordsOf(error)}\nNothing was written.`);
  }
  yield held;
}

class NoRows extends TypeError {
  override readonly name = 'NoRows';
}

/** @throws {NoRows} for a promise, or nothing */
function listed(rows: AsyncIterable<object> | Iterable<object>): AsyncIterable<object> | Iterable<object> {
  const given = rows as object | null | undefined;
  if (given != null && (Symbol.asyncIterator in given || Symbol.iterator in given)) return rows;
  throw new NoRows('rows must give rows: async *rows(documents) { for await (const doc of documents) yield { … }; }');
}
