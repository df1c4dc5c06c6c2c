import { hashOf, mayHold } from '#kernel/filter.js';
import { plain } from '#kernel/leaf.js';
import { newRun } from '#kernel/run.js';
import { ByteShelf } from './byte-shelf.js';
import { NO_PIECE, Piece } from './piece.js';

const entriesOf = (count: number, word: string) =>
  Array.from({ length: count }, (_, n) => [`${word} ${String(n).padStart(5, '0')}`, { 'what it is': word }] as const);
const runOf = (count: number, word = 'entry') => newRun(entriesOf(count, word), plain());
const pieceOf = (...counts: number[]): Piece => Piece.of(counts.map((count) => runOf(count)));
/** As bytes give it back. */
const read = ({ bytes }: Piece): Piece => new Piece(bytes);

describe('a piece of a snapshot', () => {
  it('gives the runs back that were put into it, with a filter of their keys', () => {
    const piece = read(Piece.of([runOf(3, 'é'), runOf(20, 'b\n')]));
    expect(piece.entries).toBe(23);
    for (const [at, count, word] of [
      [0, 3, 'é'],
      [1, 20, 'b\n'],
    ] as const) {
      const [run, put] = [piece.run(at), runOf(count, word)];
      expect(put.lines.map((_, line) => run.line(line))).toEqual(put.lines);
      expect([run.size, run.first, run.last]).toEqual([put.size, put.first, put.last]);
      for (const [key] of entriesOf(count, word)) expect(mayHold(run.filter, hashOf(key))).toBe(true);
    }
    expect(() => piece.run(2)).toThrow('A snapshot lacks its run 2.');
    expect(() => piece.run(0).line(2)).toThrow('A run of a snapshot lacks its line 2.');
  });

  it('takes a part of the room, in a piece of its own, and holds its lines only once they are wanted', () => {
    const piece = read(pieceOf(500));
    const { bytes } = piece;
    expect(bytes.length).toBeLessThan(runOf(500).lines.join('\n').length / 3);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    expect(piece.run(0).size).toBe(500);
    expect(piece.held).toBe(bytes.length);
    piece.run(0).line(3);
    expect(piece.held).toBeGreaterThan(3 * bytes.length);
  });
});

describe('a shelf of pieces', () => {
  const stayOf = (known: readonly number[], added: number): number => {
    const pieces = known.map((count) => pieceOf(count));
    const shelf = ByteShelf.after(pieces, added);
    return pieces.filter((piece) => shelf.placeOf(piece.run(0)) !== undefined).length;
  };

  it('seals when enough has come together', () => {
    expect([ByteShelf.after([], 47).seals, ByteShelf.after([], 48).seals]).toEqual([false, true]);
  });

  it('takes in pieces before that hold less than twice as much, and none beyond two thousand entries', () => {
    expect(stayOf([400, 150], 47)).toBe(2);
    expect(stayOf([400, 200], 100)).toBe(2);
    expect(stayOf([600, 190], 100)).toBe(1);
    expect(stayOf([400, 190], 100)).toBe(0);
    expect(stayOf([1_700, 1_700], 1_000)).toBe(2);
  });

  it('makes one of eight that are full, and leaves that as it is', () => {
    const full = (count: number): number[] => Array.from({ length: count }, () => 1_900);
    expect(stayOf(full(7), 200)).toBe(7);
    expect(stayOf(full(8), 200)).toBe(0);
    expect(stayOf([15_400, ...full(7)], 200)).toBe(8);
    expect(stayOf([15_400, ...full(8)], 200)).toBe(1);
  });

  it('hands on pieces that stay, and nothing of those of which no run is wanted', () => {
    const pieces = [pieceOf(400), pieceOf(300), pieceOf(9)];
    const shelf = ByteShelf.after(pieces, 100);
    const [kept, , goes] = pieces as [Piece, Piece, Piece];
    expect(shelf.placeOf(kept.run(0))).toEqual([0, 0]);
    expect(shelf.placeOf(goes.run(0))).toBeUndefined();
    expect(shelf.put(runOf(5))).toEqual([2, 0]);
    const [same, nothing, made, ...others] = shelf.pieces();
    expect([same, nothing, made?.entries, others]).toEqual([kept, NO_PIECE, 5, []]);
  });

  it('says so where a piece is missing, or a run lies elsewhere', () => {
    const shelf = ByteShelf.of([pieceOf(3)]);
    expect(() => shelf.at([1, 0])).toThrow('A snapshot lacks its piece 1.');
    expect(() => shelf.placeOf(pieceOf(3).run(0))).toThrow('does not lie here');
  });
});
