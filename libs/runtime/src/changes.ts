import { hash } from 'node:crypto';
import { customerOf, markOf, type Recorded } from '#kernel/fact.js';
import { InvalidRequest } from '#kernel/errors.js';
import type { Batch, ReadAll } from '#kernel/ports/event-store.js';
import { IdentityClaimed, IdentityReleased, SettlementsRescheduled } from '#kernel/system.events.js';
import type { Engine } from '#engine/engine.js';
import { openNone } from '#engine/reader.js';
import { CursorGone } from './errors.js';
import type { OneATurn } from './one-a-turn.js';

export interface Feed {
  /** Continue behind this line. */
  readonly cursor?: string;
  readonly types?: readonly string[];
  readonly limit?: number;
  readonly follow: boolean;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

/** Bookkeeping that says nothing to other services; sent where its type is asked for. */
const OURS = [IdentityClaimed.type, IdentityReleased.type, SettlementsRescheduled.type];
/** Held for each reader, however slowly it reads: with facts of 10 KB about a megabyte. */
const BATCH = 100;
/** Digits of a name within a cursor. */
const NAMED = 8;

/** The facts of the whole log for other services: in order, resumable, personal fields left out. One JSON text a line. */
export class Changes {
  constructor(
    private readonly engine: Engine,
    private readonly turns: OneATurn,
  ) {}

  /** @throws {InvalidRequest} for a cursor of another history @throws {CursorGone} for one behind a fact that is not there any more */
  async feed(feed: Feed): Promise<AsyncGenerator<string>> {
    return this.lines(feed, await this.positionOf(feed.cursor));
  }

  private async *lines(
    { types, limit = Infinity, follow, heartbeatMs, signal }: Feed,
    after: number,
  ): AsyncGenerator<string> {
    const wanted = types === undefined ? { skip: OURS } : { types };
    const options: ReadAll = { after, batch: Math.min(BATCH, limit), ...wanted };
    const own = new AbortController();
    const stop = (): void => own.abort();
    signal.addEventListener('abort', stop);
    const { store } = this.engine;
    const batches = (follow ? store.follow({ ...options, signal: own.signal }) : store.readAll(options))[
      Symbol.asyncIterator
    ]();
    let position = after;
    let left = limit;
    try {
      let next = batches.next();
      while (!signal.aborted) {
        const beat = pause(heartbeatMs, own.signal);
        const read = await Promise.race(follow ? [next, beat.over] : [next]);
        beat.cancel();
        if (read === undefined) {
          yield await this.heartbeat(position);
          continue;
        }
        if (read.done === true) break;
        const { facts, position: reached } = read.value satisfies Batch;
        await this.turns.next();
        const lines: string[] = [];
        for (const fact of facts.slice(0, left)) lines.push(`${JSON.stringify(await this.shown(fact))}\n`);
        position = facts.length > left ? (facts[left - 1]?.position ?? position) : reached;
        left -= lines.length;
        if (lines.length > 0) yield lines.join('');
        if (left <= 0) break;
        next = batches.next();
      }
      if (!follow) yield await this.heartbeat(position);
    } finally {
      own.abort();
      signal.removeEventListener('abort', stop);
    }
  }

  private async shown(recorded: Recorded): Promise<object> {
    const { id, type, version, stream, revision, occurredAt, recordedAt, position } = recorded;
    const customerId = customerOf(stream);
    const { bodyDigest: _, claims: __, releases: ___, ...metadata } = recorded.metadata;
    const place = { cursor: this.cursorOf(position, markOf(recorded)), id, type, stream, revision, position };
    const told = { ...place, ...(customerId !== '' && { customerId }), occurredAt, recordedAt };
    const definition = this.engine.registry.events.get(type);
    try {
      const fact = await this.engine.reader.read(recorded, openNone);
      const data = { ...(fact.data as object) } as Record<string, unknown>;
      for (const field of definition?.personal ?? []) Reflect.deleteProperty(data, field);
      return { ...told, version: definition?.version ?? version, data, metadata };
    } catch (error) {
      return {
        ...told,
        version,
        data: null,
        unreadable: error instanceof Error ? error.message : String(error),
        metadata,
      };
    }
  }

  private async heartbeat(position: number): Promise<string> {
    const mark = position === 0 ? undefined : await this.engine.store.markAt(position);
    return `${JSON.stringify({ heartbeat: true, cursor: this.cursorOf(position, mark) })}\n`;
  }

  /**
   * Names the numbering, so that a cursor is not taken for one of another store, or of this history in another one; and the fact that it
   * stands behind, so that it is known where the log was put back and went on.
   */
  private cursorOf(position: number, mark: string | undefined): string {
    const place = `${this.engine.store.numbering.slice(0, NAMED)}.${position}`;
    return mark === undefined ? place : `${place}.${nameOf(mark)}`;
  }

  private async positionOf(cursor: string | undefined): Promise<number> {
    if (cursor === undefined || cursor === '') return 0;
    const { store } = this.engine;
    const [, numbering, place, named] = /^(.+?)\.(\d{1,16})(?:\.([0-9a-f]{8}))?$/.exec(cursor) ?? [];
    if (numbering !== store.numbering.slice(0, NAMED))
      throw new InvalidRequest([{ path: 'after', message: 'is no cursor that a feed of this history gave' }]);
    const position = Number(place);
    const mark = named === undefined ? undefined : await store.markAt(position);
    // one without a name is of an earlier program, or of a place where no fact stands
    const isThere =
      named === undefined ? position <= (await store.head()) : mark !== undefined && nameOf(mark) === named;
    if (!isThere) throw new CursorGone();
    return position;
  }
}

const nameOf = (mark: string): string => hash('sha256', mark, 'hex').slice(0, NAMED);

function pause(ms: number, signal: AbortSignal): { readonly over: Promise<undefined>; cancel(): void } {
  let cancel = (): void => undefined;
  const over = new Promise<undefined>((resolve) => {
    const timer = setTimeout(() => cancel(), ms);
    cancel = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      resolve(undefined);
    };
    signal.addEventListener('abort', cancel);
  });
  return { over, cancel: () => cancel() };
}
