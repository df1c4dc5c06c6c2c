import { randomUUID } from 'node:crypto';
import type { Position } from '#kernel/fact.js';
import { StoreRefused, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import { CALL_MS } from './calls.js';
import type { Connection } from './connection.js';
import { positionOf } from './conversion.js';

const TYPE = 'HistoryBegan';
const FORMAT = 1;

export interface History {
  readonly storeId: string;
  /** Of the event that names it; every fact comes after. */
  readonly position: Position;
}

/**
 * What names a history for ever: the one event of the stream `<history>-history`, which is none of its facts. Whoever writes
 * first makes it; two who begin at once agree on one.
 *
 * @throws {StoreRefused} where there is none and `mode` is `read`, or where it is of a newer format
 */
export async function historyOf(connection: Connection, history: string, mode: 'write' | 'read'): Promise<History> {
  const found = await namedIn(connection, history);
  if (found !== undefined) return found;
  if (mode === 'read') {
    throw new StoreRefused(`The server holds no history "${history}"; \`patron serve\` or an import begins it.`);
  }
  const data = Buffer.from(JSON.stringify({ storeId: randomUUID(), format: FORMAT }), 'utf8');
  const event = { id: randomUUID(), type: TYPE, data, metadata: Buffer.from('{}', 'utf8') };
  try {
    await connection.appends.append(streamOf(history), 0, [event], CALL_MS);
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error;
  }
  return (await namedIn(connection, history)) as History;
}

async function namedIn({ pages, calls }: Connection, history: string): Promise<History | undefined> {
  const [first] = await calls.run((signal) => pages.stream(streamOf(history), 'start', 1, false, signal));
  const event = first?.event;
  if (event === undefined) return undefined;
  const { storeId, format } = event.data as { readonly storeId?: unknown; readonly format?: unknown };
  if (event.type !== TYPE || typeof storeId !== 'string' || format !== FORMAT || event.position === undefined) {
    throw new StoreRefused(
      `Stream ${streamOf(history)} was written by another or a newer program; it was left as it is.`,
    );
  }
  return { storeId, position: positionOf(event.position.commit) };
}

const streamOf = (history: string): string => `${history}-history`;
