import type { AnyDecider } from '#kernel/decider.js';
import { ByteShelf } from '#engine/byte-shelf.js';
import { Piece } from '#engine/piece.js';

/** A state as a snapshot gives it back: once what it knows was sealed, and once more. */
export function throughSnapshot<State>(decider: AnyDecider | undefined, state: State): State {
  let [again, pieces] = [state, [] as readonly Piece[]];
  for (const isSealed of [true, false]) {
    const shelf = ByteShelf.after(pieces, isSealed ? 1 : 0, 1);
    const kept: unknown = decider?.keep === undefined ? again : decider.keep(again, shelf);
    pieces = shelf.pieces().map(({ bytes }) => new Piece(bytes));
    const json: unknown = JSON.parse(JSON.stringify(kept));
    again = (decider?.restore === undefined ? json : decider.restore(json, ByteShelf.of(pieces))) as State;
  }
  return again;
}
