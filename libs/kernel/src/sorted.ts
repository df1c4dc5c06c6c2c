const CHUNK = 64;

type Entry<V> = readonly [key: string, value: V];

/**
 * An immutable map in key order. A change copies one chunk of at most 128 entries and the list of chunks, so that the
 * state of a customer with a hundred thousand facts costs no more per fact than that of a new one.
 */
export class Sorted<V> {
  private static readonly none = new Sorted<never>([], 0);

  private constructor(
    private readonly chunks: readonly (readonly Entry<V>[])[],
    readonly size: number,
  ) {}

  static empty<V>(): Sorted<V> {
    return Sorted.none;
  }

  static from<V>(entries: Iterable<Entry<V>>): Sorted<V> {
    const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const chunks: Entry<V>[][] = [];
    for (let start = 0; start < sorted.length; start += CHUNK) chunks.push(sorted.slice(start, start + CHUNK));
    return new Sorted(chunks, sorted.length);
  }

  get(key: string): V | undefined {
    const chunk = this.chunks[this.chunkFor(key)];
    const entry = chunk?.[slotIn(chunk, key)];
    return entry?.[0] === key ? entry[1] : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): Sorted<V> {
    const index = this.chunkFor(key);
    const chunk = this.chunks[index] ?? [];
    const slot = slotIn(chunk, key);
    const known = chunk[slot]?.[0] === key;
    const changed = chunk.toSpliced(slot, known ? 1 : 0, [key, value]);
    const split = changed.length > 2 * CHUNK ? [changed.slice(0, CHUNK), changed.slice(CHUNK)] : ([changed] as const);
    return new Sorted(this.chunks.toSpliced(index, 1, ...split), this.size + (known ? 0 : 1));
  }

  delete(key: string): Sorted<V> {
    const index = this.chunkFor(key);
    const chunk = this.chunks[index] ?? [];
    const slot = slotIn(chunk, key);
    if (chunk[slot]?.[0] !== key) return this;
    const rest = chunk.toSpliced(slot, 1);
    return new Sorted(this.chunks.toSpliced(index, 1, ...(rest.length > 0 ? [rest] : [])), this.size - 1);
  }

  /** Entries in key order, from `from` (inclusive) when given. */
  *entries(from = ''): IterableIterator<Entry<V>> {
    const first = this.chunkFor(from);
    for (let index = first; index < this.chunks.length; index += 1) {
      const chunk = this.chunks[index] ?? [];
      for (let slot = index === first ? slotIn(chunk, from) : 0; slot < chunk.length; slot += 1) {
        yield chunk[slot] as Entry<V>;
      }
    }
  }

  *values(from = ''): IterableIterator<V> {
    for (const [, value] of this.entries(from)) yield value;
  }

  first(): V | undefined {
    return this.chunks[0]?.[0]?.[1];
  }

  /** How a snapshot keeps it; `Sorted.from` reads it again. */
  toJSON(): readonly Entry<V>[] {
    return this.chunks.flat();
  }

  /** The last chunk whose first key is not after `key`. */
  private chunkFor(key: string): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.chunks[middle]?.[0]?.[0] ?? '') <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function slotIn(chunk: readonly Entry<unknown>[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle]?.[0] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
