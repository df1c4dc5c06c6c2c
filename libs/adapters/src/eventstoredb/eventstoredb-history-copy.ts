import type { Position, Recorded } from '#kernel/fact.js';
import { WrongExpectedRevision, type Batch } from '#kernel/ports/event-store.js';
import { CopyRefused, HistoryCopy, notFollowing } from '#kernel/ports/history-copy.js';
import { CALL_MS } from './calls.js';
import { connect, type Connection } from './connection.js';
import { copiedEvent, fitsOneAppend, MOST_BODY_BYTES, positionOf, type WireEvent } from './conversion.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';
import { copyBegun, historyIn, saidOfCopy, type History } from './history.js';
import { settingsOf } from './settings.js';

/** Facts in one append. */
const MOST_EVENTS = 100;
/** Appends on their way at once, and the bytes of their bodies: more brings nothing, and would time out on a slow server. */
const AT_ONCE = 256;
const BYTES_AT_ONCE = 4 * MOST_BODY_BYTES;

interface Sent {
  readonly first: Recorded;
  readonly bytes: number;
  readonly answer: Promise<Position>;
}

/** Consecutive facts of one stream. */
interface Group {
  readonly first: Recorded;
  readonly events: WireEvent[];
}

/** A copy in streams of a server. The server takes appends of one call in their order, which is looked at as they are answered. */
export class EventStoreDBHistoryCopy extends HistoryCopy {
  private newest = 0;

  private constructor(
    readonly storeId: string,
    private readonly connection: Connection,
    private readonly url: string,
    private readonly history: string,
    private known: History,
  ) {
    super();
  }

  /**
   * Begins a copy, or goes on with one.
   *
   * @throws {CopyRefused} where the server holds another history under this name
   * @throws {StoreUnavailable} where the server does not answer
   */
  static async open(url: string, storeId: string): Promise<EventStoreDBHistoryCopy> {
    const { connectionString, history } = settingsOf(url);
    const connection = connect(connectionString);
    try {
      const found = await historyIn(connection, history);
      if (found !== undefined && found.storeId !== storeId) {
        throw new CopyRefused(
          `The server holds another history as "${history}" (${found.storeId}, not ${storeId}). Name a new one with history=.`,
        );
      }
      const known = found ?? (await copyBegun(connection, history, storeId));
      return new EventStoreDBHistoryCopy(storeId, connection, url, history, known);
    } catch (error) {
      await connection.release();
      throw error;
    }
  }

  override async *taken(): AsyncGenerator<Batch> {
    const store = await EventStoreDBEventStore.open({ url: this.url, mode: 'copy' });
    try {
      yield* store.readAll();
    } finally {
      await store.close();
    }
  }

  override async take(facts: readonly Recorded[]): Promise<void> {
    await this.sayUnderWay();
    const underWay: Sent[] = [];
    let bytes = 0;
    const settleOldest = async (): Promise<void> => {
      const [oldest] = underWay;
      if (oldest === undefined) return;
      const position = await oldest.answer;
      if (position <= this.newest) throw disturbed(oldest.first);
      this.newest = position;
      bytes -= oldest.bytes;
      underWay.shift();
    };
    try {
      for (const group of grouped(facts)) {
        const size = group.events.reduce((sum, { data }) => sum + data.length, 0);
        while (underWay.length >= AT_ONCE || (bytes + size > BYTES_AT_ONCE && underWay.length > 0))
          await settleOldest();
        const answer = this.append(group);
        answer.catch(() => undefined); // it is looked at in its turn
        underWay.push({ first: group.first, bytes: size, answer });
        bytes += size;
      }
      while (underWay.length > 0) await settleOldest();
    } finally {
      await Promise.allSettled(underWay.map(({ answer }) => answer));
    }
  }

  override async complete(): Promise<void> {
    await this.say('ended');
  }

  override close(): Promise<void> {
    return this.connection.release();
  }

  private async append({ first: { stream, revision }, events }: Group): Promise<Position> {
    const { appends, calls } = this.connection;
    calls.check();
    try {
      const { commit } = await appends.append(`${this.history}/${stream}`, revision, events, CALL_MS);
      return positionOf(commit);
    } catch (error) {
      if (error instanceof WrongExpectedRevision) throw notFollowing({ stream, revision }, error.actual);
      throw error;
    }
  }

  private async sayUnderWay(): Promise<void> {
    if (this.known.whole) await this.say('began');
  }

  private async say(what: 'began' | 'ended'): Promise<void> {
    const { known } = this;
    if (known.whole === (what === 'ended')) return;
    await saidOfCopy(this.connection, this.history, known.said, what);
    this.known = { ...known, whole: what === 'ended', said: known.said + 1 };
  }
}

/** Neighbours of one stream go in one append, as far as the server takes them at once. @throws {CopyRefused} */
function grouped(facts: readonly Recorded[]): readonly Group[] {
  const groups: Group[] = [];
  for (const fact of facts) {
    const event = wireEvent(fact);
    const group = groups.at(-1);
    const length = group?.events.length ?? 0;
    const follows = group?.first.stream === fact.stream && group.first.revision + length === fact.revision;
    if (group !== undefined && follows && length < MOST_EVENTS && fitsOneAppend([...group.events, event]))
      group.events.push(event);
    else groups.push({ first: fact, events: [event] });
  }
  return groups;
}

function wireEvent(fact: Recorded): WireEvent {
  const place = `${fact.stream}@${fact.revision}`;
  let event: WireEvent;
  try {
    event = copiedEvent(fact);
  } catch (error) {
    throw new CopyRefused(`EventStoreDB cannot hold ${place}: ${(error as Error).message}`, { cause: error });
  }
  if (fitsOneAppend([event])) return event;
  throw new CopyRefused(`EventStoreDB cannot hold ${place}: its body is more than ${MOST_BODY_BYTES} bytes.`);
}

const disturbed = ({ stream, revision }: Recorded): CopyRefused =>
  new CopyRefused(
    `The copy is not in the order of its source: ${stream}@${revision} stands before facts sent earlier. Copy into a new history.`,
  );
