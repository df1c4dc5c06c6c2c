import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { table } from '../frame/terminal.js';
import { tokensIn } from '../access/tokens-in.js';

export const tokenList = defineCommand({
  usage: 'patron token list',
  about: 'Show the tokens there are, revoked ones included; never their secrets.',
  example: 'patron token list --json',
  args: [],
  flags: { ...asJson, data: where.data },
  run({ flags }, world) {
    const tokens = tokensIn(flags.data, world.env).list();
    if (flags.json) world.out(JSON.stringify(tokens));
    else {
      const rows = tokens.map(({ id, name, role, scopes, createdAt, revokedAt }) => [
        ...[id, name, role, scopes?.join(',') ?? 'all', createdAt, revokedAt ?? ''],
      ]);
      for (const line of table(['id', 'name', 'role', 'scopes', 'created', 'revoked'], rows)) world.out(line);
    }
    return Promise.resolve(Exit.ok);
  },
});
