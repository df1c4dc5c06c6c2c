import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { bodyFrom } from '../frame/input.js';

export const policyPublish = defineCommand({
  usage: "patron policy publish <name> '<rules json>' | @file | -",
  about: 'Publish a new version of a policy, in force for facts from an instant on.',
  example: `patron policy publish company '{"zone":"Europe/London","currency":"GBP"}' --effective-from 2026-01-01`,
  args: ['name', 'rules'],
  flags: {
    effectiveFrom: { value: 'instant|day', about: 'In force for facts from then on (default: now).' },
    dryRun: { about: 'Say what it would be; publish nothing.' },
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const { effectiveFrom, dryRun } = flags;
    const rules = await bodyFrom(args.rules, world.stdin);
    const patron = await world.patron(flags, 'write');
    const body = { name: args.name, rules, ...(effectiveFrom !== undefined && { effectiveFrom }) };
    const receipt = await patron.submit({ type: 'PublishPolicy', body, dryRun });
    const { policy, repeated } = receipt as { policy: { version: number; effectiveFrom: string }; repeated: boolean };
    const did = dryRun ? 'would be' : repeated ? 'was already' : 'is';
    world.out(
      flags.json
        ? JSON.stringify(receipt)
        : `${args.name} ${did} version ${policy.version}, in force from ${policy.effectiveFrom}`,
    );
    return Exit.ok;
  },
});
