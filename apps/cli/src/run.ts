import { DomainError, InvalidRequest } from '#kernel/errors.js';
import { Exit, exitOf } from '#runtime/exit.js';
import { nearNames } from '#runtime/near.js';
import { RemoteRefusal } from './access/access.js';
import type { Load } from './commands.js';
import type { AnyCommand } from './frame/define-command.js';
import { helpOf, overview } from './frame/help.js';
import { parseLine, UsageError } from './frame/parse-args.js';
import type { World } from './frame/world.js';
import { FileBroken } from './import/bytes.js';
import { MappingError } from './import/mapping-reader.js';

/** Runs a command line and answers its exit code; says what went wrong on standard error. */
export async function run(commands: ReadonlyMap<string, Load>, words: readonly string[], world: World): Promise<Exit> {
  try {
    const [first] = words;
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      world.out(overview(await all(commands), world.terminal));
      return first === undefined ? Exit.invalid : Exit.ok;
    }
    const { load, rest } = found(commands, words);
    const command = await load();
    const { help, args, flags } = parseLine(command, rest);
    if (!help) return await command.run({ args, flags }, world);
    world.out(helpOf(command, world.terminal));
    return Exit.ok;
  } catch (error) {
    if (world.signal.aborted) return Exit.failed;
    for (const line of saidOf(error)) world.err(world.terminal.paintError('red', printable(line)));
    if (error instanceof UsageError || error instanceof MappingError) return Exit.invalid;
    return exitOf(error);
  }
}

async function all(commands: ReadonlyMap<string, Load>): Promise<ReadonlyMap<string, AnyCommand>> {
  return new Map(await Promise.all([...commands].map(async ([words, load]) => [words, await load()] as const)));
}

/** @throws {UsageError} naming the commands that come near */
function found(commands: ReadonlyMap<string, Load>, words: readonly string[]) {
  for (const length of [2, 1]) {
    const load = commands.get(words.slice(0, length).join(' '));
    if (load !== undefined) return { load, rest: words.slice(length) };
  }
  const [first = '', second = ''] = words;
  const under = [...commands.keys()].filter((name) => name.startsWith(`${first} `));
  if (under.length > 0) {
    const asked =
      second === '' || second.startsWith('-') ? `${first} what?` : `There is no command ${first} ${second}.`;
    throw new UsageError(`${asked} There are: ${under.map((name) => `patron ${name}`).join(', ')}.`);
  }
  const near = nearNames(first, new Set([...commands.keys()].map((name) => name.split(' ')[0] ?? name)));
  throw new UsageError(`There is no command ${first}. ${near}`.trim() + ' `patron --help` shows all.');
}

/** A message may hold what stood in a file or came from a server; none of it may move the cursor or hide the rest. */
const printable = (line: string): string => line.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');

function saidOf(error: unknown): readonly string[] {
  if (error instanceof InvalidRequest || error instanceof RemoteRefusal) {
    if (error.errors.length === 0) return [`${error.message} (${error.code})`];
    return error.errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  }
  if (error instanceof DomainError) return [`${error.message} (${error.code})`];
  const known = error instanceof UsageError || error instanceof MappingError || error instanceof FileBroken;
  if (!(error instanceof Error)) return [String(error)];
  return known || process.env['PATRON_DEBUG'] === undefined ? [error.message] : [error.stack ?? error.message];
}
