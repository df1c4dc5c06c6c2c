import { DomainError } from '../errors.js';
import type { Recorded } from '../fact.js';
import type { Batch } from './event-store.js';

/** A copy cannot go on: its target holds something else, or cannot hold a fact of its source. What the target held stays. */
export class CopyRefused extends DomainError {
  readonly code = 'copy.refused';
  readonly kind = 'conflict';
}

/**
 * A history as it is taken over from another store: facts keep their ids, revisions, order, times and metadata as they were
 * recorded there. Only copies and mirrors have one. Whoever handles commands has an `EventStore`, which says itself when it
 * took a fact.
 */
export abstract class HistoryCopy {
  /** Of the history that is copied; the copy keeps it. */
  abstract readonly storeId: string;

  /** What was taken so far, in order. */
  abstract taken(): AsyncIterable<Batch>;

  /**
   * Takes the facts that follow those it holds, in the order given; durable when it answers. After an error it holds the first
   * ones of them, perhaps none or all.
   *
   * @throws {CopyRefused} where a fact does not follow on in its stream, or is more than the store can hold
   * @throws {StoreUnavailable} how many it took is unknown
   */
  abstract take(facts: readonly Recorded[]): Promise<void>;

  /** Makes it a history like any other. Before that, whoever opens the store is refused. */
  abstract complete(): Promise<void>;

  /** Ends its use. What was taken stays, and the copy can be gone on with. */
  abstract close(): Promise<void>;
}

/** Says that a fact does not follow those that its stream holds. */
export const notFollowing = ({ stream, revision }: Pick<Recorded, 'stream' | 'revision'>, held: number): CopyRefused =>
  new CopyRefused(`Stream ${stream} holds ${held} facts of the copy; its fact ${revision} does not follow.`);
