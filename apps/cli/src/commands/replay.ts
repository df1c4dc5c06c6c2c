import { ownProjections, type Own } from '#runtime/own/own-projections.js';
import { rowsOf, sampleOf } from '#runtime/own/own-rows.js';
import { Exit } from '#runtime/exit.js';
import { FORMATS } from '#runtime/tables/output.js';
import { writeRows } from '#runtime/tables/write-rows.js';
import { asOfFlags, asOfIn } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { ProgressLine } from '../frame/progress.js';
import { table } from '../frame/terminal.js';
import { outputsFor } from '../own/outputs.js';

/** Most unreadable facts that are listed. */
const SHOWN = 3;

export const replay = defineCommand({
  usage: 'patron replay <file>... --out <file|folder>',
  about: 'Fold projections of your own over the whole history and write what they say; the store is only read.',
  example: 'patron replay ./my-projection.ts --out result.parquet',
  args: ['file...'],
  flags: {
    out: {
      value: 'file|folder',
      many: true,
      about: `A file ending in ${FORMATS.map((name) => `.${name}`).join(', ')} for each projection, or one folder for all.`,
    },
    format: { value: FORMATS.join('|'), about: 'What is written into a folder (default parquet).' },
    force: { about: 'Replace files that are there.' },
    ...asOfFlags,
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const asOf = asOfIn(flags.asOf, flags.by);
    const own = await ownProjections(args.file);
    const outputs = outputsFor(
      own.map(({ projection }) => projection.name),
      flags.out,
      flags.format,
      flags.force,
    );
    const patron = await world.patron(flags, 'read');
    const progress = new ProgressLine(world.terminal, world.errText);
    const began = performance.now();
    let facts = 0;
    const told = (share: number, folded: number): void => {
      facts = folded;
      world.signal.throwIfAborted();
      progress.show('replaying', share, folded, 'facts');
    };
    const folded = await patron.replayOwn(own, asOf, told).finally(() => progress.clear());
    try {
      const seconds = (performance.now() - began) / 1_000;
      const written: {
        readonly projection: string;
        readonly documents: number;
        readonly rows: number;
        readonly out: string;
      }[] = [];
      for (const one of own) {
        const { name } = one.projection;
        const output = outputs.get(name);
        if (output === undefined) continue;
        const rows = await writeRows(rowsOf(one, folded.documents(name), world.signal), output, {
          sample: sampleOf(one),
        });
        written.push({ projection: name, documents: await folded.count(name), rows, out: output.path });
      }
      if (flags.json) world.out(JSON.stringify({ facts, seconds: rounded(seconds), written, parked: folded.parked }));
      else for (const line of said(written, own, facts, seconds)) world.out(line);
      for (const { projection, type, stream, revision, position, reason } of folded.parked.slice(0, SHOWN)) {
        world.err(
          world.terminal.paintError(
            'red',
            `${projection}: ${type}, fact ${revision} of ${stream} at position ${position} cannot be read: ${reason}`,
          ),
        );
      }
      if (folded.parked.length === 0) return Exit.ok;
      world.err(
        world.terminal.paintError(
          'red',
          `Incomplete: documents of ${folded.parked.length} customers end before a fact that cannot be read.`,
        ),
      );
      return Exit.failed;
    } finally {
      await folded.close();
    }
  },
});

const rounded = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;

function said(
  written: readonly {
    readonly projection: string;
    readonly documents: number;
    readonly rows: number;
    readonly out: string;
  }[],
  own: readonly Own[],
  facts: number,
  seconds: number,
): readonly string[] {
  const rows = written.map(({ projection, documents, rows: count, out }) => [
    projection,
    whole(documents),
    whole(count),
    out,
  ]);
  const rate = whole(Math.round(facts / Math.max(0.001, seconds)));
  return [
    ...table(['projection', 'documents', 'rows', 'written to'], rows),
    `${whole(facts)} facts in ${rounded(seconds)} s, ${rate} facts/s${own.length > 1 ? `, ${own.length} projections in one pass` : ''}`,
  ];
}

const whole = (count: number): string => count.toLocaleString('en');
