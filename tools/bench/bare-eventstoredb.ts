import { EventStoreDBClient, jsonEvent, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import type { Proposed } from '#kernel/fact.js';

/** What an afternoon's own code would write on the server's client: its append, its subscription, no more. */
export class BareEventStoreDB {
  private readonly client: EventStoreDBClient;

  /** @param prefix  Of the streams it appends to and hears of. */
  constructor(
    url: string,
    private readonly prefix: string,
  ) {
    this.client = EventStoreDBClient.connectionString(url);
  }

  /** @param expected  How many events the stream holds. */
  async append(stream: string, expected: number, { id, type, data, metadata }: Proposed): Promise<void> {
    const expectedRevision = expected === 0 ? NO_STREAM : BigInt(expected - 1);
    await this.client.appendToStream(this.prefix + stream, jsonEvent({ id, type, data, metadata: { ...metadata } }), {
      expectedRevision,
    });
  }

  /** Hears of `count` events behind a commit position. */
  async hear(count: number, after: number): Promise<void> {
    const commit = BigInt(after);
    const filter = streamNameFilter({ prefixes: [this.prefix] });
    const subscription = this.client.subscribeToAll({ fromPosition: { commit, prepare: commit }, filter });
    let heard = 0;
    for await (const { event } of subscription) {
      if (event !== undefined) heard += 1;
      if (heard === count) break;
    }
    await subscription.unsubscribe();
  }

  close(): Promise<void> {
    return this.client.dispose();
  }
}
