import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { table } from '../frame/terminal.js';

export const projectionsDigest = defineCommand({
  usage: 'patron projections digest [name]',
  about: 'SHA-256 over all documents of a read model, or of each: equal content, equal digest.',
  example: 'patron projections digest loyalty_balance',
  args: ['name?'],
  flags: { ...asJson, ...where },
  async run({ args, flags }, world) {
    const patron = await world.patron(flags, 'read');
    const names = args.name === undefined ? (await patron.projections()).map(({ name }) => name).sort() : [args.name];
    const digests: { readonly name: string; readonly digest: string; readonly documents: number }[] = [];
    for (const name of names) {
      const { digest, documents } = await patron.digest(name);
      digests.push({ name, digest, documents });
    }
    if (flags.json) world.out(JSON.stringify(args.name === undefined ? digests : digests[0]));
    else {
      const rows = digests.map(({ name, digest, documents }) => [name, String(documents), digest]);
      for (const line of table(['projection', 'documents', 'digest'], rows)) world.out(line);
    }
    return Exit.ok;
  },
});
