import type { AllStreamRecordedEvent, Position as Place } from '@eventstore/db-client';
import {
  EventStore,
  StoreRefused,
  StoreUnavailable,
  WrongExpectedRevision,
  type Appended,
  type Batch,
  type Follow,
  type ReadAll,
  type ReadStream,
} from '#kernel/ports/event-store.js';
import type { Position, Proposed, Recorded } from '#kernel/fact.js';
import { CALL_MS } from './calls.js';
import { connect, type Connection } from './connection.js';
import { isFact, placeOf, positionOf, recordedOf, wireEvents } from './conversion.js';
import { historyOf } from './history.js';
import { Live } from './live.js';
import { settingsOf } from './settings.js';

const BATCH = 1_000;
/** Events asked for in one read of the log, and of a stream. */
const PAGE = 1_024;
/** Events looked at backwards for the newest fact, at first and then. */
const LAST = [1, 32, 1_024];

export interface EventStoreDBOptions {
  /** `esdb://…`, see `settingsOf`. */
  readonly url: string;
  /** `read` begins no history where there is none; `copy` reads one that is not whole, for whoever copies into it. */
  readonly mode: 'write' | 'read' | 'copy';
}

/** A stretch of the server's log. */
interface Page {
  /** Ours. */
  readonly events: readonly AllStreamRecordedEvent[];
  /** Where the next one begins. */
  readonly last: Place;
  readonly more: boolean;
}

/** How far a follower has read, events of others included: it does not read those again. */
interface Cursor {
  place?: Place;
}

/** A history in the streams of an EventStoreDB server or cluster. Positions are the commit positions of its log: they have gaps. */
export class EventStoreDBEventStore extends EventStore {
  /** A fact of ours with its metadata is some 500 bytes of the server's log. */
  override readonly stride = 500;
  private readonly live: Live;
  private readonly underWay = new Set<Promise<unknown>>();
  private known: Position;
  private closed = false;

  private constructor(
    readonly storeId: string,
    private readonly numberedBy: string,
    private readonly connection: Connection,
    private readonly prefix: string,
    /** Before the first fact. */
    private readonly beginning: Position,
  ) {
    super();
    this.known = 0;
    this.live = new Live(connection.client, prefix, () => this.head());
  }

  /** @throws {StoreUnavailable} where the server does not answer @throws {StoreRefused} where there is no such history to read */
  static async open({ url, mode }: EventStoreDBOptions): Promise<EventStoreDBEventStore> {
    const { connectionString, history } = settingsOf(url);
    const connection = connect(connectionString);
    try {
      const { storeId, numbering, position } = await historyOf(connection, history, mode);
      return new EventStoreDBEventStore(storeId, numbering, connection, `${history}/`, position);
    } catch (error) {
      await connection.release();
      throw error;
    }
  }

  override get numbering(): string {
    return this.numberedBy;
  }

  override async append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended> {
    this.assertOpen();
    if (facts.length === 0) throw new RangeError('An append needs at least one fact.');
    const events = wireEvents(facts);
    const { appends, calls } = this.connection;
    calls.check();
    const appending = appends.append(this.prefix + stream, expected, events, CALL_MS);
    this.underWay.add(appending);
    try {
      const { count, commit } = await appending;
      if (count !== expected + facts.length) throw lacking(stream);
      const position = positionOf(commit);
      this.known = Math.max(this.known, position);
      return { revision: count - 1, position };
    } catch (error) {
      throw error instanceof WrongExpectedRevision ? new WrongExpectedRevision(stream, expected, error.actual) : error;
    } finally {
      this.underWay.delete(appending);
    }
  }

  override async readStream(stream: string, options: ReadStream = {}): Promise<readonly Recorded[]> {
    this.assertOpen();
    const { from, limit = Infinity, backwards = false } = options;
    const facts: Recorded[] = [];
    let next = from ?? (backwards ? Infinity : 0);
    while (facts.length < limit && next >= 0) {
      const count = Math.min(PAGE, limit - facts.length);
      const page = await this.streamPage(stream, next, count, backwards);
      const [first] = page;
      if (first !== undefined && !backwards && first.revision !== next) throw lacking(stream);
      facts.push(...page);
      const last = page.at(-1);
      if (last === undefined || page.length < count) break;
      next = last.revision + (backwards ? -1 : 1);
    }
    return facts;
  }

  override async *readAll(options: ReadAll = {}): AsyncGenerator<Batch> {
    const upTo = Math.min(options.upTo ?? Infinity, await this.head());
    yield* this.batches({ ...options, upTo }, () => {
      this.assertOpen();
      return false;
    });
  }

  override async *follow({ signal, ...options }: Follow): AsyncGenerator<Batch> {
    const ended = (): boolean => signal.aborted || this.closed;
    let position = options.after ?? 0;
    let said = false;
    const cursor: Cursor = {};
    if (ended()) return;
    this.live.begin();
    while (!ended()) {
      const { seen } = this.live;
      for await (const read of this.batches({ ...options, after: position }, ended, cursor)) {
        position = read.position;
        said = read.facts.length === 0;
        yield read;
        if (ended()) return;
      }
      if (!said) yield { facts: [], position };
      said = true;
      if (!ended()) await this.live.until(seen, signal);
    }
  }

  override look(): void {
    this.live.wake();
  }

  override async head(): Promise<Position> {
    this.assertOpen();
    const { pages, calls } = this.connection;
    let from: Place | undefined;
    for (let step = 0; ; step += 1) {
      const count = LAST[step] ?? PAGE;
      const page = await calls.run((signal) => pages.newest(from, count, signal));
      for (const { event } of page) {
        if (event === undefined) continue;
        const position = positionOf(event.position.commit);
        if (position <= this.known || position <= this.beginning) return this.known;
        if (isFact(event, this.prefix)) return (this.known = Math.max(this.known, position));
        from = event.position;
      }
      if (page.length < count) return this.known;
    }
  }

  /** What is on its way to the server is answered first, within the time a call may take. */
  override async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.live.close();
    await Promise.allSettled(this.underWay);
    await this.connection.release();
  }

  /** Facts behind `after` up to `upTo`, or to the end of the log. Its last position is that of the last fact passed. */
  private async *batches(options: ReadAll, ended: () => boolean, cursor: Cursor = {}): AsyncGenerator<Batch> {
    const { batch = BATCH, after = 0, upTo = Infinity, types, skip } = options;
    if (ended() || upTo <= after) return;
    const wanted = ({ type }: { type: string }): boolean => types?.includes(type) ?? !skip?.includes(type);
    let [handed, passed] = [after, after];
    let facts: Recorded[] = [];
    let next: Promise<Page> | undefined = this.page(cursor.place ?? placeOf(after > 0 ? after : this.beginning));
    try {
      while (next !== undefined) {
        const { events, last, more }: Page = await next;
        cursor.place = last;
        next = more && positionOf(last.commit) < upTo ? this.page(last) : undefined; // while this one is worked on
        for (const event of events) {
          const position = positionOf(event.position.commit);
          if (position <= passed) continue; // a page begins with the event that it goes on from
          if (position > upTo) break;
          passed = position;
          if (!wanted(event)) continue;
          facts.push(recordedOf(event, this.prefix));
          if (facts.length < batch) continue;
          handed = position;
          yield { facts, position };
          facts = [];
          if (ended()) return;
        }
      }
      if (passed > handed) yield { facts, position: passed };
    } finally {
      next?.catch(() => undefined); // left early
    }
  }

  /** Our events of the next stretch of the log, from a place on. */
  private async page(from: Place): Promise<Page> {
    const { pages, calls } = this.connection;
    const read = await calls.run((signal) => pages.all(from, PAGE, signal));
    const events = read.flatMap(({ event }) => (event !== undefined && isFact(event, this.prefix) ? [event] : []));
    const last = read.findLast(({ event }) => event !== undefined)?.event?.position ?? from;
    return { events, last, more: read.length === PAGE };
  }

  private async streamPage(stream: string, from: number, count: number, backwards: boolean): Promise<Recorded[]> {
    const { pages, calls } = this.connection;
    const revision = from === Infinity ? ('end' as const) : BigInt(from);
    const read = await calls.run((signal) => pages.stream(this.prefix + stream, revision, count, backwards, signal));
    return read.flatMap(({ event }) => (event === undefined ? [] : [recordedOf(event, this.prefix)]));
  }

  private assertOpen(): void {
    if (this.closed) throw new StoreUnavailable('The store is closed.');
  }
}

const lacking = (stream: string): StoreRefused =>
  new StoreRefused(
    `Stream ${stream} lacks facts on the server: it was deleted or cut off there. Facts are never removed.`,
  );
