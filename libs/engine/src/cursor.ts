import { InvalidRequest } from '#kernel/errors.js';
import { fieldOf, type Json, type Stored } from '#kernel/ports/read-models.js';
import type { Index } from '#kernel/projection.js';

/** Where a page ended: of which build it was, and its last document's values of the index, then its key. */
export interface Cursor {
  readonly edition: string;
  readonly after: readonly unknown[];
}

/** Opaque to whoever asks for the next page. */
export function cursorBehind({ key, doc }: Stored, index: Index | undefined, edition: string): string {
  const values = Object.keys(index ?? {}).map((field) => fieldOf(doc as Json, field));
  return Buffer.from(JSON.stringify([edition, ...values, key])).toString('base64url');
}

/** @throws {InvalidRequest} */
export function cursorIn(text: string): Cursor {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(values) && values.length > 1 && values.every(isScalar)) {
      const [edition, ...after] = values as readonly unknown[];
      if (typeof edition === 'string') return { edition, after };
    }
  } catch {
    // told apart below, with the same words as a cursor of another shape
  }
  throw foreignCursor();
}

const isScalar = (value: unknown): boolean => value === null || typeof value !== 'object';

export const foreignCursor = (): InvalidRequest =>
  new InvalidRequest([{ path: 'cursor', message: 'is none that a page of this query gave' }]);
