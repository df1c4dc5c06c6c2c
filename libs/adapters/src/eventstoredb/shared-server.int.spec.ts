import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, type Position as Place } from '@eventstore/db-client';
import { jest } from '@jest/globals';
import type { Recorded } from '#kernel/fact.js';
import { CALENDAR } from '#kernel/system.events.js';
import { fill, proposals, proposed } from '#testing/proposed.js';
import { onEventStoreDB } from '#testing/real-servers.js';
import { Arrivals } from './arrivals.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';
import { Pages } from './pages.js';
import type { ServerLog } from './server-log.js';

onEventStoreDB('EventStoreDB, where others write to the same server', (server) => {
  let [history, url] = ['', ''];
  let store: EventStoreDBEventStore;
  let client: EventStoreDBClient;
  beforeEach(async () => {
    history = `t-${randomUUID()}`;
    url = `${server()}&history=${history}`;
    store = await EventStoreDBEventStore.open({ url, mode: 'write' });
    client = EventStoreDBClient.connectionString(server());
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await client.dispose();
    await store.close();
  });
  /** Thousands of events that are none of this history. */
  const others = async (thousands: number): Promise<void> => {
    for (let n = 0; n < thousands; n += 1) {
      const events = Array.from({ length: 1_000 }, () => jsonEvent({ id: randomUUID(), type: 'Theirs', data: { n } }));
      await client.appendToStream(`theirs-${randomUUID()}`, events);
    }
  };

  it('reads on from wherever a stretch ended, also in the midst of what others wrote', async () => {
    await fill(store, 'note-1', 2);
    await others(12);
    await fill(store, 'note-2', 2);
    const { log } = store as unknown as { log: ServerLog };
    const passed = jest.spyOn(Arrivals.prototype, 'passed');
    const read = async (from: Place): Promise<Recorded[]> => {
      const facts: Recorded[] = [];
      for await (const page of log.pages(from, Infinity)) facts.push(...page.facts);
      return facts;
    };
    const all = await read(log.behind(0));
    const places = passed.mock.calls.map(([place]) => place);
    passed.mockRestore();
    expect(places.length).toBeGreaterThan(3);
    for (const place of places) {
      const behind = all.filter(({ position }) => position > place.commit);
      expect(await read(place)).toEqual(behind);
    }
  });

  it('says how far it is in what others wrote, and does not count what they wrote before the history began', async () => {
    await others(40);
    await fill(store, 'note-1', 1);
    const head = await store.head();
    expect(store.factsBetween(0, head)).toBeGreaterThan(4_000);
    expect(store.beginning).toBeGreaterThan(0);
    const read = async (reader: typeof store.readAll | typeof store.follow): Promise<readonly number[]> => {
      const [places, stop]: [number[], AbortController] = [[], new AbortController()];
      const passing = (place: number): void => void places.push(place);
      for await (const { facts } of reader.call(store, { passing, signal: stop.signal })) {
        if (facts.length > 0) break;
      }
      stop.abort();
      return places;
    };
    for (const reader of [store.readAll, store.follow]) {
      const places = await read(reader);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(store.share(places[0] ?? head, head)).toBeLessThan(1);
      expect(store.share(places.at(-1) ?? 0, head)).toBe(1);
    }
    const url = `${server()}&history=t-${randomUUID()}`;
    const younger = await EventStoreDBEventStore.open({ url, mode: 'write' });
    await fill(younger, 'note-1', 3);
    expect(younger.factsBetween(0, await younger.head())).toBeLessThan(100);
    await younger.close();
  });

  it('finds the newest fact behind what others wrote for long, without having all of that sent', async () => {
    const { position: early } = await store.append('note-1', 0, proposals(3));
    await store.append(CALENDAR, 0, [proposed()]);
    const { position: late } = await store.append('note-1', 3, [proposed()]);
    await others(40);
    await newestIs(late);
    const { position: latest } = await store.append(CALENDAR, 1, [proposed()]);
    await others(20);
    await newestIs(latest);

    async function newestIs(position: number): Promise<void> {
      const asked = jest.spyOn(Pages.prototype, 'newest');
      const begun = jest.spyOn(Pages.prototype, 'behind');
      const fresh = await EventStoreDBEventStore.open({ url, mode: 'read' });
      expect(await fresh.head()).toBe(position);
      expect(asked.mock.calls.reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(20_000);
      for (const [from] of begun.mock.calls) expect(Number(from.commit)).toBeGreaterThan(early);
      await fresh.close();
      jest.restoreAllMocks();
    }
  });

  it('looks past what others write once, not at every beat', async () => {
    await fill(store, 'note-1', 1);
    await others(12);
    const head = await store.head();
    const { pages } = (store as unknown as { connection: { pages: { newest: (...asked: unknown[]) => unknown } } })
      .connection;
    const newest = pages.newest.bind(pages);
    let asked = 0;
    pages.newest = (from, count, signal) => {
      asked += Number(count);
      return newest(from, count, signal);
    };
    expect(await store.head()).toBe(head);
    expect(asked).toBeLessThan(6_000);
    pages.newest = newest;
  });
});
