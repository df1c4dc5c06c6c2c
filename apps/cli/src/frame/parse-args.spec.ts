import { defineCommand } from './define-command.js';
import { parseLine } from './parse-args.js';

const command = defineCommand({
  usage: 'patron try <thing>',
  about: '',
  example: '',
  args: ['thing', 'more?'],
  flags: {
    dryRun: { about: '' },
    limit: { value: 'n', about: '' },
    where: { value: 'field=value', many: true, about: '' },
  },
  run: () => Promise.resolve(0),
});
const parse = (...words: string[]) => parseLine(command, words);

describe('a command line', () => {
  it('is arguments and flags in any order', () => {
    const { args, flags } = parse('a', '--dry-run', '--limit=5', '--where', 'x=1', '--where', 'y>=2');
    expect(args).toEqual({ thing: 'a', more: undefined });
    expect(flags).toEqual({ dryRun: true, limit: '5', where: ['x=1', 'y>=2'] });
  });

  it('takes what stands behind -- as it is, and - as an argument', () => {
    expect(parse('--', '--odd').args['thing']).toBe('--odd');
    expect(parse('-').args['thing']).toBe('-');
  });

  it('takes one or more where a name says so', () => {
    const many = { ...command, args: ['first', 'rest...'] };
    expect(parseLine(many, ['a', 'b', '--dry-run', 'c']).args).toEqual({ first: 'a', rest: ['b', 'c'] });
    expect(() => parseLine(many, ['a'])).toThrow('<rest> is missing.');
  });

  it('needs no arguments for help', () => {
    expect(parse('--help').help).toBe(true);
  });

  it.each([
    [['a', '--dryrun'], 'There is no flag --dryrun. Did you mean --dry-run?'],
    [['a', '--limit'], '--limit needs a value: --limit <n>.'],
    [['a', '--limit', '1', '--limit', '2'], '--limit is given twice.'],
    [['a', '--dry-run=yes'], '--dry-run takes no value.'],
    [[], '<thing> is missing. Usage: patron try <thing>'],
    [['a', 'b', 'c'], '"c" is one argument too many. Usage: patron try <thing>'],
  ])('%j is refused', (words, message) => {
    expect(() => parse(...words)).toThrow(message);
  });
});
