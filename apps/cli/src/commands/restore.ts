import { resolve } from 'node:path';
import { restore as bringBack, type Restored } from '#runtime/backup.js';
import { loadConfig } from '#runtime/config.js';
import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { ProgressLine } from '../frame/progress.js';

export const restore = defineCommand({
  usage: 'patron restore <folder>',
  about: 'Put a backup into an empty data folder, after files, log and every read model were found equal.',
  example: 'patron restore /backup/2026-03-02 --data /srv/patron --keys /srv/patron.keys',
  args: ['folder'],
  flags: { ...asJson, data: where.data, keys: where.keys },
  async run({ args, flags }, world) {
    const config = loadConfig({ flags: { data: flags.data, keys: flags.keys }, env: world.env });
    const progress = new ProgressLine(world.terminal, world.errText);
    const tell = (done: number, of: number, facts: number): void =>
      progress.show('folding', of === 0 ? 1 : done / of, facts, 'facts');
    const restored = await bringBack(config, resolve(args.folder), tell).finally(() => progress.clear());
    const { manifest, notCompared, opened } = restored;
    if (flags.json) {
      const { storeId, position, facts } = manifest;
      world.out(JSON.stringify({ data: config.data, storeId, position, facts, notCompared, opened }));
      return Exit.ok;
    }
    const compared = Object.keys(manifest.sealed).length - notCompared.length;
    world.out(`${manifest.facts.toLocaleString('en-US')} facts up to position ${manifest.position}, in ${config.data}`);
    world.out(`${compared} read models folded anew are equal to those of the backup, personal fields apart.`);
    if (notCompared.length > 0) {
      world.out(`Not compared, as this program folds them otherwise: ${notCompared.join(', ')}.`);
    }
    world.out(keysLine(opened, config.keys));
    return Exit.ok;
  },
});

function keysLine(opened: Restored['opened'], keys: string): string {
  if (opened === null) return `No keys to compare with: personal fields stay sealed until they are in ${keys}.`;
  if (opened.foreign !== undefined) return opened.foreign;
  if (opened.differ.length === 0) return `With the keys in ${keys} they are equal, personal fields included.`;
  return `With the keys in ${keys}, personal fields differ in ${opened.differ.join(', ')}: keys are others, or were destroyed since.`;
}
