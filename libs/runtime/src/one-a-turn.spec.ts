import { setImmediate } from 'node:timers/promises';
import { OneATurn } from './one-a-turn.js';

describe('OneATurn', () => {
  it('gives everybody a turn of their own, in the order in which they asked', async () => {
    const turns = new OneATurn();
    const seen: string[] = [];
    const work = async (name: string): Promise<void> => {
      for (let piece = 1; piece <= 2; piece += 1) {
        await turns.next();
        seen.push(`${name}${piece}`);
      }
    };
    const all = Promise.all(['a', 'b', 'c'].map(work));
    const others: number[] = [];
    while (seen.length < 6) {
      await setImmediate();
      others.push(seen.length);
    }
    await all;
    expect(seen).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
    expect(Math.max(...others.slice(1).map((length, at) => length - (others[at] ?? 0)))).toBe(1);
  });
});
