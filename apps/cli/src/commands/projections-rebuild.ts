import type { Compared } from '#engine/projecting.js';
import { Exit } from '#runtime/exit.js';
import { asJson, building, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';

const INTERRUPTED =
  'Interrupted; what is read stays. In a folder the same command goes on from there, on a server the rebuild does by itself: `patron projections cancel <name>` gives that up.';

export const projectionsRebuild = defineCommand({
  usage: 'patron projections rebuild <name> | --all',
  about: 'Fold a projection anew from the first fact beside the present one, then let readers switch.',
  example: 'patron projections rebuild lifecycle_stage',
  args: ['name?'],
  flags: {
    all: { about: 'Every projection, in one pass over the log.' },
    customer: { value: 'id', about: "Only this customer's documents, where they are read, from their facts." },
    ...building,
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    if ((args.name === undefined) !== flags.all) throw new UsageError('Name one projection, or give --all.');
    if (flags.all && flags.customer !== undefined)
      throw new UsageError("--customer rebuilds one customer's documents of one projection: name it instead of --all.");
    const patron = await world.patron(flags, 'fold');
    if (args.name !== undefined && flags.customer !== undefined) {
      const compared = await patron.rebuildCustomer(args.name, flags.customer);
      if (flags.json) world.out(JSON.stringify(compared));
      else for (const line of differing(compared, `${args.name} of ${flags.customer}`)) world.out(line);
      return Exit.ok;
    }
    const names = args.name === undefined ? (await patron.projections()).map(({ name }) => name) : [args.name];
    const progress = new ProgressLine(world.terminal, world.errText);
    const began = performance.now();
    const tell = (name: string, share: number, facts: number): void => progress.show(name, share, facts, 'facts');
    const compared = await patron
      .rebuild(names, tell, world.signal)
      .finally(() => progress.clear())
      .catch((error: unknown) => {
        if (world.signal.aborted) world.err(INTERRUPTED);
        throw error;
      });
    const seconds = Math.round(performance.now() - began) / 1000;
    if (flags.json) world.out(JSON.stringify({ seconds, rebuilt: compared }));
    else for (const line of said(compared, seconds)) world.out(line);
    return Exit.ok;
  },
});

function differing({ appeared, disappeared, changed, first }: Compared, what: string): readonly string[] {
  const isSame = appeared + disappeared + changed === 0;
  const counts = isSame ? 'as before' : `${changed} changed, ${appeared} appeared, ${disappeared} disappeared`;
  const shown = first.map(
    ({ key, kind, changes }) => `  ${key} ${kind}: ${changes.map(({ field }) => field).join(', ')}`,
  );
  return [`rebuilt ${what}: ${counts}`, ...shown];
}

/** What was rebuilt, and what the first documents say otherwise now. */
function said(compared: readonly Compared[], seconds: number): readonly string[] {
  const lines = compared.flatMap((one) => differing(one, one.name));
  return [
    ...lines,
    `${compared.length} in ${seconds} s; \`patron projections switch-back <name>\` undoes one, \`drop\` keeps it for good`,
  ];
}
