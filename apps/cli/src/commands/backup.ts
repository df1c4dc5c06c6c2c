import { resolve } from 'node:path';
import { backup as backUp } from '#runtime/backup.js';
import { loadConfig } from '#runtime/config.js';
import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { ProgressLine } from '../frame/progress.js';

export const backup = defineCommand({
  usage: 'patron backup <folder>',
  about: 'Copy log and tokens into a new folder while a server runs, with digests to restore by; keys are not in it.',
  example: 'patron backup /backup/2026-03-02 --data /srv/patron --with-keys /elsewhere/2026-03-02',
  args: ['folder'],
  flags: {
    withKeys: { value: 'folder', about: 'Copy the keys, too, to this other place: never into the backup.' },
    ...asJson,
    data: where.data,
    keys: where.keys,
  },
  async run({ args, flags }, world) {
    const config = loadConfig({ flags: { data: flags.data, keys: flags.keys }, env: world.env });
    const progress = new ProgressLine(world.terminal, world.errText);
    const keysTo = flags.withKeys === undefined ? {} : { keysTo: resolve(flags.withKeys) };
    const to = resolve(args.folder);
    const tell = (done: number, of: number, facts: number): void =>
      progress.show('folding', of === 0 ? 1 : done / of, facts, 'facts');
    const manifest = await backUp(config, to, { tell, ...keysTo }).finally(() => progress.clear());
    if (flags.json) world.out(JSON.stringify({ folder: to, ...manifest }));
    else {
      const { facts, position, storeId, files, sealed } = manifest;
      world.out(`${facts.toLocaleString('en-US')} facts up to position ${position} of store ${storeId}, in ${to}`);
      for (const { name, bytes, sha256 } of files) world.out(`  ${name}  ${bytes} bytes  ${sha256}`);
      world.out(`  digests of ${Object.keys(sealed).length} read models, folded from the copy`);
      world.out(
        flags.withKeys === undefined
          ? `The keys are NOT in it: without ${config.keys} every personal field stays sealed for ever. Copy them to another place (--with-keys).`
          : `The keys are in ${flags.withKeys}. Keep the two apart.`,
      );
    }
    return Exit.ok;
  },
});
