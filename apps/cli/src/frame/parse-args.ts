import { nearNames } from '#runtime/near.js';
import type { AnyCommand, Flag } from './define-command.js';

/** A command line that does not hold; says how it would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface ParsedLine {
  readonly help: boolean;
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
}

export const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Reads what stands behind a command's words. @throws {UsageError} naming what is wrong and what comes near */
export function parseLine(command: AnyCommand, words: readonly string[]): ParsedLine {
  const known = new Map(
    Object.entries(command.flags as Record<string, Flag>).map(([name, flag]) => [`--${dashed(name)}`, { name, flag }]),
  );
  const flags: Record<string, string | boolean | readonly string[] | undefined> = {};
  for (const { name, flag } of known.values())
    flags[name] = flag.many ? [] : flag.value === undefined ? false : undefined;
  const given: string[] = [];
  let help = false;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') given.push(...rest.splice(0));
    else if (word === '--help' || word === '-h') help = true;
    else if (word === '-' || !word.startsWith('-')) given.push(word);
    else {
      const [dashes = '', ...inline] = word.split('=');
      const found = known.get(dashes);
      if (found === undefined)
        throw new UsageError(`There is no flag ${dashes}. ${nearNames(dashes, [...known.keys(), '--help'])}`.trim());
      const { name, flag } = found;
      if (flag.value === undefined) {
        if (inline.length > 0) throw new UsageError(`${dashes} takes no value.`);
        flags[name] = true;
        continue;
      }
      const value = inline.length > 0 ? inline.join('=') : rest.shift();
      if (value === undefined) throw new UsageError(`${dashes} needs a value: ${dashes} <${flag.value}>.`);
      if (flag.many) (flags[name] as string[]).push(value);
      else if (flags[name] !== undefined) throw new UsageError(`${dashes} is given twice.`);
      else flags[name] = value;
    }
  }
  return { help, flags, args: help ? {} : named(command, given) };
}

function named({ args, usage }: AnyCommand, given: readonly string[]): ParsedLine['args'] {
  const names = args as readonly string[];
  const missing = names.find((name, at) => !name.endsWith('?') && given[at] === undefined);
  if (missing !== undefined) throw new UsageError(`<${bare(missing)}> is missing. Usage: ${usage}`);
  const isOpen = names.at(-1)?.endsWith('...') === true;
  if (given.length > names.length && !isOpen)
    throw new UsageError(`"${given[names.length]}" is one argument too many. Usage: ${usage}`);
  return Object.fromEntries(names.map((name, at) => [bare(name), name.endsWith('...') ? given.slice(at) : given[at]]));
}

const bare = (name: string): string => name.replace(/(\?|\.\.\.)$/, '');
