import { events } from '#runtime/own/replay.js';
import { Exit } from '#runtime/exit.js';
import { documentsOf } from '#runtime/exports.js';
import { nearNames } from '#runtime/near.js';
import { FACT_COLUMNS, FACT_SAMPLE, factRow } from '#runtime/tables/facts-table.js';
import { FORMATS, Output } from '#runtime/tables/output.js';
import { writeRows, type Rows, type Shape } from '#runtime/tables/write-rows.js';
import { slices } from '#slices/index.js';
import { asOfFlags, asOfIn, snapshotFlag, thenIn } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';
import { findOf } from './read.js';

const FACTS = 'facts';

export const exportCommand = defineCommand({
  usage: 'patron export facts|<model> --out <file>',
  about: 'Write all facts, or the documents of a read model, as Parquet, CSV or NDJSON for other tools.',
  example: 'patron export value_tier --out value_tier.parquet',
  args: ['what'],
  flags: {
    out: { value: 'file', about: `Ending in ${FORMATS.map((name) => `.${name}`).join(', ')}.` },
    force: { about: 'Replace a file that is there.' },
    type: {
      value: 'type',
      many: true,
      about: 'Facts of this type only; their fields become columns. May be given several times.',
    },
    where: { value: 'field=value', many: true, about: 'Documents of a read model, as `patron read` takes it.' },
    ...asOfFlags,
    ...snapshotFlag,
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const { what } = args;
    if (flags.out === undefined) throw new UsageError('--out is missing: where to write, --out facts.parquet.');
    if (what === FACTS && flags.where.length > 0)
      throw new UsageError('--where goes with a read model; facts take --type.');
    if (what !== FACTS && flags.type.length > 0)
      throw new UsageError('--type goes with facts; a read model takes --where.');
    for (const type of flags.type) throwIfUnknown(type);
    const output = Output.at(flags.out, flags.force);
    if (what === FACTS && flags.snapshot !== undefined) throw new UsageError('--snapshot goes with a read model.');
    const [asOf, then] = [asOfIn(flags.asOf, flags.by), thenIn(flags)];
    const find = findOf(flags.where, undefined);
    const patron = await world.patron(flags, 'read');
    const progress = new ProgressLine(world.terminal, world.errText);
    const told = (share: number, facts: number): void => {
      world.signal.throwIfAborted();
      progress.show('exporting', share, facts, 'facts');
    };
    const facts = async function* (): Rows {
      for await (const some of patron.facts(flags.type, asOf, told)) yield some.map(factRow);
    };
    const documents = async function* (): Rows {
      for await (const items of documentsOf((page) => patron.find(what, page, undefined, then), find)) {
        world.signal.throwIfAborted();
        yield items;
      }
    };
    const began = performance.now();
    const rows = await writeRows(what === FACTS ? facts() : documents(), output, shapeOf(what, flags.type)).finally(
      () => progress.clear(),
    );
    const seconds = Math.round(performance.now() - began) / 1_000;
    if (flags.json) world.out(JSON.stringify({ what, rows, seconds, out: output.path }));
    else
      world.out(`${rows.toLocaleString('en')} ${what === FACTS ? FACTS : 'documents'} in ${seconds} s: ${output.path}`);
    return Exit.ok;
  },
});

/** @throws {UsageError} naming what comes near */
function throwIfUnknown(type: string): void {
  if (Object.hasOwn(events, type)) return;
  const near = nearNames(type, Object.keys(events));
  throw new UsageError([`There is no fact ${type}.`, near, 'docs/events.md lists all.'].filter(Boolean).join(' '));
}

function shapeOf(what: string, types: readonly string[]): Shape {
  if (what === FACTS) return { columns: types.length === 0 ? FACT_COLUMNS : undefined, sample: FACT_SAMPLE };
  const projection = slices.flatMap(({ projections }) => projections).find(({ name }) => name === what);
  return { sample: projection?.initial('') as object | undefined };
}
