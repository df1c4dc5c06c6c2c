import type { AllStreamRecordedEvent, Position as Place } from '@eventstore/db-client';
import { StoreRefused } from '#kernel/ports/event-store.js';
import type { Position, Recorded } from '#kernel/fact.js';
import type { Connection } from './connection.js';
import { isFact, placeOf, positionOf, recordedOf } from './conversion.js';

/** Events looked at backwards for the newest fact, at first and then. */
const LAST = [1, 32, 1_024];
/** Events asked for in the first read of many, and in later ones. */
const [FIRST_PAGE, LARGEST_PAGE] = [1_024, 4_096];

/** A stretch of the server's log. */
export interface Page {
  /** Ours. */
  readonly facts: readonly Recorded[];
  /** Where the next one begins. */
  readonly last: Place;
  readonly more: boolean;
}

/** The log of all that a server holds, of which our facts are a part. */
export class ServerLog {
  private known: Position = 0;
  /** Between the newest fact known and there, no fact of ours stands. */
  private looked: Place | undefined;
  private looking: Promise<Position> | undefined;
  private nextLook: Promise<Position> | undefined;

  constructor(
    private readonly connection: Connection,
    readonly prefix: string,
    /** Before the first fact. */
    private readonly beginning: Position,
  ) {}

  /** The fact in an event; undefined where it is none of ours. */
  readonly factIn = (event: AllStreamRecordedEvent): Recorded | undefined =>
    isFact(event, this.prefix) ? recordedOf(event, this.prefix) : undefined;

  wrote(position: Position): void {
    this.known = Math.max(this.known, position);
  }

  /** Position of the newest fact; 0 when there is none. Those who ask while another is answered share the next look. */
  head(): Promise<Position> {
    if (this.looking === undefined) return this.look();
    return (this.nextLook ??= this.looking
      .catch(() => undefined)
      .then(() => {
        this.nextLook = undefined;
        return this.look();
      }));
  }

  private look(): Promise<Position> {
    return (this.looking = this.newestFact().finally(() => (this.looking = undefined)));
  }

  /** What was looked through before is not looked through again. */
  private async newestFact(): Promise<Position> {
    const end = Math.max(this.known, this.beginning, this.looked === undefined ? 0 : positionOf(this.looked.commit));
    let [newest, from]: (Place | undefined)[] = [];
    for (let step = 0; ; step += 1) {
      const count = LAST[step] ?? LARGEST_PAGE;
      const page = await this.newest(from, count);
      for (const { event } of page) {
        if (event === undefined) continue;
        newest ??= event.position;
        from = event.position;
        const position = positionOf(from.commit);
        if (position > end && !isFact(event, this.prefix)) continue;
        if (position > end) this.wrote(position);
        this.looked = newest;
        return this.known;
      }
      if (page.length < count) return this.known;
    }
  }

  /** Where the whole log ends just now. */
  async end(): Promise<Place> {
    const [last] = await this.newest(undefined, 1);
    return last?.event?.position ?? placeOf(this.beginning);
  }

  /** Where reading begins behind a fact: nothing of others is passed once more where that can be known. */
  behind(after: Position): Place {
    if (after > 0 && after === this.known && this.looked !== undefined && positionOf(this.looked.commit) > after) {
      return this.looked;
    }
    return placeOf(after > 0 ? after : this.beginning);
  }

  /**
   * The log from a place on, in pages, each asked for while the one before is worked on. What is left early is cancelled.
   *
   * @throws {StoreRefused} where the place is no place of this log
   */
  async *pages(from: Place, upTo: Position): AsyncGenerator<Page> {
    const leaving = new AbortController();
    let count = FIRST_PAGE;
    let next: Promise<Page> | undefined = this.page(from, count, upTo, leaving.signal);
    try {
      while (next !== undefined) {
        const page: Page = await next;
        count = Math.min(count * 2, LARGEST_PAGE);
        const goesOn = page.more && positionOf(page.last.commit) < upTo;
        next = goesOn ? this.page(page.last, count, upTo, leaving.signal) : undefined;
        yield page;
      }
    } finally {
      leaving.abort();
      next?.catch(() => undefined);
    }
  }

  private newest(from: Place | undefined, count: number) {
    const { pages, calls } = this.connection;
    return calls.run((signal) => pages.newest(from, count, signal));
  }

  private async page(from: Place, count: number, upTo: Position, leaving: AbortSignal): Promise<Page> {
    const { pages, calls } = this.connection;
    const wanted = { count, upTo: Number.isFinite(upTo) ? BigInt(upTo) : 2n ** 63n };
    const { kept, last, more } = await calls.run((late) =>
      pages.behind(from, this.prefix, wanted, this.factIn, AbortSignal.any([late, leaving])),
    );
    return { facts: kept, last, more };
  }
}

export const beyond = ({ commit }: Pick<Place, 'commit'>): StoreRefused =>
  new StoreRefused(
    `EventStoreDB's log ends before position ${commit}: it is another store's, or the server was put back to an earlier state.`,
  );
