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
import { isToSubscribeAgain, portError } from './outages.js';

/** In windows of 32 events looked at: how often the server says how far it is where nothing passes the filter. */
const CHECKPOINT_EVERY = 64;

/** The means to steer a read under way. */
export interface Flow {
  pause(): void;
  resume(): void;
  /** Ends it here: more may be behind. */
  leave(): void;
}

/** Takes a stretch of the log as it arrives. */
export interface Taker {
  begin(flow: Flow): void;
  /** True where no more is wanted. */
  take(event: AllStreamRecordedEvent): boolean;
  /** The log was looked through up to there: nothing more of the prefix stands before it. */
  passed(place: Place): void;
}

/** The driver's reads, each whole or broken off: what is left early is cancelled, or its call would stay open for ever. */
export class Pages {
  constructor(private readonly client: EventStoreDBClient) {}

  /**
   * Events of streams with a prefix behind a place of the whole log, as long as they are wanted. The driver's read of the log has no
   * filter, its subscription has: it is left as soon as it has caught up, or enough was taken.
   *
   * @returns  False where more may be behind it.
   * @throws {StoreRefused} for a place where the server's log has no event
   */
  async behind(from: Place, prefix: string, taker: Taker, signal: AbortSignal): Promise<boolean> {
    const begin = (): Begun => {
      const checkpointReached = (_: unknown, place: Place): void => {
        if (read.readableLength === 0) taker.passed(place); // else it is ahead of events not yet given out
      };
      const checkpoints = { checkpointInterval: CHECKPOINT_EVERY, checkpointReached };
      const filter = streamNameFilter({ prefixes: [prefix], ...checkpoints });
      const subscription = this.client.subscribeToAll({ fromPosition: from, filter, requiresLeader: true });
      const read = subscription as unknown as Readable;
      return { read, cancel: () => subscription.unsubscribe() };
    };
    const take = ({ event }: AllStreamResolvedEvent): boolean => event !== undefined && taker.take(event);
    try {
      return await taken(begin, take, signal, (flow) => taker.begin(flow));
    } catch (error) {
      if (isToSubscribeAgain(error)) return false;
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

  /** The event at a place; undefined where none begins there. */
  async at(place: Place, signal: AbortSignal): Promise<AllStreamRecordedEvent | undefined> {
    try {
      const [first] = await collected(
        () => this.client.readAll({ ...ofLeader(1), direction: FORWARDS, fromPosition: place }),
        signal,
      );
      return first?.event?.position.commit === place.commit ? first.event : undefined;
    } catch (error) {
      if (error instanceof UnknownError) return undefined; // the place is within an event
      throw error;
    }
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
function taken<T>(
  begin: () => Begun,
  take: (one: T) => boolean,
  signal: AbortSignal,
  steer?: (flow: Flow) => void,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const { read, cancel } = begin();
    let [over, caughtUp] = [false, false];
    const end = (how: () => void, isLeft: boolean): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', leave);
      if (isLeft) cancel().catch(() => undefined); // it never began
      how();
    };
    const leave = (): void => end(() => reject(new Error('left early')), true);
    const ended = (isAll: boolean): void => end(() => resolve(isAll), true);
    steer?.({ pause: () => read.pause(), resume: () => read.resume(), leave: () => ended(false) });
    signal.addEventListener('abort', leave, { once: true });
    read.on('data', (one: T) => {
      if (over) return;
      try {
        if (take(one)) ended(false);
        else if (caughtUp && read.readableLength === 0) ended(true);
      } catch (error) {
        end(() => reject(portError(error)), true);
      }
    });
    // it is said before what still stands in the driver's buffer was given out
    read.on('caughtUp', () => {
      caughtUp = true;
      if (read.readableLength === 0) ended(true);
    });
    read.once('end', () => end(() => resolve(true), false));
    read.on('error', (error: unknown) => end(() => reject(portError(error)), false));
    if (signal.aborted) leave();
  });
}
