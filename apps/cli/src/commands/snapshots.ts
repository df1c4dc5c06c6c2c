import { Exit } from '#runtime/exit.js';
import type { NamedSnapshot } from '#runtime/named-snapshots.js';
import { asOfFlags, asOfIn } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { ProgressLine } from '../frame/progress.js';
import { table } from '../frame/terminal.js';

export const snapshotsList = defineCommand({
  usage: 'patron snapshots',
  about: 'List read models that are kept as of a moment, each under its name.',
  example: 'patron snapshots',
  args: [],
  flags: { ...asJson, ...where },
  async run({ flags }, world) {
    const all = await (await world.patron(flags, 'read')).snapshots();
    if (flags.json) for (const one of all) world.out(JSON.stringify(one));
    else if (all.length === 0) world.err('No snapshot is kept.');
    else for (const line of drawn(all)) world.out(line);
    return Exit.ok;
  },
});

export const snapshotsKeep = defineCommand({
  usage: 'patron snapshots keep <name> <model>',
  about: 'Fold a whole read model as of a moment and keep it under a name, until it is dropped.',
  example: 'patron snapshots keep end-of-year lifecycle_stage --as-of 1998-01-01T00:00:00Z --by business',
  args: ['name', 'model'],
  flags: { ...asOfFlags, ...asJson, ...where },
  async run({ args, flags }, world) {
    const asOf = asOfIn(flags.asOf, flags.by);
    const patron = await world.patron(flags, 'read');
    const progress = new ProgressLine(world.terminal, world.errText);
    const told = (share: number, facts: number): void => {
      world.signal.throwIfAborted();
      progress.show(args.model, share, facts, 'facts');
    };
    const kept = await patron.keepSnapshot(args.name, args.model, asOf, told).finally(() => progress.clear());
    if (flags.json) world.out(JSON.stringify(kept));
    else for (const line of drawn([kept])) world.out(line);
    return Exit.ok;
  },
});

export const snapshotsDrop = defineCommand({
  usage: 'patron snapshots drop <name>',
  about: 'Remove a snapshot.',
  example: 'patron snapshots drop end-of-year',
  args: ['name'],
  flags: { ...where },
  async run({ args, flags }, world) {
    await (await world.patron(flags, 'read')).dropSnapshot(args.name);
    world.out(`dropped ${args.name}`);
    return Exit.ok;
  },
});

function drawn(all: readonly NamedSnapshot[]): readonly string[] {
  const rows = all.map(({ name, model, version, asOf, by, position, documents, keptAt, digest }) => [
    ...[name, model, String(version), String(asOf), by, String(position), documents.toLocaleString('en'), keptAt],
    digest.slice(0, 12),
  ]);
  const header = ['snapshot', 'read model', 'version', 'as of', 'by', 'known up to', 'documents', 'kept at', 'digest'];
  return table(header, rows);
}
