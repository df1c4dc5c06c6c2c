import fc from 'fast-check';
import { isTooDeep, MOST_LEVELS } from './nesting.js';

const nested = (levels: number, within: string): string => `${'['.repeat(levels)}${within}${']'.repeat(levels)}`;

describe('how deep a JSON text is nested', () => {
  it('is counted in lists and objects', () => {
    expect(isTooDeep(nested(MOST_LEVELS, '0'))).toBe(false);
    expect(isTooDeep(nested(MOST_LEVELS + 1, ''))).toBe(true);
    expect(isTooDeep(`${'{"a":'.repeat(MOST_LEVELS + 1)}0${'}'.repeat(MOST_LEVELS + 1)}`)).toBe(true);
    expect(isTooDeep(JSON.stringify(Array.from({ length: 2 * MOST_LEVELS }, () => [{}])))).toBe(false);
  });

  it('does not hang on what a text says', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('[', '{', ']', '}', '"', '\\', 'ä', ' ') }), (said) => {
        const text = JSON.stringify(said.repeat(200));
        expect(isTooDeep(`[${text},${nested(MOST_LEVELS - 1, text)}]`)).toBe(false);
        expect(isTooDeep(`[${text},${nested(MOST_LEVELS, text)}]`)).toBe(true);
      }),
    );
  });
});
