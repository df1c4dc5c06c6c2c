/** A text that may lie outside of the heap: who only hands it on makes no string of it. */
export interface Line {
  readonly length: number;
  toString(): string;
}

/** Lines that lie one behind the other, and can be handed on together. */
export interface Lines {
  /** Characters of all of them. */
  readonly length: number;
  line(at: number): Line;
}

/**
 * Texts that lie beside the JSON of a snapshot, a line each: who reads the JSON reads none of them until it is wanted. What is put
 * here holds no line break, as no JSON does.
 */
export interface Shelf {
  /** Where it lies. */
  put(line: string | Line): number;

  /** Where the first of them lies. */
  putAll(lines: Lines): number;

  /** @throws where nothing was put there: the snapshot is not whole */
  at(place: number): Line;

  /** @throws like `at` */
  all(place: number, count: number): Lines;
}
