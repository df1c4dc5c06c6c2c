const NEWLINE = 0x0a;

/** One line of a stream of bytes; null for one that is longer than the limit. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | null;
}

/**
 * Splits bytes at newlines, holding at most one line and one chunk. Lines of blanks are counted and left out. What else Unicode
 * calls the end of a line may stand in a JSON text, where Node's readline would cut it.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array | string>, limit: number): AsyncGenerator<Line> {
  let held: Buffer[] = [];
  let size = 0;
  let number = 0;
  const take = (): Line | undefined => {
    const bytes = size > limit ? null : Buffer.concat(held);
    [held, size] = [[], 0];
    number += 1;
    return bytes?.toString('latin1').trim() === '' ? undefined : { number, bytes };
  };
  for await (const some of chunks) {
    const chunk = typeof some === 'string' ? Buffer.from(some) : Buffer.from(some.buffer, some.byteOffset, some.length);
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      hold(chunk.subarray(start, end));
      const line = take();
      if (line !== undefined) yield line;
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  const last = size > 0 ? take() : undefined;
  if (last !== undefined) yield last;

  function hold(part: Buffer): void {
    size += part.length;
    if (size <= limit && part.length > 0) held.push(part);
    else if (size > limit) held = [];
  }
}
