import {
  BACKWARDS,
  END,
  FORWARDS,
  START,
  StreamNotFoundError,
  UnknownError,
  type AllStreamResolvedEvent,
  type EventStoreDBClient,
  type Position as Place,
  type ReadRevision,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { portError } from './outages.js';

/** The driver's two reads, each whole or broken off: what is left early is cancelled, or its call would stay open for ever. */
export class Pages {
  constructor(private readonly client: EventStoreDBClient) {}

  /**
   * Events of the whole log from a place on, that of the place included; fewer than `count` say that the end was reached.
   *
   * @throws {StoreRefused} for a place where the server's log has no event
   */
  async all(from: Place | undefined, count: number, signal: AbortSignal): Promise<readonly AllStreamResolvedEvent[]> {
    try {
      return await collected(
        () =>
          this.client.readAll({
            ...{ direction: FORWARDS, fromPosition: from ?? START, maxCount: count, requiresLeader: true },
          }),
        signal,
      );
    } catch (error) {
      if (from === undefined || !(error instanceof UnknownError)) throw error;
      throw new StoreRefused(`EventStoreDB has no event at position ${from.commit}: is it one of another store?`, {
        cause: error,
      });
    }
  }

  /** The newest events before a place, newest first. */
  newest(from: Place | undefined, count: number, signal: AbortSignal): Promise<readonly AllStreamResolvedEvent[]> {
    return collected(
      () =>
        this.client.readAll({
          ...{ direction: BACKWARDS, fromPosition: from ?? END, maxCount: count, requiresLeader: true },
        }),
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
        () => this.client.readStream(name, { direction, fromRevision, maxCount: count, requiresLeader: true }),
        signal,
      );
    } catch (error) {
      if (error instanceof StreamNotFoundError) return [];
      throw error;
    }
  }
}

function collected<T>(begin: () => StreamingRead<T>, signal: AbortSignal): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const got: T[] = [];
    const read = begin();
    const leave = (): void => {
      read.cancel().catch(() => undefined); // it never began
      reject(new Error('left early'));
    };
    signal.addEventListener('abort', leave, { once: true });
    const done = (): void => signal.removeEventListener('abort', leave);
    read.on('data', (one: T) => void got.push(one));
    read.once('end', () => {
      done();
      resolve(got);
    });
    read.on('error', (error: unknown) => {
      done();
      reject(portError(error));
    });
    if (signal.aborted) leave();
  });
}
