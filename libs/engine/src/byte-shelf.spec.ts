import fc from 'fast-check';
import { ByteShelf } from './byte-shelf.js';

const text = fc.string({ unit: 'grapheme' }).map((one) => JSON.stringify(one));

describe('a shelf of bytes', () => {
  it('gives every text back, also those that were handed on from the one before', () => {
    fc.assert(
      fc.property(text, fc.array(text), fc.array(text), (json, first, second) => {
        const shelf = ByteShelf.empty();
        const places = first.map((line) => shelf.put(line));
        const [, read] = ByteShelf.from(shelf.beside(json));
        const next = ByteShelf.empty();
        const handedOn = places.map((place) => next.put(read.at(place)));
        const added = second.map((line) => next.put(line));
        const [again, last] = ByteShelf.from(next.beside(json));
        expect(again).toBe(json);
        expect([...handedOn, ...added].map((place) => String(last.at(place)))).toEqual([...first, ...second]);
      }),
    );
  });

  it('says so where a line is missing', () => {
    const [, read] = ByteShelf.from(Buffer.from('[]\n1'));
    expect(String(read.at(1))).toBe('1');
    expect(() => read.at(2)).toThrow('A snapshot lacks its line 2.');
  });
});
