import { Cache } from './cache.js';

describe('a cache', () => {
  const cacheOf = (mostWeight: number, left: string[] = []) =>
    new Cache<string>(
      mostWeight,
      ({ length }) => length,
      (value) => left.push(value),
    );

  it('tells what goes for want of room, and not what was deleted', () => {
    const left: string[] = [];
    const cache = cacheOf(6, left);
    for (const value of ['aa', 'bb', 'cc']) cache.set(value, value);
    cache.get('aa');
    cache.delete('cc');
    cache.set('dddd', 'dddd');
    expect(left).toEqual(['bb']);
    expect([...cache.values()]).toEqual(['aa', 'dddd']);
  });

  it('has all its room again when it is cleared', () => {
    const left: string[] = [];
    const cache = cacheOf(4, left);
    cache.set('aa', 'aa');
    cache.clear();
    cache.set('bbbb', 'bbbb');
    expect(left).toEqual([]);
    expect([...cache.values()]).toEqual(['bbbb']);
  });

  /** The share of uses that found what they wanted. */
  const foundOf = (keys: Iterable<number>, room: number): number => {
    const cache = new Cache<number>(room, () => 1);
    let [found, uses] = [0, 0];
    for (const key of keys) {
      uses += 1;
      if (cache.get(`${key}`) === undefined) cache.set(`${key}`, key);
      else found += 1;
    }
    return found / uses;
  };

  it('finds half again of what goes round, a tenth more than there is room for', () => {
    const round = Array.from({ length: 20_000 }, (_, use) => use % 1_100);
    expect(foundOf(round, 1_000)).toBeGreaterThan(0.5);
  });

  it('keeps who comes often before who comes once', () => {
    const often = Array.from({ length: 20_000 }, (_, use) => (use % 2 === 0 ? use % 500 : 1_000 + use));
    expect(foundOf(often, 1_000)).toBeGreaterThan(0.4);
  });

  it('keeps what alone is heavier than all there may be', () => {
    const cache = cacheOf(2);
    cache.set('a', 'heavy');
    expect(cache.get('a')).toBe('heavy');
  });
});
