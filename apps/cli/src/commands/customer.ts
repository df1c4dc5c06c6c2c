import { Exit } from '#runtime/exit.js';
import { asOfFlags, asOfIn } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';

export const customer = defineCommand({
  usage: 'patron customer <id>',
  about: 'Show where a customer stands: their document in every read model.',
  example: 'patron customer c-1',
  args: ['id'],
  flags: { ...asOfFlags, ...asJson, ...where },
  async run({ args, flags }, world) {
    const asOf = asOfIn(flags.asOf, flags.by);
    const patron = await world.patron(flags, 'read');
    const documents = await patron.customer(args.id, asOf);
    if (flags.json) {
      world.out(JSON.stringify(documents));
      return Exit.ok;
    }
    for (const [model, doc] of Object.entries(documents)) {
      world.out(world.terminal.paint('bold', model));
      const width = Math.max(...Object.keys(doc).map((field) => field.length));
      for (const [field, value] of Object.entries(doc)) {
        world.out(`  ${field.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`);
      }
    }
    return Exit.ok;
  },
});
