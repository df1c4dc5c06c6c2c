import { setTimeout as delay } from 'node:timers/promises';
import { inOrder } from './in-order.js';
import { linesOf, type Line } from './lines.js';

async function* numbers(upTo: number, begun: (n: number) => void = () => undefined): AsyncGenerator<number> {
  for (let n = 0; n < upTo; n += 1) {
    begun(n);
    yield n;
  }
}
const texts = async (results: AsyncIterable<string>): Promise<string> => {
  let all = '';
  for await (const text of results) all += text;
  return all;
};
const broken = (error: unknown): string => `!${String((error as Error).message)}`;

describe('work side by side with results in order', () => {
  it('keeps the order whatever is done first', async () => {
    const work = async (n: number): Promise<string> => (await delay((n * 7) % 5), `${n} `);
    expect(await texts(inOrder(numbers(20), { most: 4, work, broken }))).toBe(
      Array.from({ length: 20 }, (_, n) => `${n} `).join(''),
    );
  });

  it('begins no more than it may before results are taken', async () => {
    let begun = 0;
    const results = inOrder(
      numbers(1_000, () => (begun += 1)),
      { most: 8, work: async () => 'x', broken },
    );
    await results.next();
    await delay(20);
    expect(begun).toBeLessThanOrEqual(8 * 2 + 2);
    await results.return(undefined);
  });

  it('does an item alone: after all before it, before all behind it', async () => {
    const running = new Set<number>();
    const seen: number[][] = [];
    const work = async (n: number): Promise<string> => {
      running.add(n);
      if (n === 5) seen.push([...running]);
      await delay(2);
      if (n === 5) seen.push([...running]);
      running.delete(n);
      return '';
    };
    await texts(inOrder(numbers(10), { most: 8, work, alone: (n) => n === 5, broken }));
    expect(seen).toEqual([[5], [5]]);
  });

  it('hands on what it has when reading breaks off', async () => {
    const items = async function* (): AsyncGenerator<number> {
      yield 1;
      throw new Error('cut');
    };
    expect(await texts(inOrder(items(), { most: 2, work: async (n) => `${n}`, broken }))).toBe('1!cut');
  });
});

describe('lines of a stream of bytes', () => {
  const split = async (...chunks: readonly string[]): Promise<readonly (readonly [number, string | undefined])[]> => {
    const found: Line[] = [];
    const bytes = async function* (): AsyncGenerator<Buffer> {
      for (const chunk of chunks) yield Buffer.from(chunk);
    };
    for await (const line of linesOf(bytes(), 5)) found.push(line);
    return found.map(({ number, bytes: text }) => [number, text?.toString()]);
  };

  it('are put together from chunks, numbered, blank ones left out', async () => {
    expect(await split('a\nb', 'c\r\n\n', '  \nd')).toEqual([
      [1, 'a'],
      [2, 'bc\r'],
      [5, 'd'],
    ]);
  });

  it('end at newlines only, whatever else Unicode takes for the end of a line', async () => {
    expect(await split('a\u2028b\n', '\r\u2029\n')).toEqual([
      [1, 'a\u2028b'],
      [2, '\r\u2029'],
    ]);
  });

  it('that are too long are given up without being held', async () => {
    expect(await split('123456\n12345\n', '12', '3456789\nx')).toEqual([
      [1, undefined],
      [2, '12345'],
      [3, undefined],
      [4, 'x'],
    ]);
    expect(await split('1234567')).toEqual([[1, undefined]]);
    expect(await split('')).toEqual([]);
  });
});
