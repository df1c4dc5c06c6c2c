import type { Json } from '#kernel/ports/read-models.js';
import { ProjectionFileInvalid, wordsOf } from './errors.js';
import type { Own } from './own-projections.js';
import { placeText } from './source-lines.js';

const SOME = 500;

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
    for await (const row of written.rows?.(documents) ?? documents) {
      held.push(row as object);
      if (held.length < SOME) continue;
      signal.throwIfAborted();
      yield held;
      held = [];
    }
  } catch (error) {
    const place = file.lines.placeOf(error);
    if (place === undefined) throw error;
    throw new ProjectionFileInvalid(`${projection.name}: ${placeText(place)}: ${wordsOf(error)}\nNothing was written.`);
  }
  yield held;
}
