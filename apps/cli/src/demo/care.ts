import { plusMs, type Instant } from '#kernel/time.js';
import { agents } from './catalogue.js';
import { Random } from './random.js';
import type { DemoCommand } from './story.js';

/** What is read of a document of `retention_alerts`. */
export interface OpenAlert {
  readonly customerId: string;
  readonly episodeId: string;
  readonly status: string;
  readonly raisedAt: Instant;
  readonly worthSort: number;
  readonly suggested: { readonly action: string };
}

const MINUTE_MS = 60_000;
const OPENS_MS = 8.5 * 60 * MINUTE_MS;
/** Each month the shop sees to so many alerts, and to a few more in a larger shop. */
const LEAST_SEEN = 10;
const SEEN_OF_CUSTOMERS = 0.03;

/** What the shop does at a month's start about the open alerts that are worth most: decided by them and the seed alone. */
export function careAt(
  at: Instant,
  alerts: readonly OpenAlert[],
  { seed, customers }: { readonly seed: number; readonly customers: number },
): readonly DemoCommand[] {
  const most = Math.max(LEAST_SEEN, Math.round(customers * SEEN_OF_CUSTOMERS));
  return [...alerts]
    .filter(({ status }) => status === 'open')
    .sort((a, b) => b.worthSort - a.worthSort || (nameOf(a) < nameOf(b) ? -1 : 1))
    .filter(firstOfCustomer())
    .slice(0, most)
    .flatMap((alert, order) => answerTo(alert, plusMs(at, OPENS_MS + order * MINUTE_MS), seed));
}

/** One alert a customer: what answers it often answers the others, too. */
function firstOfCustomer(): (alert: OpenAlert) => boolean {
  const seen = new Set<string>();
  return ({ customerId }) => !seen.has(customerId) && seen.add(customerId).size > 0;
}

const nameOf = ({ customerId, episodeId }: OpenAlert): string => `${customerId}-${episodeId}`;

function answerTo(alert: OpenAlert, at: Instant, seed: number): readonly DemoCommand[] {
  const { customerId, episodeId, suggested } = alert;
  const random = new Random(seed).part(nameOf(alert));
  const agent = random.pick(agents);
  const step = (command: string, name: string, when: Instant, what: object): DemoCommand => ({
    ...{ command, commandId: `${nameOf(alert)}-${name}`, customerId, at: when, episodeId, ...what },
  });
  const seen = step('AcknowledgeAlert', 'seen', at, { agent });
  const what = random.weighted([
    ['acts', 6],
    ['looks', 2],
    ['gives up', 1],
  ]);
  if (what === 'looks') return [seen];
  const outcome = random.pick(['lost', 'not_reached', 'not_needed']);
  if (what === 'gives up') return [step('CloseAlert', 'close', at, { outcome })];
  const done = { actionId: `${nameOf(alert)}-act`, action: suggested.action, agent };
  return [seen, step('RecordRetentionAction', 'act', plusMs(at, MINUTE_MS / 2), done)];
}
