import type { LyingRun, NewRun, RunPlace, Shelf } from '#kernel/shelf.js';
import { NO_PIECE, Piece, RunOfPiece } from './piece.js';

/** So many entries that came since the last piece are worth one. */
const ENOUGH = 48;
/** A piece of more is made anew only together with so many others, and then never again: each time keeps others waiting. */
const MOST = 2_000;
const TOGETHER = 8;

/**
 * The pieces of a customer. A new one takes in those before it that hold less than twice as much, so that there are few, and what an
 * entry costs to be made anew grows as the logarithm of how many there are. Of a very long history eight full ones become one.
 */
export class ByteShelf implements Shelf {
  private readonly placed: NewRun[] = [];
  private readonly wanted = new Set<Piece>();

  /** @param stay  how many of the pieces stay as they are */
  private constructor(
    private readonly known: readonly Piece[],
    private readonly stay: number,
    readonly seals: boolean,
  ) {}

  /** To read what lies there, or to hand it on. */
  static of(pieces: readonly Piece[]): ByteShelf {
    return new ByteShelf(pieces, pieces.length, false);
  }

  /** For what is kept next. @param added  entries that are in no piece yet */
  static after(pieces: readonly Piece[], added: number, enough = ENOUGH): ByteShelf {
    if (added < enough) return ByteShelf.of(pieces);
    let [stay, entries] = [pieces.length, added];
    for (let last = pieces.at(-1); last !== undefined; last = pieces[stay - 1]) {
      if (last.entries >= 2 * entries || last.entries + entries > MOST) break;
      [stay, entries] = [stay - 1, entries + last.entries];
    }
    const lasting = pieces.findLastIndex((piece, at) => at < stay && piece.entries > MOST) + 1;
    if (stay - lasting >= TOGETHER) stay = lasting;
    return new ByteShelf(pieces, stay, true);
  }

  placeOf(run: LyingRun): RunPlace | undefined {
    if (!(run instanceof RunOfPiece)) throw new TypeError('A run of another shelf than one of bytes.');
    const piece = this.known.indexOf(run.piece);
    if (piece < 0) throw new TypeError('A run of a piece that does not lie here.');
    if (piece >= this.stay) return undefined;
    this.wanted.add(run.piece);
    return [piece, run.number];
  }

  put(run: NewRun): RunPlace {
    return [this.stay, this.placed.push(run) - 1];
  }

  at([piece, run]: RunPlace): LyingRun {
    const found = this.known[piece];
    if (found === undefined) throw new Error(`A snapshot lacks its piece ${piece}.`);
    return found.run(run);
  }

  /** What lies here now; nothing of a piece of which no run is wanted any more. */
  pieces(): readonly Piece[] {
    const stay = this.known.slice(0, this.stay).map((piece) => (this.wanted.has(piece) ? piece : NO_PIECE));
    return this.placed.length === 0 ? stay : [...stay, Piece.of(this.placed)];
  }
}
