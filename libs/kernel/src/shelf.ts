/** What is asked first of entries that lie together: read without opening them. */
export interface RunFront {
  /** Entries, tombstones among them. */
  readonly size: number;
  readonly first: string;
  readonly last: string;
  /** A Bloom filter of the keys, see `filterOf`. */
  readonly filter: Uint8Array;
}

/** Entries of one map that lie in a snapshot, in key order. What they say never changes. */
export interface LyingRun extends RunFront {
  /** Lines of JSON: the first keys of the leaves, then the leaves. */
  line(at: number): string;
}

/** A run that is to lie there. */
export interface NewRun extends RunFront {
  readonly lines: readonly string[];
}

/** Where a run lies: in which piece, and which one of it. */
export type RunPlace = readonly [piece: number, run: number];

/**
 * What lies beside the JSON of a snapshot: runs of entries, in pieces that were sealed one after the other. Who reads the JSON opens none of
 * them until it is wanted, and a piece that stays is handed on as it lies.
 */
export interface Shelf {
  /** True where a new piece is made, for what was added since the last. */
  readonly seals: boolean;

  /** Where a run stays; undefined of one whose piece goes, so that its entries are to be put anew, together with newer ones. */
  placeOf(run: LyingRun): RunPlace | undefined;

  /** Into the new piece. */
  put(run: NewRun): RunPlace;

  /** @throws where nothing was put there: the snapshot is not whole */
  at(place: RunPlace): LyingRun;
}
