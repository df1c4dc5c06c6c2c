import { DomainError } from '../errors.js';
import type { Position, Proposed, Recorded } from '../fact.js';

/** Somebody else appended first. Load, decide and append again. */
export class WrongExpectedRevision extends DomainError {
  readonly code = 'store.wrong_expected_revision';
  readonly kind = 'conflict';

  constructor(
    readonly stream: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`Stream ${stream} has ${actual} facts, not the expected ${expected}.`);
  }
}

/** The store cannot be reached or cannot write now. Nothing is known to have been written. */
export class StoreUnavailable extends DomainError {
  readonly code = 'store.unavailable';
  readonly kind = 'unavailable';
}

/** A file or server that is no store of ours, is torn, or was written by a newer program. It was left as it is. */
export class StoreRefused extends DomainError {
  readonly code = 'store.refused';
  readonly kind = 'conflict';
}

/** The history is a mirror of another store's: it follows that one, and takes nothing else. Send commands to where it follows. */
export class MirrorOnly extends DomainError {
  readonly code = 'store.mirror';
  readonly kind = 'conflict';

  constructor(readonly place: string) {
    super(
      `${place} is a mirror: it follows the history of another store and takes no commands. Send them to that store.`,
    );
  }
}

/** The facts of one append are more than the store takes at once. Nothing was written; sending it again cannot help. */
export class AppendTooLarge extends DomainError {
  readonly code = 'store.append_too_large';
  readonly kind = 'too_large';

  constructor(readonly mostBytes: number) {
    super(`The facts of one command are more than the ${mostBytes} bytes that the event store takes at once.`);
  }
}

export interface Appended {
  /** Revision of the last fact appended. */
  readonly revision: number;
  /** Position of the last fact appended. */
  readonly position: Position;
}

export interface ReadStream {
  /** First revision wanted; 0 by default. */
  readonly from?: number;
  readonly limit?: number;
  /** Newest first; `from` is then the newest revision wanted, the last one by default. */
  readonly backwards?: boolean;
}

export interface ReadAll {
  /** Only facts after this position; all by default. */
  readonly after?: Position;
  /** Only facts up to and including this position. */
  readonly upTo?: Position;
  /** Only these types; other facts are skipped unread. */
  readonly types?: readonly string[];
  /** All types but these, which are skipped unread. Not together with `types`. */
  readonly skip?: readonly string[];
  /** Most facts handed over at once; at most 1,000 where nothing is said. */
  readonly batch?: number;
  /** Told up to where the log was gone through, also where others wrote for long: for saying how far it is, not to go on from. */
  readonly passing?: (place: Position) => void;
}

/** What a reader of the whole log gets: facts in order, and how far the log has been read. */
export interface Batch {
  readonly facts: readonly Recorded[];
  /** Everything up to here was read, wanted or not. */
  readonly position: Position;
}

export interface Follow extends ReadAll {
  readonly signal: AbortSignal;
}

/**
 * Streams by the order in which they began, for a reader that wants those of some customers apart from the others. Streams
 * have numbers from 1; a portion is those behind `after`, up to and including `upTo`.
 */
export interface Portion {
  readonly after: number;
  readonly upTo: number;
}

/** What a store can do that finds the facts of a stream without a walk through all of them. */
export interface Portions {
  /** How many streams there are; for telling how far a reader is. */
  count(): Promise<number>;
  /** The portion behind a stream, of about so many facts; undefined when there is no stream behind it. */
  next(after: number, facts: number): Promise<Portion | undefined>;
  /** The facts of its streams, one stream behind the other, each from its first fact on, in batches of any size. */
  byStream(portion: Portion, options?: Pick<ReadAll, 'upTo' | 'skip'>): AsyncIterable<readonly Recorded[]>;
}

/** Streams of facts in one global order. Facts are never changed or removed. */
export abstract class EventStore {
  /** Names this history for ever; a copy of a store keeps it. */
  abstract readonly storeId: string;

  /**
   * Names how facts are numbered by their positions: where it is another one, a position means another fact. A copy has its
   * own, as positions are those of the store that a fact is in.
   */
  get numbering(): string {
    return this.storeId;
  }

  /** About how far positions lie apart: 1 where they count facts, hundreds where they count bytes. For estimates only. */
  readonly stride: number = 1;

  /** Every fact lies behind this position: 0, but in a log that others wrote to before. */
  readonly beginning: Position = 0;

  /** How far two positions lie apart, of what can be of this history. */
  distance(after: Position, upTo: Position): number {
    return Math.max(0, upTo - Math.max(after, this.beginning));
  }

  /** About how many facts lie between two positions; what others wrote there counts as if it were of this history. */
  factsBetween(after: Position, upTo: Position): number {
    return this.distance(after, upTo) / this.stride;
  }

  /** How far a position is on the way from the beginning to another one, from 0 to 1. */
  share(position: Position, upTo: Position): number {
    const whole = this.distance(0, upTo);
    return whole === 0 ? 1 : 1 - this.distance(position, upTo) / whole;
  }

  /**
   * Appends facts to one stream, all or none, durable when it answers.
   *
   * @param expected  How many facts the stream holds.
   * @throws {WrongExpectedRevision} nothing was appended
   * @throws {StoreUnavailable} the outcome is unknown
   */
  abstract append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended>;

  /** Facts of one stream, oldest first unless `backwards`; none for a stream that does not exist. */
  abstract readStream(stream: string, options?: ReadStream): Promise<readonly Recorded[]>;

  /** The facts there are now, in order, in batches; ends at the head. */
  abstract readAll(options?: ReadAll): AsyncIterable<Batch>;

  /** Reading by portions of streams; undefined where that would cost a walk through the log each. */
  get portions(): Portions | undefined {
    return undefined;
  }

  /** The same without an end: waits for new facts until `signal` aborts. An empty batch says the head was reached. */
  abstract follow(options: Follow): AsyncIterable<Batch>;

  /** Told that there may be more, where nobody else would say so soon: followers look at once. */
  look(): void {
    // most stores are told by themselves
  }

  /** Position of the newest fact; 0 when there is none. */
  abstract head(): Promise<Position>;

  /**
   * Tells the fact at a position from every other that might stand there after the log was put back and gone on with: its id alone does
   * not, as the same command makes the same (`markOf`). Undefined where no fact stands there.
   */
  abstract markAt(position: Position): Promise<string | undefined>;

  /** Ends its use; facts not yet answered are written first. Calling it twice is fine. */
  abstract close(): Promise<void>;
}
