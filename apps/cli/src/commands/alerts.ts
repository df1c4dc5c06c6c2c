import { decimal, type Money } from '#kernel/money.js';
import { REASONS } from '#slices/retention/retention.events.js';
import { Exit } from '#runtime/exit.js';
import { documentsOf } from '#runtime/exports.js';
import type { Access } from '../access/access.js';
import { asJson, defineCommand, where } from '../frame/define-command.js';
import { UsageError } from '../frame/parse-args.js';
import { table, type Terminal } from '../frame/terminal.js';
import { wholeIn } from './read.js';

const USUAL = 20;
/** An alert is open until it is closed, whoever has seen it. */
const OPEN = ['open', 'acknowledged', 'acted'];

/** What is shown of a document of `retention_alerts`. */
interface Alert {
  readonly customerId: string;
  readonly episodeId: string;
  readonly status: string;
  readonly raisedAt: string;
  readonly dueBy: string;
  readonly worth: readonly Money[];
  readonly worthSort: number;
  readonly suggested: {
    readonly action: string;
    readonly text: string;
    readonly source: string;
    readonly policy: { readonly name: string; readonly version: number };
  };
  readonly why: { readonly words: string; readonly facts: readonly string[] };
}

export const alerts = defineCommand({
  usage: 'patron alerts',
  about: 'Show whom to look after today: open alerts, those worth most first, with why and what to do.',
  example: 'patron alerts --reason silent --limit 10',
  args: [],
  flags: {
    reason: { value: 'reason', about: `Only one of ${REASONS.join(', ')}.` },
    limit: { value: 'n', about: `Most alerts (default ${USUAL}).` },
    ...asJson,
    ...where,
  },
  async run({ flags }, world) {
    const { reason } = flags;
    if (reason !== undefined && !REASONS.some((known) => known === reason)) {
      throw new UsageError(`--reason ${reason} is none of ${REASONS.join(', ')}.`);
    }
    const limit = wholeIn('--limit', flags.limit) ?? USUAL;
    const found = await openAlerts(await world.patron(flags, 'read'), reason, limit);
    if (flags.json) for (const alert of found) world.out(JSON.stringify(alert));
    else if (found.length === 0) world.out('No alert is open.');
    else for (const line of drawn(found, world.terminal)) world.out(line);
    return Exit.ok;
  },
});

/** Those of every status that is open, worth most first; of equal worth those that are to be answered first. */
async function openAlerts(patron: Access, reason: string | undefined, limit: number): Promise<readonly Alert[]> {
  const found: Alert[] = [];
  for (const status of OPEN) {
    const find = { where: { ...(reason !== undefined && { reason }), status }, sort: ['-worthSort'], limit };
    const pages = documentsOf((page) => patron.find('retention_alerts', page, undefined), find);
    for await (const items of pages) found.push(...(items as unknown as readonly Alert[]));
  }
  return found.sort((a, b) => b.worthSort - a.worthSort || (a.dueBy < b.dueBy ? -1 : 1)).slice(0, limit);
}

const DAY = 10;

function drawn(found: readonly Alert[], terminal: Terminal): readonly string[] {
  const rows = found.map(({ customerId, episodeId, status, raisedAt, dueBy, worth }) => {
    const worths = worth.map((amount) => `${decimal(amount)} ${amount.currency}`).join(' + ');
    return [customerId, episodeId, status, worths, raisedAt.slice(0, DAY), dueBy.slice(0, DAY)];
  });
  const [head = '', ...lines] = table(['customer', 'alert', 'status', 'worth', 'raised', 'answer by'], rows);
  const details = found.map(({ why, suggested: { action, text, source, policy } }) => [
    `  ${why.words}`,
    `  ${action}: ${text} (${source}; policy ${policy.name} ${policy.version})`,
    `  facts: ${why.facts.join(', ')}`,
  ]);
  return [head, ...lines.flatMap((line, at) => [terminal.paint('bold', line), ...(details[at] ?? [])])];
}
