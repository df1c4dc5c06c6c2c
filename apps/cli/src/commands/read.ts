import type { Json } from '#kernel/ports/read-models.js';
import type { Find } from '#engine/queries.js';
import { Exit } from '#runtime/exit.js';
import { asCsv, documentsOf } from '#runtime/exports.js';
import { asOfFlags, snapshotFlag, thenIn } from '../frame/as-of.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { table } from '../frame/terminal.js';

const USUAL = 50;
const OPERATORS = { '>=': 'gte', '<=': 'lte', '>': 'gt', '<': 'lt' } as const;

export const read = defineCommand({
  usage: 'patron read <model>',
  about: 'Read the documents of a read model, over its declared indexes.',
  example: 'patron read lifecycle_stage --where stage=churned --limit 10',
  args: ['model'],
  flags: {
    where: { value: 'field=value', many: true, about: 'Also field>=value, >, <=, <; may be given several times.' },
    sort: { value: 'fields', about: 'Fields of an index in order, - in front for falling: stage,-since.' },
    limit: { value: 'n', about: `Most documents (default ${USUAL}).` },
    all: { about: 'All of them, page by page.' },
    after: { value: 'position', about: 'Wait until everything up to this position of a receipt is in it.' },
    ...asOfFlags,
    ...snapshotFlag,
    csv: { about: 'As CSV, a column for every path.' },
    ...asJson,
    ...where,
  },
  async run({ args, flags }, world) {
    const find: Find = {
      ...findOf(flags.where, flags.sort),
      ...(!flags.all && { limit: wholeIn('--limit', flags.limit) ?? USUAL }),
    };
    const after = wholeIn('--after', flags.after);
    const asOf = thenIn(flags);
    if (asOf !== undefined && after !== undefined)
      throw new UsageError('--after does not go with --as-of: the past waits for nothing.');
    const patron = await world.patron(flags, 'read');
    const pages = (page: Find) => patron.find(args.model, page, after, asOf);
    if (flags.csv) {
      for await (const text of asCsv(pages, find)) await world.write(text);
      return Exit.ok;
    }
    const shown: Json[] = [];
    for await (const items of documentsOf(pages, find)) {
      if (flags.json || !world.terminal.isTerminal)
        await world.write(items.map((doc) => `${JSON.stringify(doc)}\n`).join(''));
      else shown.push(...items);
    }
    if (shown.length > 0) for (const line of drawn(shown)) world.out(line);
    return Exit.ok;
  },
});

/** @throws {UsageError} */
export function findOf(conditions: readonly string[], sort: string | undefined): Find {
  const wanted = new Map<string, string | Record<string, string>>();
  for (const condition of conditions) {
    const [, field, operator = '', value = ''] = /^([\w.]+)(>=|<=|>|<|=)(.*)$/s.exec(condition) ?? [];
    if (field === undefined)
      throw new UsageError(`--where ${condition} is none of field=value, field>=value, >, <=, <.`);
    const known = wanted.get(field);
    if (operator === '=') wanted.set(field, value);
    else
      wanted.set(field, {
        ...(typeof known === 'object' && known),
        [OPERATORS[operator as keyof typeof OPERATORS]]: value,
      });
  }
  return {
    where: Object.fromEntries(wanted),
    ...(sort !== undefined && { sort: sort.split(',').filter((field) => field !== '') }),
  };
}

/** @throws {UsageError} */
export function wholeIn(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${flag} takes a whole number.`);
  return Number(text);
}

/** What is short enough to stand in a column. */
function drawn(docs: readonly Json[]): readonly string[] {
  const fields = [...new Set(docs.flatMap((doc) => Object.keys(doc)))].filter((field) => field !== 'why');
  const text = (value: unknown): string => {
    const whole =
      value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
    return whole.length > 32 ? `${whole.slice(0, 31)}…` : whole;
  };
  return table(
    fields,
    docs.map((doc) => fields.map((field) => text(doc[field]))),
  );
}
