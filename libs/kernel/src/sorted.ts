const CHUNK = 64;

type Entry<V> = readonly [key: string, value: V];

/** Keys and values in turn: an entry without an array of its own takes a quarter of the memory. */
type Chunk = readonly unknown[];

/**
 * An immutable map in key order. A change copies one chunk of at most 128 entries and the list of chunks, so that the
 * state of a customer with a hundred thousand facts costs no more per fact than that of a new one.
 */
export class Sorted<V> {
  private static readonly none = new Sorted<never>([], 0);

  private constructor(
    private readonly chunks: readonly Chunk[],
    readonly size: number,
  ) {}

  static empty<V>(): Sorted<V> {
    return Sorted.none;
  }

  static from<V>(entries: Iterable<Entry<V>>): Sorted<V> {
    const sorted = [...entries];
    if (!inOrder(sorted)) sorted.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    if (sorted.length === 0) return Sorted.none;
    const chunks: Chunk[] = [];
    for (let start = 0; start < sorted.length; start += CHUNK) chunks.push(chunkOf(sorted.slice(start, start + CHUNK)));
    return new Sorted(chunks, sorted.length);
  }

  get(key: string): V | undefined {
    const chunk = this.chunks[this.chunkFor(key)];
    if (chunk === undefined) return undefined;
    const at = placeIn(chunk, key);
    return chunk[at] === key ? (chunk[at + 1] as V) : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): Sorted<V> {
    const index = this.chunkFor(key);
    const chunk = this.chunks[index] ?? [];
    const at = placeIn(chunk, key);
    if (chunk[at] === key) return new Sorted(this.chunks.with(index, chunk.with(at + 1, value)), this.size);
    const grown = chunk.toSpliced(at, 0, key, value);
    if (grown.length <= 4 * CHUNK && this.chunks.length <= 1) return new Sorted([grown], this.size + 1);
    const split = grown.length > 4 * CHUNK ? [grown.slice(0, 2 * CHUNK), grown.slice(2 * CHUNK)] : [grown];
    return new Sorted(this.chunks.toSpliced(index, 1, ...split), this.size + 1);
  }

  delete(key: string): Sorted<V> {
    const index = this.chunkFor(key);
    const chunk = this.chunks[index] ?? [];
    const at = placeIn(chunk, key);
    if (chunk[at] !== key) return this;
    if (this.size === 1) return Sorted.none;
    const rest = chunk.toSpliced(at, 2);
    return new Sorted(this.chunks.toSpliced(index, 1, ...(rest.length > 0 ? [rest] : [])), this.size - 1);
  }

  /** Entries in key order, from `from` (inclusive) when given. */
  *entries(from = ''): IterableIterator<Entry<V>> {
    const first = this.chunkFor(from);
    for (let index = first; index < this.chunks.length; index += 1) {
      const chunk = this.chunks[index] ?? [];
      for (let at = index === first ? placeIn(chunk, from) : 0; at < chunk.length; at += 2) {
        yield [chunk[at] as string, chunk[at + 1] as V];
      }
    }
  }

  *values(from = ''): IterableIterator<V> {
    const first = this.chunkFor(from);
    for (let index = first; index < this.chunks.length; index += 1) {
      const chunk = this.chunks[index] ?? [];
      for (let at = index === first ? placeIn(chunk, from) : 0; at < chunk.length; at += 2) yield chunk[at + 1] as V;
    }
  }

  first(): V | undefined {
    return this.chunks[0]?.[1] as V | undefined;
  }

  /** How a snapshot keeps it; `Sorted.from` reads it again. */
  toJSON(): readonly Entry<V>[] {
    return [...this.entries()];
  }

  /** The last chunk whose first key is not after `key`. */
  private chunkFor(key: string): number {
    let low = 0;
    let high = this.chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.chunks[middle]?.[0] as string) <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Of just the length it needs: a list that grows takes more. */
function chunkOf(entries: readonly Entry<unknown>[]): Chunk {
  const chunk = new Array<unknown>(2 * entries.length).fill(undefined);
  for (const [at, [key, value]] of entries.entries()) [chunk[2 * at], chunk[2 * at + 1]] = [key, value];
  return chunk;
}

/** Where a key stands, or would stand. */
function placeIn(chunk: Chunk, key: string): number {
  let low = 0;
  let high = chunk.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[2 * middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

const inOrder = (entries: readonly Entry<unknown>[]): boolean =>
  entries.every(([key], at) => at === 0 || (entries[at - 1] as Entry<unknown>)[0] < key);
