import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';

export const projectionsRetry = defineCommand({
  usage: 'patron projections retry',
  about: 'Fold again what was parked, after its cause was mended.',
  example: 'patron projections retry',
  args: [],
  flags: { ...asJson, ...where },
  async run({ flags }, world) {
    const patron = await world.patron(flags, 'fold');
    const retried = await patron.retry();
    if (flags.json) world.out(JSON.stringify(retried));
    else world.out(retried.length === 0 ? 'nothing is parked' : `retried ${retried.join(', ')}`);
    return Exit.ok;
  },
});
