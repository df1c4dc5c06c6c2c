import { Exit } from '#runtime/exit.js';
import { ROLES } from '#runtime/access.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { tokensIn } from '../access/tokens-in.js';

export const tokenCreate = defineCommand({
  usage: 'patron token create <name> --role <role>',
  about: `Make a token; its secret is shown once. Roles: ${ROLES.join(', ')}.`,
  example: 'patron token create web-shop --role service --scopes purchases,profiles',
  args: ['name?'],
  flags: {
    name: { value: 'name', about: 'The same as the argument.' },
    role: { value: 'role', about: `One of ${ROLES.join(', ')}.` },
    scopes: { value: 'slices', about: 'Slices whose commands a service may send, separated by commas (default all).' },
    ...asJson,
    data: where.data,
  },
  run({ args, flags }, world) {
    if (flags.role === undefined) throw new UsageError(`--role is missing: one of ${ROLES.join(', ')}.`);
    const name = args.name ?? flags.name;
    if (name === undefined)
      throw new UsageError('Say whom the token is for: patron token create <name> --role <role>.');
    const scopes = flags.scopes?.split(',').filter((scope) => scope !== '');
    const { secret, token } = tokensIn(flags.data, world.env).create({
      ...{ name, role: flags.role },
      ...(scopes !== undefined && { scopes }),
    });
    world.out(flags.json ? JSON.stringify({ ...token, secret }) : secret);
    if (!flags.json) world.err(`Token ${token.id} for ${token.name} (${token.role}). It is not shown again.`);
    return Promise.resolve(Exit.ok);
  },
});
