import type { Change, Difference } from '#engine/differences.js';
import { Exit } from '#runtime/exit.js';
import { documentsOf } from '#runtime/exports.js';
import { nearNames } from '#runtime/near.js';
import { ColumnFinder, type Row } from '#runtime/tables/columns.js';
import { slices } from '#slices/index.js';
import type { Access } from '../access/access.js';
import { asOfFlags } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { table } from '../frame/terminal.js';
import { wholeIn } from './read.js';

const USUAL = 20;
const CHANGES_SHOWN = 3;
const MOST_NAMES = 40;
/** Says why, and is not compared. */
const WHY = /^why(\.|$)/;

export const diff = defineCommand({
  usage: 'patron diff <model>',
  about: 'Say who moved in a read model between two moments, from what to what, and why.',
  example:
    'patron diff lifecycle_stage --from 1997-10-01T00:00:00Z --to 1998-01-01T00:00:00Z --by business --field stage',
  args: ['model'],
  flags: {
    from: { value: 'moment', about: 'The earlier instant, or position in the log.' },
    to: { value: 'moment', about: 'The later one.' },
    by: asOfFlags.by,
    field: { value: 'path', about: 'Only where this field differs; its moves are counted.' },
    limit: { value: 'n', about: `Most documents to show (default ${USUAL}); all are counted.` },
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const { from, to, by, field } = flags;
    if (from === undefined || to === undefined) throw new UsageError('--from and --to say between which moments.');
    if (field !== undefined && WHY.test(field))
      throw new UsageError(`--field ${field}: reasons are told of each move, and not compared.`);
    const limit = wholeIn('--limit', flags.limit) ?? USUAL;
    const patron = await world.patron(flags, 'read');
    const counts = { appeared: 0, disappeared: 0, changed: 0 };
    const moves = new Map<string, number>();
    const shown: Difference[] = [];
    for await (const difference of patron.differences(args.model, from, to, by)) {
      const changes = difference.changes.filter((change) => field === undefined || change.field === field);
      if (changes.length === 0) continue;
      counts[difference.kind] += 1;
      if (field !== undefined) for (const change of changes) count(moves, move(change));
      const found = { ...difference, changes };
      if (flags.json) await world.write(`${JSON.stringify(found)}\n`);
      else if (shown.length < limit) shown.push(found);
    }
    if (field !== undefined && Object.values(counts).every((found) => found === 0))
      await throwIfUnknown(field, args.model, patron);
    if (flags.json) return Exit.ok;
    for (const line of drawn(shown)) world.out(line);
    for (const line of counted(field, moves)) world.out(line);
    const { appeared, changed, disappeared } = counts;
    world.out(`${args.model}: ${changed} changed, ${appeared} appeared, ${disappeared} disappeared`);
    return Exit.ok;
  },
});

/** @throws {UsageError} naming what comes near, where "0 changed" would be said of a field that is not there */
async function throwIfUnknown(field: string, model: string, patron: Access): Promise<void> {
  const fields = new ColumnFinder();
  const projection = slices.flatMap(({ projections }) => projections).find(({ name }) => name === model);
  if (projection !== undefined) fields.show(projection.initial('') as Row);
  if (fields.mayHave(field)) return;
  for await (const documents of documentsOf((page) => patron.find(model, page, undefined), {}))
    for (const document of documents) fields.show(document);
  if (fields.mayHave(field)) return;
  const paths = [...fields.paths()];
  const near = nearNames(field, paths) || `Known are ${paths.slice(0, MOST_NAMES).join(', ')}.`;
  throw new UsageError(`No document of ${model} has a field ${field.slice(0, 100)}. ${near}`);
}

const count = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);
const move = ({ from, to }: Change): string => `${text(from)} → ${text(to)}`;

function drawn(found: readonly Difference[]): readonly string[] {
  if (found.length === 0) return [];
  const rows = found.map(({ key, kind, changes, why }) => {
    const first = changes.slice(0, CHANGES_SHOWN).map((change) => `${change.field}: ${move(change)}`);
    const rest = changes.length - first.length;
    return [key, kind, [...first, ...(rest > 0 ? [`and ${rest} more`] : [])].join(', '), because(why)];
  });
  return table(['document', 'what', 'from → to', 'why'], rows);
}

function counted(field: string | undefined, moves: ReadonlyMap<string, number>): readonly string[] {
  if (field === undefined || moves.size === 0) return [];
  const ranked = [...moves].sort(([, a], [, b]) => b - a);
  const rows = ranked.map(([name, documents]) => [name, documents.toLocaleString('en')]);
  return table([field, 'documents'], rows);
}

/** The policy that a statement was made under, and the newest fact it rests on. */
function because(why: unknown): string {
  const { policy, facts } = (why ?? {}) as { policy?: { name?: string; version?: number }; facts?: readonly string[] };
  const newest = facts?.at(-1);
  const said = [policy?.name && `${policy.name} v${policy.version}`, newest && `fact ${newest}`];
  return said.filter((part) => part !== undefined && part !== '').join(', ');
}

function text(value: unknown): string {
  const whole = value === null || value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value);
  return whole.length > 40 ? `${whole.slice(0, 39)}…` : whole;
}
