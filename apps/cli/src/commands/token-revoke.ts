import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { tokensIn } from '../access/tokens-in.js';

export const tokenRevoke = defineCommand({
  usage: 'patron token revoke <id|name>',
  about: 'End a token, or all tokens of a name; a running server refuses them from then on.',
  example: 'patron token revoke web-shop',
  args: ['id'],
  flags: { ...asJson, data: where.data },
  run({ args, flags }, world) {
    const revoked = tokensIn(flags.data, world.env).revoke(args.id);
    if (flags.json) world.out(JSON.stringify(revoked));
    else for (const { id, name } of revoked) world.out(`revoked ${id} (${name})`);
    return Promise.resolve(Exit.ok);
  },
});
