import { mkdirSync } from 'node:fs';
import { customerOf, customerStream, type Recorded } from '#kernel/fact.js';
import { SETTLEMENTS } from '#kernel/system.events.js';
import { msOf } from '#kernel/time.js';
import { EmbeddedKeys } from '#adapters/embedded/embedded-keys.js';
import { LogOfMany, type RowOfMany } from './log-of-many.js';
import { lived } from './lived.js';
import { digitsOf, idOf, numberIn, type Lives } from './lives.js';

/** Most customers that the clock process puts into one of its facts. */
const RESCHEDULED_PER_FACT = 500;

/** How large a store is: the lives of some customers, each told of so many. */
export interface Many extends Lives {
  readonly times: number;
}

/**
 * A store of many customers: the lives of some as the write path decided them, each told again of others under their own ids. Facts
 * of deployment-wide streams are there once. The log is in the order of time; nothing is folded yet.
 *
 * @returns how many facts it holds
 */
export async function multiplied({ times, ...lives }: Many, data: string): Promise<number> {
  const facts = await lived(lives);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  await (await EmbeddedKeys.open({ folder: `${data}.keys` })).close();
  const log = new LogOfMany(data);
  for (const fact of facts) {
    if (fact.stream === SETTLEMENTS) rescheduled(log, fact, lives.customers, times);
    else if (customerOf(fact.stream) === '') log.put(fact.stream, rowOf(fact));
    else again(log, fact, lives.customers, times);
  }
  log.end();
  return log.position;
}

/** One fact of a life, in the streams of all who live it. */
function again(log: LogOfMany, fact: Recorded, lives: number, times: number): void {
  const { id, data, metadata, ...row } = rowOf(fact);
  const first = numberIn(fact.stream);
  const digits = digitsOf(first);
  const parts = [id, data, metadata].map((text) => text.split(digits));
  for (let time = 0; time < times; time += 1) {
    const number = digitsOf(first + time * lives);
    const [ownId = '', ownData = '', ownMetadata = ''] = parts.map((part) => part.join(number));
    const own = { ...row, id: ownId, data: ownData, metadata: ownMetadata };
    log.put(customerStream(idOf(first + time * lives)), own);
  }
}

/** Of all who live the lives that a fact of the clock process names. */
function rescheduled(log: LogOfMany, fact: Recorded, lives: number, times: number): void {
  const named = fact.data['customers'] as readonly { readonly customerId: string; readonly dueAt: string | null }[];
  const all = Array.from({ length: times }, (_, time) =>
    named.map(({ customerId, dueAt }) => ({ customerId: idOf(numberIn(customerId) + time * lives), dueAt })),
  ).flat();
  for (let start = 0; start < all.length; start += RESCHEDULED_PER_FACT) {
    const data = JSON.stringify({ customers: all.slice(start, start + RESCHEDULED_PER_FACT) });
    log.put(SETTLEMENTS, { ...rowOf(fact), id: `${fact.id.slice(0, -6)}${String(start).padStart(6, '0')}`, data });
  }
}

const rowOf = ({ type, version, id, occurredAt, recordedAt, data, metadata }: Recorded): RowOfMany => ({
  ...{ type, version, id, occurred: msOf(occurredAt), recorded: msOf(recordedAt) },
  ...{ data: JSON.stringify(data), metadata: JSON.stringify(metadata) },
});
