import type { Replayed } from '#engine/replay.js';
import { NotFound } from '#engine/errors.js';
import { Exit } from '#runtime/exit.js';
import type { Access } from '../access/access.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { ProgressLine } from '../frame/progress.js';
import { table } from '../frame/terminal.js';
import type { World } from '../frame/world.js';

/** Most parked customers of a read model that are listed for people. */
const SHOWN = 3;
const GO_ON = ' Let a server fold what there is, then compare again.';

export const projectionsDigest = defineCommand({
  usage: 'patron projections digest [name]',
  about: 'SHA-256 over all documents of a read model, or of each: equal content, equal digest.',
  example: 'patron projections digest loyalty_balance --replay',
  args: ['name?'],
  flags: {
    replay: { about: 'Fold the log anew in this process and compare; the exit code is 1 where they differ.' },
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const patron = await world.patron(flags, 'read');
    if (flags.replay) return compared(await replayed(patron, args.name, world), args.name, flags.json, world);
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

async function replayed(patron: Access, name: string | undefined, world: World): Promise<readonly Replayed[]> {
  if (name !== undefined) await patron.digest(name);
  const progress = new ProgressLine(world.terminal, world.errText);
  const all = await patron
    .replay((share, facts) => progress.show('replaying', share, facts, 'facts'))
    .finally(() => progress.clear());
  const wanted = all.filter((one) => name === undefined || one.name === name);
  if (wanted.length === 0) throw new NotFound('read_model', name ?? '');
  return wanted;
}

function compared(all: readonly Replayed[], name: string | undefined, json: boolean, world: World): Exit {
  const different = all.filter(({ equal }) => !equal);
  if (json) world.out(JSON.stringify(name === undefined ? all : all[0]));
  else {
    const rows = all.map(({ name: model, equal, stored, replayed: again }) => [
      ...[model, equal ? 'equal' : 'DIFFERENT', String(stored.documents), stored.digest],
      ...[String(again.documents), again.digest],
    ]);
    const head = ['projection', '', 'documents', 'stored', 'documents', 'replayed'];
    for (const line of table(head, rows)) world.out(line);
    for (const { name: lagging, behind } of all.filter((one) => one.behind !== 0)) {
      world.out(`${lagging} is ${Math.abs(behind)} positions ${behind > 0 ? 'behind' : 'ahead of'} the replay.`);
    }
    for (const { name: waiting, parked } of all) {
      for (const { stream, revision, type, reason } of parked.slice(0, SHOWN)) {
        world.out(world.terminal.paint('red', `parked: ${waiting} ${stream}@${revision} ${type}: ${reason}`));
      }
      if (parked.length > SHOWN) world.out(`parked: ${waiting}, ${parked.length - SHOWN} more (--json lists all)`);
    }
  }
  if (different.length === 0) return Exit.ok;
  const say = (what: string, some: readonly Replayed[], then: string): void => {
    if (some.length === 0) return;
    world.err(world.terminal.paintError('red', `${what}: ${some.map((one) => one.name).join(', ')}.${then}`));
  };
  say(
    'The log does not give what is stored',
    different.filter(({ behind }) => behind === 0),
    '',
  );
  say(
    'Folded up to another place than the replay, which tells nothing of them',
    different.filter(({ behind }) => behind !== 0),
    GO_ON,
  );
  return Exit.failed;
}
