import type { Readable } from 'node:stream';
import {
  BACKWARDS,
  END,
  FORWARDS,
  streamNameFilter,
  StreamNotFoundError,
  UnknownError,
  type AllStreamRecordedEvent,
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type Position as Place,
  type ReadRevision,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { portError } from './outages.js';

/** A stretch of the log is ended early behind so many bytes, so that large bodies do not fill the memory. */
const MOST_STRETCH_BYTES = 16n * 1_048_576n;

/** A stretch of the server's log, with what was kept of its events. */
export interface Stretch<T> {
  readonly kept: readonly T[];
  /** Of the last event in it; where there was none, where it began. */
  readonly last: Place;
  readonly more: boolean;
}

/** The driver's reads, each whole or broken off: what is left early is cancelled, or its call would stay open for ever. */
export class Pages {
  constructor(private readonly client: EventStoreDBClient) {}

  /**
   * Events of streams with a prefix behind a place of the whole log. The driver's read of the log has no filter, its
   * subscription has: it is left as soon as it has caught up, or enough was taken.
   *
   * @param keep  What is kept of an event; events are given up as they arrive, undefined keeps nothing.
   * @param upTo  Nothing behind this commit position is wanted.
   * @throws {StoreRefused} for a place where the server's log has no event
   */
  async behind<T>(
    from: Place,
    prefix: string,
    { count, upTo }: { readonly count: number; readonly upTo: bigint },
    keep: (event: AllStreamRecordedEvent) => T | undefined,
    signal: AbortSignal,
  ): Promise<Stretch<T>> {
    const kept: T[] = [];
    let read = 0;
    let last = from;
    let first: bigint | undefined;
    const take = ({ event }: AllStreamResolvedEvent): boolean => {
      if (event === undefined) return false;
      read += 1;
      last = event.position;
      first ??= last.commit;
      const one = keep(event);
      if (one !== undefined) kept.push(one);
      return read >= count || last.commit >= upTo || last.commit - first > MOST_STRETCH_BYTES;
    };
    const begin = (): Begun => {
      const filter = streamNameFilter({ prefixes: [prefix] });
      const read = this.client.subscribeToAll({ fromPosition: from, filter, requiresLeader: true });
      return { read: read as unknown as Readable, cancel: () => read.unsubscribe() };
    };
    try {
      const toItsEnd = await taken(begin, take, signal);
      return { kept, last, more: !toItsEnd && last.commit < upTo };
    } catch (error) {
      if (!(error instanceof UnknownError)) throw error;
      throw new StoreRefused(`EventStoreDB has no event at position ${from.commit}: is it one of another store?`, {
        cause: error,
      });
    }
  }

  /** The newest events before a place, newest first. */
  newest(from: Place | undefined, count: number, signal: AbortSignal): Promise<readonly AllStreamResolvedEvent[]> {
    return collected(
      () => this.client.readAll({ ...ofLeader(count), direction: BACKWARDS, fromPosition: from ?? END }),
      signal,
    );
  }

  /** Events of one stream; none where it is not there. */
  async stream(
    name: string,
    fromRevision: ReadRevision,
    count: number,
    backwards: boolean,
    signal: AbortSignal,
  ): Promise<readonly ResolvedEvent[]> {
    const direction = backwards ? BACKWARDS : FORWARDS;
    try {
      return await collected(
        () => this.client.readStream(name, { ...ofLeader(count), direction, fromRevision }),
        signal,
      );
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
  }
}

/** A call of the driver under way. */
interface Begun {
  readonly read: Readable;
  cancel(): Promise<void>;
}

/** A follower may not have what the leader acknowledged. */
const ofLeader = (maxCount: number) => ({ maxCount, requiresLeader: true });

async function collected<T>(begin: () => StreamingRead<T>, signal: AbortSignal): Promise<readonly T[]> {
  const got: T[] = [];
  const take = (one: T): boolean => {
    got.push(one);
    return false;
  };
  const begun = (): Begun => {
    const read = begin();
    return { read: read as unknown as Readable, cancel: () => read.cancel() };
  };
  await taken(begun, take, signal);
  return got;
}

/** Takes what arrives until `take` has enough: true where there is no more just now. */
function taken<T>(begin: () => Begun, take: (one: T) => boolean, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const { read, cancel } = begin();
    let over = false;
    const end = (how: () => void, isLeft: boolean): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', leave);
      if (isLeft) cancel().catch(() => undefined); // it never began
      how();
    };
    const leave = (): void => end(() => reject(new Error('left early')), true);
    signal.addEventListener('abort', leave, { once: true });
    read.on('data', (one: T) => {
      if (over) return;
      try {
        if (take(one)) end(() => resolve(false), true);
      } catch (error) {
        end(() => reject(portError(error)), true);
      }
    });
    // it is said before what still stands in the driver's buffer was given out
    const caughtUp = (): void =>
      void (read.readableLength > 0 ? setImmediate(caughtUp) : end(() => resolve(true), true));
    read.on('caughtUp', caughtUp);
    read.once('end', () => end(() => resolve(true), false));
    read.on('error', (error: unknown) => end(() => reject(portError(error)), false));
    if (signal.aborted) leave();
  });
}
