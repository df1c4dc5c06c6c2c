import { loadConfig } from '#runtime/config.js';
import { Exit } from '#runtime/exit.js';
import { mirrorStatus } from '#runtime/mirror.js';
import { asJson, defineCommand } from '../frame/define-command.js';
import { table } from '../frame/terminal.js';
import { saidOf } from './mirror.js';

export const mirrorStatusCommand = defineCommand({
  usage: 'patron mirror status',
  about: 'Show how far a mirror is behind what it follows, as it said itself a second ago.',
  example: 'patron mirror status --data ./mirror',
  args: [],
  flags: { data: { value: 'folder', about: 'The mirror.' }, ...asJson },
  run({ flags }, world) {
    const config = loadConfig({ flags: { data: flags.data }, env: world.env });
    const status = mirrorStatus(config);
    if (status === undefined) {
      world.err(`There is no mirror at ${config.data}; \`patron mirror --from … --data ${config.data}\` begins one.`);
      return Promise.resolve(Exit.notFound);
    }
    if (flags.json) world.out(JSON.stringify(status));
    else {
      const { state, position, head, behind, wholeAt, notedAt } = status;
      const row = [state, String(position), String(head), String(behind), wholeAt ?? '–', notedAt];
      for (const line of table(['state', 'position', 'head', 'behind', 'whole at', 'noted at'], [row])) world.out(line);
      world.out(saidOf(status));
    }
    return Promise.resolve(Exit.ok);
  },
});
