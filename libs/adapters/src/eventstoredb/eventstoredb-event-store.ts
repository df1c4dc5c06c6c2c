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
import { markOf, type Position, type Proposed, type Recorded } from '#kernel/fact.js';
import type { Page } from './arrivals.js';
import { CALL_MS } from './calls.js';
import { connect, type Connection } from './connection.js';
import { Continuity } from './continuity.js';
import { checkedPlace, placeOf, positionOf, recordedOf, wireEvents } from './conversion.js';
import { historyOf, type History } from './history.js';
import { Live } from './live.js';
import { beyond, ServerLog } from './server-log.js';
import { settingsOf } from './settings.js';

/** Few, as facts that are let go soon spare a fifth of the reading: by the thousand they outlive collections of garbage. */
const BATCH = 256;
/** Events asked for in one read of a stream. */
const PAGE = 1_024;

export interface EventStoreDBOptions {
  /** `esdb://…`, see `settingsOf`. */
  readonly url: string;
  /** `read` begins no history where there is none; `copy` reads one that is not whole, for whoever copies into it. */
  readonly mode: 'write' | 'read' | 'copy';
  /** Names the log that was folded here before: then none is begun where there is no such history. */
  readonly foldedFrom?: string;
  /** How often the subscription is compared with the server's head; for tests. */
  readonly beatMs?: number;
}

/** A history in the streams of an EventStoreDB server or cluster. Positions are the commit positions of its log: they have gaps. */
export class EventStoreDBEventStore extends EventStore {
  /** A fact of ours with its metadata is some 500 bytes of the server's log. */
  override readonly stride = 500;
  override readonly beginning: Position;
  override readonly storeId: string;
  private readonly numberedBy: string;
  private readonly live: Live;
  private readonly log: ServerLog;
  private readonly continuity: Continuity;
  private readonly interrupted = (): void => this.continuity.interrupted();
  private readonly underWay = new Set<Promise<unknown>>();
  private closed = false;

  private constructor(
    { storeId, numbering, position }: History,
    private readonly connection: Connection,
    private readonly prefix: string,
    beatMs?: number,
  ) {
    super();
    this.storeId = storeId;
    this.beginning = position;
    this.numberedBy = numbering;
    this.continuity = new Continuity(async (at) => (await this.eventAt(at))?.id);
    connection.interruptions.add(this.interrupted);
    this.log = new ServerLog(connection, prefix, position, this.continuity);
    this.live = new Live(connection.client, this.log, this.continuity, beatMs);
  }

  /** @throws {StoreUnavailable} where the server does not answer @throws {StoreRefused} where there is no such history to read */
  static async open({ url, mode, foldedFrom, beatMs }: EventStoreDBOptions): Promise<EventStoreDBEventStore> {
    const { connectionString, history } = settingsOf(url);
    const connection = connect(connectionString);
    try {
      return new EventStoreDBEventStore(
        await historyOf(connection, history, mode, foldedFrom),
        ...([connection, `${history}/`, beatMs] as const),
      );
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
    checkedPlace(stream, expected);
    const events = wireEvents(facts);
    const { appends, calls } = this.connection;
    calls.check();
    const check = this.continuity.check();
    if (check !== undefined) await check;
    const appending = appends.append(this.prefix + stream, expected, events, CALL_MS);
    this.underWay.add(appending);
    try {
      const { count, commit } = await appending;
      if (count !== expected + facts.length) throw lacking(stream);
      const position = positionOf(commit);
      this.log.wrote(position);
      this.continuity.knows({ position, eventId: events.at(-1)?.id ?? '' });
      return { revision: count - 1, position };
    } catch (error) {
      throw error instanceof WrongExpectedRevision ? new WrongExpectedRevision(stream, expected, error.actual) : error;
    } finally {
      this.underWay.delete(appending);
    }
  }

  override async readStream(stream: string, options: ReadStream = {}): Promise<readonly Recorded[]> {
    this.assertOpen();
    await this.continuity.check();
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
    const head = await this.head();
    const after = options.after ?? 0;
    if (after > head) throw beyond(placeOf(after));
    const upTo = Math.min(options.upTo ?? Infinity, head);
    if (upTo <= after) return;
    const pages = told(this.log.pages(this.log.behind(after), upTo), options);
    yield* batches(pages, { ...options, after, upTo }, () => {
      this.assertOpen();
      return false;
    });
  }

  override async *follow({ signal, ...options }: Follow): AsyncGenerator<Batch> {
    const { after = 0, upTo = Infinity } = options;
    const ended = (): boolean => signal.aborted || this.closed;
    if (ended()) return;
    if (after > 0 && after > (await this.head())) throw beyond(placeOf(after)); // the server takes it and is silent
    this.live.begin();
    let position = after;
    let place = this.log.behind(after); // how far the log was read, events of others included
    let said = false;
    const noted = async function* (pages: AsyncIterable<Page>): AsyncGenerator<Page> {
      for await (const page of told(pages, options)) {
        place = page.last;
        yield page;
      }
    };
    while (!ended()) {
      await this.continuity.check();
      const { seen } = this.live;
      const near = this.live.behind(Math.max(position, positionOf(place.commit)));
      const begin = position > positionOf(place.commit) ? placeOf(position) : place;
      const facts = near?.length ? justThose(near) : noted(this.log.pages(begin, upTo));
      if (upTo > position) {
        for await (const read of batches(facts, { ...options, after: position, upTo }, ended)) {
          position = read.position;
          said = read.facts.length === 0;
          yield read;
          if (ended()) return;
        }
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
    await this.continuity.check();
    return this.log.head();
  }

  override async markAt(position: Position): Promise<string | undefined> {
    this.assertOpen();
    await this.continuity.check();
    const event = await this.eventAt(position);
    const fact = event && this.log.factIn(event);
    return fact && markOf(fact);
  }

  /** What is on its way to the server is answered first, within the time a call may take. */
  override async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.connection.interruptions.delete(this.interrupted);
    this.live.close();
    await Promise.allSettled(this.underWay);
    await this.connection.release();
  }

  private eventAt(position: Position) {
    const { pages, calls } = this.connection;
    return calls.run((signal) => pages.at(placeOf(position), signal));
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

async function* justThose(facts: readonly Recorded[]): AsyncGenerator<{ readonly facts: readonly Recorded[] }> {
  yield { facts };
}

async function* told(pages: AsyncIterable<Page>, { passing }: Pick<ReadAll, 'passing'>): AsyncGenerator<Page> {
  for await (const page of pages) {
    passing?.(positionOf(page.last.commit));
    yield page;
  }
}

/** Facts behind `after` up to `upTo`, or to the end. The last position is that of the last fact passed. */
async function* batches(
  pages: AsyncIterable<{ readonly facts: readonly Recorded[] }>,
  { batch = BATCH, after = 0, upTo = Infinity, types, skip }: ReadAll,
  ended: () => boolean,
): AsyncGenerator<Batch> {
  const wanted = ({ type }: Recorded): boolean => types?.includes(type) ?? !skip?.includes(type);
  let [handed, passed] = [after, after];
  let facts: Recorded[] = [];
  for await (const page of pages) {
    if (page.facts.length === 0 && facts.length > 0) {
      handed = passed;
      yield { facts, position: passed }; // others wrote for long: what there is of ours need not wait for the end of that
      facts = [];
      if (ended()) return;
    }
    for (const fact of page.facts) {
      const { position } = fact;
      if (position <= passed) continue; // it came by the other way, too: from the log, or by the subscription
      if (position > upTo) break;
      passed = position;
      if (!wanted(fact)) continue;
      facts.push(fact);
      if (facts.length < batch) continue;
      handed = position;
      yield { facts, position };
      facts = [];
      if (ended()) return;
    }
  }
  if (passed > handed) yield { facts, position: passed };
}
