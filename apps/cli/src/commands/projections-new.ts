import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Exit } from '#runtime/exit.js';
import { defineCommand } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { template } from '../own/template.js';
import { configOver, configText, findsTypes } from '../own/type-paths.js';

const NAME = /^[a-z][a-z0-9]*([_-][a-z0-9]+)*$/;
const LONGEST = 60;

export const projectionsNew = defineCommand({
  usage: 'patron projections new <name>',
  about: 'Begin a projection of your own: a commented file that works as it stands, for `patron replay`.',
  example: 'patron projections new first-purchases',
  args: ['name'],
  flags: {
    folder: { value: 'folder', about: 'Where it is made (default here).' },
    js: { about: 'JavaScript with types in comments, instead of TypeScript.' },
  },
  run({ args, flags }, world) {
    const { name } = args;
    if (!NAME.test(name) || name.length > LONGEST)
      throw new UsageError(
        `"${name}" is no name: small letters and digits, words joined by - or _, at most ${LONGEST}.`,
      );
    const folder = resolve(flags.folder ?? '.');
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new UsageError(`There is no folder ${folder}.`);
    const ending = flags.js ? 'js' : 'ts';
    const path = join(folder, `${name}.${ending}`);
    if (existsSync(path)) throw new UsageError(`${path} is there already; nothing was written.`);
    writeFileSync(path, template(name, ending), { flag: 'wx' });
    world.out(path);
    if (!findsTypes(folder)) tellOfTypes(folder, world.err);
    return Promise.resolve(Exit.ok);
  },
});

/** An editor anywhere on the disk is told where the types are; a configuration that is there is left as it is. */
function tellOfTypes(folder: string, tell: (line: string) => void): void {
  const known = configOver(folder);
  if (known === undefined) {
    writeFileSync(join(folder, 'tsconfig.json'), configText(), { flag: 'wx' });
    tell('tsconfig.json was made beside it: by it your editor finds the types of facts.');
    return;
  }
  if (readFileSync(known, 'utf8').includes('patron/replay')) return;
  const { compilerOptions } = JSON.parse(configText()) as { compilerOptions: { paths: unknown } };
  tell(
    `For types in your editor add to compilerOptions in ${known}: "paths": ${JSON.stringify(compilerOptions.paths)}`,
  );
}
