/** So many bits for each key: one of a hundred keys that were never put in is taken for one that may be there. */
const BITS_A_KEY = 10;
const LOOKS = 4;

/** 32 bits of a key (FNV-1a, mixed as MurmurHash3 ends). */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A Bloom filter (Bloom 1970) of keys, by their hashes: 1.25 bytes a key. */
export function filterOf(hashes: readonly number[]): Uint8Array {
  const filter = new Uint8Array(Math.ceil((hashes.length * BITS_A_KEY) / 8) || 1);
  const bits = filter.length * 8;
  for (const hash of hashes) {
    const step = stepOf(hash);
    for (let look = 0, at = hash; look < LOOKS; look += 1, at = (at + step) >>> 0) {
      const bit = at % bits;
      filter[bit >> 3] = (filter[bit >> 3] as number) | (1 << (bit & 7));
    }
  }
  return filter;
}

/** False of a key that was certainly never put in. */
export function mayHold(filter: Uint8Array, hash: number): boolean {
  const bits = filter.length * 8;
  const step = stepOf(hash);
  for (let look = 0, at = hash; look < LOOKS; look += 1, at = (at + step) >>> 0) {
    const bit = at % bits;
    if (((filter[bit >> 3] as number) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** Looks of one key go by its own step (Kirsch and Mitzenmacher 2006), so that one hash is enough for all. */
const stepOf = (hash: number): number => (Math.imul(hash, 0x9e3779b1) | 1) >>> 0;
