import { statSync } from 'node:fs';
import { isDay, startOfDay, toInstant } from '#kernel/time.js';
import { Exit } from '#runtime/exit.js';
import { asJson, building, defineCommand, where } from '../frame/define-command.js';
import { objectInFile } from '../frame/input.js';
import { UsageError } from '../frame/parse-args.js';
import { ProgressLine } from '../frame/progress.js';
import { dryGate } from '../import/dry-gate.js';
import type { Gate } from '../import/gate.js';
import { importFile } from '../import/importer.js';
import { parseMapping } from '../import/mapping.js';
import { RejectsFile } from '../import/rejects-file.js';
import { reconciliationLines } from '../import/report.js';

export const importCommand = defineCommand({
  usage: 'patron import <file> --mapping <mapping.json>',
  about:
    'Import purchases, survey answers, complaints or contacts from delimited text, also gzip; sent again it adds only what is new. See docs/mappings/README.md.',
  example: 'patron import CDNOW_master.txt.gz --mapping docs/mappings/cdnow-master.json --data ./cdnow',
  args: ['file'],
  flags: {
    mapping: { value: 'file', about: 'How the rows become facts.' },
    rejects: { value: 'file', about: 'Where rejected rows go (default: <file>.rejects.csv in the current folder).' },
    clock: { value: 'instant|day', about: 'Leave later rows out, and let business time stand still there afterwards.' },
    dryRun: { about: 'Read, sort and match; send nothing.' },
    noWait: { about: 'Do not wait for the read models.' },
    ...building,
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    if (flags.mapping === undefined) throw new UsageError('--mapping is missing; docs/mappings/ has examples.');
    throwIfNoFile(args.file);
    const mapping = parseMapping(objectInFile(flags.mapping));
    const rejects = RejectsFile.at(flags.rejects, args.file);
    const source = mapping.name;
    const gate: Gate = flags.dryRun ? dryGate() : (await world.patron(flags, 'import')).gate(source);
    const { zone } = await gate.clock();
    const clock =
      flags.clock === undefined
        ? undefined
        : isDay(flags.clock)
          ? startOfDay(flags.clock, zone)
          : toInstant(flags.clock, '--clock');
    const progress = new ProgressLine(world.terminal, world.errText);
    const imported = await importFile({
      ...{ file: args.file, mapping, gate, wait: !flags.noWait, dryRun: flags.dryRun, signal: world.signal },
      ...(clock !== undefined && { clock }),
      progress: (phase, share, rows) => progress.show(phase, share, rows, 'rows'),
    }).finally(() => progress.clear());
    try {
      const { rejected } = imported.reconciliation;
      const tell = flags.json ? world.err : world.out;
      for (const line of reconciliationLines(imported)) tell(line);
      if (flags.json) world.out(JSON.stringify(imported.reconciliation));
      if (flags.dryRun) world.err('Nothing was sent: this was a dry run.');
      if (imported.broken !== undefined) world.err(world.terminal.paintError('red', `Incomplete: ${imported.broken}`));
      if (rejected > 0 || flags.rejects !== undefined) {
        await rejects.write(imported.rejects());
        world.err(`${rejected} rejected rows with their reasons: ${rejects.path}`);
      }
    } finally {
      imported.remove();
    }
    return imported.broken === undefined ? Exit.ok : Exit.failed;
  },
});

/** It is read more than once, which a pipe is not for. @throws {UsageError} */
function throwIfNoFile(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) throw new UsageError(`There is no file ${path}.`);
  if (there.isDirectory()) throw new UsageError(`${path} is a folder: name the file in it.`);
  if (!there.isFile()) throw new UsageError(`${path} is no file of its own: write what it gives into one.`);
}
