import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import type { Json, ReadModel } from '#kernel/ports/read-models.js';
import { CLOCK, specWith, written } from '#testing/read-models-subject.js';
import { differences, type Difference } from './differences.js';

const keyOf = (n: number): string => `k-${String(n).padStart(5, '0')}`;

async function modelOf(documents: readonly (readonly [key: string, doc: Json])[]): Promise<ReadModel> {
  const model = await new MemoryReadModels().open(specWith());
  const writes = documents.map(([key, doc]) => written(key, doc));
  await model.write(writes, { position: 1, clock: CLOCK });
  return model;
}

async function between(before: ReadModel, after: ReadModel): Promise<readonly Difference[]> {
  const found: Difference[] = [];
  for await (const one of differences(before, after)) found.push(one);
  return found;
}

describe('the differences of two read models', () => {
  it.each([
    ['of several pages', 2_500],
    ['of whole pages', 2_000],
    ['of one document', 1],
  ])('%s are those that appeared, disappeared and changed, by their keys', async (_, count) => {
    const numbers = Array.from({ length: count }, (__, n) => n);
    const doc = (n: number): Json => ({ n, list: [n], nested: { at: `${n}` } });
    const olds = numbers.filter((n) => n % 7 !== 3).map((n) => [keyOf(n), doc(n)] as const);
    const news = numbers
      .filter((n) => n % 11 !== 5)
      .map((n) => [keyOf(n), n % 13 === 0 ? { ...doc(n), nested: { at: 'elsewhere' } } : doc(n)] as const);
    const expected = numbers.flatMap((n) => {
      const [was, is] = [n % 7 !== 3, n % 11 !== 5];
      if (was && is) return n % 13 === 0 ? [[keyOf(n), 'changed']] : [];
      return was ? [[keyOf(n), 'disappeared']] : is ? [[keyOf(n), 'appeared']] : [];
    });
    const found = await between(await modelOf(olds), await modelOf(news));
    expect(found.map(({ key, kind }) => [key, kind])).toEqual(expected);
    const changed = found.find(({ kind }) => kind === 'changed');
    expect(changed?.changes).toEqual([{ field: 'nested.at', from: '0', to: 'elsewhere' }]);
  });

  it('are none where fields stand in another order', async () => {
    const [before, after] = [await modelOf([['a', { x: 1, y: 2 }]]), await modelOf([['a', { y: 2, x: 1 }]])];
    expect(await between(before, after)).toEqual([]);
    expect(await between(await modelOf([]), await modelOf([]))).toEqual([]);
  });
});
