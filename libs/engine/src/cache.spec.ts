import { Cache } from './cache.js';

describe('a cache', () => {
  const cacheOf = (mostWeight: number, left: string[] = []) =>
    new Cache<string>(
      mostWeight,
      ({ length }) => length,
      (value) => left.push(value),
    );

  it('tells what goes for want of room, the longest unused first, and not what was deleted', () => {
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

  it('keeps what alone is heavier than all there may be', () => {
    const cache = cacheOf(2);
    cache.set('a', 'heavy');
    expect(cache.get('a')).toBe('heavy');
  });
});
