import { randomUUID } from 'node:crypto';
import type { ResolvedEvent } from '@eventstore/db-client';
import type { Position } from '#kernel/fact.js';
import { StoreRefused, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import { CALL_MS } from './calls.js';
import type { Connection } from './connection.js';
import { positionOf, type WireEvent } from './conversion.js';

const BEGAN = 'HistoryBegan';
const COPY_BEGAN = 'CopyBegan';
const COPY_ENDED = 'CopyEnded';
const KNOWN = new Set([BEGAN, COPY_BEGAN, COPY_ENDED]);
const FORMAT = 1;

export interface History {
  readonly storeId: string;
  /** See `EventStore.numbering`. */
  readonly numbering: string;
  /** Of the event that names it; every fact comes after. */
  readonly position: Position;
  /** False while a copy into it is not finished. */
  readonly whole: boolean;
  /** How many events say so. */
  readonly said: number;
}

/**
 * What names a history for ever: the first event of the stream `<history>-history`, which holds none of its facts. Whoever writes
 * first makes it; two who begin at once agree on one. Behind it stand the copies into the history, begun and ended.
 *
 * @throws {StoreRefused} where there is none and `mode` is `read` or another one was folded here before, where it is of a newer format, or a copy is not finished
 */
export async function historyOf(
  connection: Connection,
  history: string,
  mode: 'write' | 'read' | 'copy',
  foldedFrom?: string,
): Promise<History> {
  const found = await historyIn(connection, history);
  if (found === undefined && foldedFrom !== undefined) {
    throw new StoreRefused(
      `The server holds no history "${history}", and the read models of this data folder were folded from log ${foldedFrom}. Look at ` +
        '`history=` and the server in the connection string; for a new history choose another data folder. Nothing was begun.',
    );
  }
  if (found === undefined && mode !== 'write') {
    throw new StoreRefused(`The server holds no history "${history}"; \`patron serve\` or an import begins it.`);
  }
  const known =
    found ?? (await begun(connection, history, [eventOf(BEGAN, { storeId: randomUUID(), format: FORMAT })]));
  if (known.whole || mode === 'copy') return known;
  throw new StoreRefused(`A copy into the history "${history}" was not finished: run the same \`patron copy\` again.`);
}

/** Begins a history that is a copy of another one, and is not whole before `copyEnded`. */
export const copyBegun = (connection: Connection, history: string, storeId: string): Promise<History> =>
  begun(connection, history, [
    eventOf(BEGAN, { storeId, format: FORMAT, numbering: randomUUID() }),
    eventOf(COPY_BEGAN, {}),
  ]);

/** Says that facts are copied into a history again, or that all of them are there. */
export async function saidOfCopy(
  connection: Connection,
  history: string,
  said: number,
  what: 'began' | 'ended',
): Promise<void> {
  const event = eventOf(what === 'began' ? COPY_BEGAN : COPY_ENDED, {});
  await connection.appends.append(streamOf(history), said, [event], CALL_MS);
}

/** @throws {StoreRefused} where another or a newer program wrote it */
export async function historyIn({ pages, calls }: Connection, history: string): Promise<History | undefined> {
  const stream = streamOf(history);
  const [newest] = await calls.run((signal) => pages.stream(stream, 'end', 1, true, signal));
  if (newest?.event === undefined) return undefined;
  const [first] =
    newest.event.revision === 0n
      ? [newest]
      : await calls.run((signal) => pages.stream(stream, 'start', 1, false, signal));
  return described(history, first?.event, newest.event);
}

function described(history: string, first: ResolvedEvent['event'], newest: ResolvedEvent['event']): History {
  const { storeId, format, numbering } = (first?.data ?? {}) as Readonly<Record<string, unknown>>;
  const isOurs = first?.type === BEGAN && typeof storeId === 'string' && format === FORMAT;
  if (!isOurs || first.position === undefined || !KNOWN.has(newest?.type ?? '')) {
    throw new StoreRefused(
      `Stream ${streamOf(history)} was written by another or a newer program; it was left as it is.`,
    );
  }
  return {
    ...{ storeId, numbering: typeof numbering === 'string' ? numbering : storeId },
    ...{ position: positionOf(first.position.commit), whole: newest?.type !== COPY_BEGAN },
    said: Number(newest?.revision ?? 0) + 1,
  };
}

async function begun(connection: Connection, history: string, events: readonly WireEvent[]): Promise<History> {
  try {
    await connection.appends.append(streamOf(history), 0, events, CALL_MS);
  } catch (error) {
    if (!(error instanceof WrongExpectedRevision)) throw error;
  }
  return (await historyIn(connection, history)) as History;
}

const eventOf = (type: string, data: object): WireEvent => ({
  ...{ id: randomUUID(), type },
  ...{ data: Buffer.from(JSON.stringify(data), 'utf8'), metadata: Buffer.from('{}', 'utf8') },
});

const streamOf = (history: string): string => `${history}-history`;
