import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';

/** What can be done about a rebuild, by the word that is typed. */
const turning = (how: 'cancel' | 'switch-back' | 'drop', about: string, done: string) =>
  defineCommand({
    usage: `patron projections ${how} <name>`,
    about,
    example: `patron projections ${how} lifecycle_stage`,
    args: ['name'],
    flags: { ...asJson, ...where },
    async run({ args, flags }, world) {
      const patron = await world.patron(flags, 'fold');
      await patron.turn(args.name, how);
      world.out(flags.json ? JSON.stringify({ name: args.name, state: done }) : `${args.name}: ${done}`);
      return Exit.ok;
    },
  });

export const projectionsCancel = turning(
  'cancel',
  'Give up the rebuild that a projection is in on a running server; what is read stays.',
  'cancelled',
);
export const projectionsSwitchBack = turning(
  'switch-back',
  'Read again what was read before the last rebuild; the other one is kept.',
  'switched back',
);
export const projectionsDrop = turning('drop', 'Remove what the last rebuild kept.', 'dropped');
