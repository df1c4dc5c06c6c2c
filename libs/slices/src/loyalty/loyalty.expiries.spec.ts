import fc from 'fast-check';
import { Sorted } from '#kernel/sorted.js';
import { expiredOf, withExpiry, withoutExpiry, type Expiries } from './loyalty.expiries.js';

interface Held {
  readonly key: string;
  readonly expiresAt: string;
}

const day = fc.integer({ min: 1, max: 9 }).map((number) => `2026-01-0${number}T00:00:00.000Z`);
const change = fc.record({ key: fc.integer({ min: 10, max: 40 }).map(String), expiresAt: day });

describe('what expires when', () => {
  it('is every lot at its end and no other, those that end first before others and the oldest of one instant first', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), day, (changes, at) => {
        let lots = Sorted.empty<Held>();
        let expiries: Expiries = Sorted.empty();
        for (const held of changes) {
          const known = lots.get(held.key);
          if (known === undefined)
            [lots, expiries] = [lots.set(held.key, held), withExpiry(expiries, held.expiresAt, held.key)];
          else [lots, expiries] = [lots.delete(held.key), withoutExpiry(expiries, known.expiresAt)];
        }
        const order = ({ expiresAt, key }: Held): string => `${expiresAt} ${key}`;
        const ended = [...lots.values()].filter(({ expiresAt }) => expiresAt <= at);
        expect([...expiredOf(expiries, lots, at)]).toEqual(ended.sort((a, b) => (order(a) < order(b) ? -1 : 1)));
        const next = [...lots.values()].map(({ expiresAt }) => expiresAt).sort()[0];
        expect(expiries.firstKey()).toBe(next);
      }),
    );
  });
});
