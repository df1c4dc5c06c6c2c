import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { table } from '../frame/terminal.js';

export const policyShow = defineCommand({
  usage: 'patron policy show [name]',
  about: 'Show the versions of a policy with their rules, or which policies there are.',
  example: 'patron policy show loyalty',
  args: ['name?'],
  flags: { ...asJson, ...where },
  async run({ args, flags }, world) {
    const patron = await world.patron(flags, 'read');
    const versions = await patron.policies(args.name);
    if (flags.json) world.out(JSON.stringify(versions));
    else if (args.name === undefined) {
      const rows = versions.map(({ name, version, effectiveFrom }) => [name, String(version), effectiveFrom]);
      for (const line of table(['policy', 'version', 'in force from'], rows)) world.out(line);
    } else {
      for (const { version, effectiveFrom, rules } of versions) {
        world.out(world.terminal.paint('bold', `version ${version}, in force from ${effectiveFrom}`));
        world.out(JSON.stringify(rules, null, 2));
      }
    }
    return Exit.ok;
  },
});
