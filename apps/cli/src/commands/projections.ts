import { Exit } from '#runtime/exit.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { table } from '../frame/terminal.js';

export const projections = defineCommand({
  usage: 'patron projections',
  about: 'Show where every projection stands, and what is parked.',
  example: 'patron projections --json',
  args: [],
  flags: { ...asJson, ...where },
  async run({ flags }, world) {
    const patron = await world.patron(flags, 'read');
    const all = await patron.projections();
    if (flags.json) {
      world.out(JSON.stringify(all));
      return Exit.ok;
    }
    const rows = all.map(({ name, version, state, position, lag, share, documents, parked }) => [
      ...[
        name,
        String(version),
        state,
        String(position),
        String(lag),
        `${Math.floor(share * 100)} %`,
        String(documents),
        String(parked.length),
      ],
    ]);
    for (const line of table(
      ['projection', 'version', 'state', 'position', 'behind', 'gone through', 'documents', 'parked'],
      rows,
    ))
      world.out(line);
    for (const { name, version, answering } of all) {
      if (answering === undefined) continue;
      const { version: before, position } = answering;
      world.out(`${name}: version ${before} answers, as of position ${position}, until version ${version} is built`);
    }
    for (const { projection, stream, revision, type, reason } of all.flatMap(({ parked }) => parked)) {
      world.out(world.terminal.paint('red', `parked: ${projection} ${stream}@${revision} ${type}: ${reason}`));
    }
    return Exit.ok;
  },
});
