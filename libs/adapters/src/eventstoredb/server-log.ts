import type { AllStreamRecordedEvent, Position as Place } from '@eventstore/db-client';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { CALENDAR } from '#kernel/system.events.js';
import type { Position, Recorded } from '#kernel/fact.js';
import { Arrivals, type Page } from './arrivals.js';
import type { Connection } from './connection.js';
import type { Continuity } from './continuity.js';
import { isFact, placeOf, positionOf, recordedOf } from './conversion.js';
import type { Taker } from './pages.js';

/** Events looked at backwards for the newest fact, at first and then; more where it is not known yet how far that may be. */
const LAST = [1, 32, 1_024];
const LAST_AT_FIRST = [...LAST, 4_096, 4_096, 4_096];

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
    private readonly continuity: Continuity,
  ) {}

  /** The fact in an event; undefined where it is none of ours. */
  readonly factIn = (event: AllStreamRecordedEvent): Recorded | undefined => {
    if (!isFact(event, this.prefix)) return undefined;
    const fact = recordedOf(event, this.prefix);
    if (fact.position > this.continuity.upTo) this.continuity.knows({ position: fact.position, eventId: event.id });
    return fact;
  };

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
    for (const count of this.looked === undefined ? LAST_AT_FIRST : LAST) {
      const page = await this.newest(from, count);
      for (const { event } of page) {
        if (event === undefined) continue;
        newest ??= event.position;
        from = event.position;
        const position = positionOf(from.commit);
        if (position > end && !isFact(event, this.prefix)) continue;
        if (position > end) {
          this.wrote(position);
          this.continuity.knows({ position, eventId: event.id });
        }
        this.looked = newest;
        return this.known;
      }
      if (page.length < count) return this.known;
    }
    return newest === undefined ? this.known : this.lookedOn(newest);
  }

  /**
   * The newest fact up to a place. Going forwards the server leaves out what others wrote, which takes it a microsecond an event;
   * backwards it takes thirty, and as much here.
   */
  private async lookedOn(upTo: Place): Promise<Position> {
    for await (const { facts } of this.pages(await this.lastKnown(), positionOf(upTo.commit))) {
      this.wrote(facts.at(-1)?.position ?? 0);
    }
    this.looked = upTo;
    return this.known;
  }

  /** Behind which the newest fact stands, or that fact itself. */
  private async lastKnown(): Promise<Place> {
    const { known, looked } = this;
    if (looked !== undefined && positionOf(looked.commit) >= known) return looked;
    if (known > 0) return placeOf(known);
    const { pages, calls } = this.connection;
    const [newest] = await calls.run((signal) => pages.stream(this.prefix + CALENDAR, 'end', 1, true, signal));
    if (newest?.event !== undefined) this.wrote(recordedOf(newest.event, this.prefix).position);
    return placeOf(this.known > 0 ? this.known : this.beginning);
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
   * The log from a place on, in pages as they arrive. What is left early is cancelled.
   *
   * @throws {StoreRefused} where the place is no place of this log
   */
  async *pages(from: Place, upTo: Position): AsyncGenerator<Page> {
    const leaving = new AbortController();
    let last = from;
    try {
      for (let more = true; more;) {
        const arrivals = new Arrivals(last);
        const stretch = this.stretch(last, upTo, arrivals, leaving.signal);
        stretch.then(
          () => arrivals.end(),
          (error: unknown) => arrivals.end(error),
        );
        for await (const page of arrivals.pages()) {
          last = page.last;
          yield page;
        }
        more = !(await stretch) && positionOf(last.commit) < upTo;
      }
    } finally {
      leaving.abort();
    }
  }

  private newest(from: Place | undefined, count: number) {
    const { pages, calls } = this.connection;
    return calls.run((signal) => pages.newest(from, count, signal));
  }

  /** @returns  False where more may be behind it. */
  private stretch(from: Place, upTo: Position, arrivals: Arrivals, leaving: AbortSignal): Promise<boolean> {
    const { pages, calls } = this.connection;
    const end = Number.isFinite(upTo) ? BigInt(upTo) : 2n ** 63n;
    const taker: Taker = {
      begin: (flow) => arrivals.begin(flow),
      take: (event) => {
        arrivals.push(this.factIn(event), event.position);
        return event.position.commit >= end;
      },
      passed: (place) => arrivals.passed(place),
    };
    return calls.run((late) => pages.behind(from, this.prefix, taker, AbortSignal.any([late, leaving])));
  }
}

export const beyond = ({ commit }: Pick<Place, 'commit'>): StoreRefused =>
  new StoreRefused(
    `EventStoreDB's log ends before position ${commit}: it is another store's, or the server was put back to an earlier state.`,
  );
