import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';

export const projectionsRebuild = defineCommand({
  usage: 'patron projections rebuild <name> | --all',
  about: 'Fold a projection anew from the first fact beside the present one, then let readers switch.',
  example: 'patron projections rebuild lifecycle_stage',
  args: ['name?'],
  flags: { all: { about: 'Every projection, one after the other.' }, ...asJson, ...where },
  async run({ args, flags }, world) {
    if ((args.name === undefined) !== flags.all) throw new UsageError('Name one projection, or give --all.');
    const patron = await world.patron(flags, 'write');
    const names = args.name === undefined ? (await patron.projections()).map(({ name }) => name) : [args.name];
    const progress = new ProgressLine(world.terminal, world.errText);
    for (const name of names) {
      world.signal.throwIfAborted();
      const began = performance.now();
      await patron.rebuild(name, (share, facts) => progress.show(name, share, facts, 'facts'));
      progress.clear();
      const seconds = Math.round(performance.now() - began) / 1000;
      world.out(flags.json ? JSON.stringify({ name, seconds }) : `rebuilt ${name} in ${seconds} s`);
    }
    return Exit.ok;
  },
});
