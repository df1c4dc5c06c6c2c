import { toldBy } from './told.js';

const known = { numbers: { rounds: 10, http: 0.3 }, texts: ['only'], switches: ['json'] } as const;
const told = (...args: readonly string[]) => toldBy(args, known);

describe('what a tool is told', () => {
  it('is what stands behind its flags, and else what it takes by itself', () => {
    expect(told()).toEqual({ rounds: 10, http: 0.3, json: false, words: [] });
    expect(told('S', '--rounds', '3', '--http=0.5', '--only', 'killed', '--json', 'R')).toEqual({
      ...{ rounds: 3, http: 0.5, only: 'killed', json: true, words: ['S', 'R'] },
    });
  });

  it.each([
    ['a flag that it has not', ['--round', '3']],
    ['a number that is none', ['--rounds', 'ten']],
    ['no number behind its flag', ['--rounds']],
    ['another flag in its place', ['--rounds', '--json']],
    ['a number of another kind', ['--rounds', '0x10']],
    ['nothing in its place', ['--rounds', '']],
    ['a value behind a switch', ['--json=yes']],
  ])('is nothing where there is %s', (_, args) => {
    expect(told(...args)).toBeUndefined();
  });
});
