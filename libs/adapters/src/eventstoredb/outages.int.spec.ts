import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { AllStreamSubscription, EventStoreDBClient } from '@eventstore/db-client';
import type { Recorded } from '#kernel/fact.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { factsOf, fill, proposals, proposed } from '#testing/proposed.js';
import { onEventStoreDB } from '#testing/real-servers.js';
import { tcpProxy, type TcpProxy } from '#testing/tcp-proxy.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';
import { BEAT_MS as LIVE_BEAT_MS } from './live.js';

const LONG_MS = 90_000;
const BEAT_MS = 1_000;
/** As many as fit into the 30 s within which a silent subscription is noticed. */
const MOST_BEATS = 30_000 / LIVE_BEAT_MS;

/** What is looked at and disturbed of a store here. */
interface Inside {
  readonly live: {
    readonly client: EventStoreDBClient;
    readonly subscription: AllStreamSubscription;
    readonly silences: number;
    compare(): Promise<void>;
    subscribe(): Promise<void>;
  };
}

/** It is there, and says nothing any more. */
const silence = (subscription: AllStreamSubscription): void =>
  void subscription.removeAllListeners('data').on('data', () => undefined);

/** Ms until a call is refused. @throws where it is not refused, or not as an outage */
async function refusedWithin(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await expect(call()).rejects.toBeInstanceOf(StoreUnavailable);
  return performance.now() - began;
}

async function until(what: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + 30_000; ;) {
    const done = await what().then(
      (value) => value !== false,
      () => false,
    );
    if (done) return;
    if (Date.now() > end) throw new Error('It did not recover within 30 s.');
    await delay(50);
  }
}

onEventStoreDB('EventStoreDB that goes away and comes back', (server) => {
  let proxy: TcpProxy;
  let store: EventStoreDBEventStore;
  let direct: EventStoreDBEventStore;
  const stop = new AbortController();

  beforeEach(async () => {
    const history = `history=t-${randomUUID()}`;
    const [, target] = /127\.0\.0\.1:(\d+)|localhost:(\d+)/.exec(server()) ?? [];
    proxy = await tcpProxy(Number(target));
    const url = `${server().replace(`:${target}`, `:${proxy.port}`)}&${history}`;
    direct = await EventStoreDBEventStore.open({ url: `${server()}&${history}`, mode: 'write' });
    store = await EventStoreDBEventStore.open({ url, mode: 'write', beatMs: BEAT_MS });
  });
  afterEach(async () => {
    await proxy.restore();
    await store.close();
    await direct.close();
    await proxy.close();
  });
  afterAll(() => stop.abort());

  /** Follows as a projection does: where it fails it begins again behind what it has. */
  function following(): { readonly facts: Recorded[]; failures: number } {
    const heard = { facts: [] as Recorded[], failures: 0 };
    void (async () => {
      while (!stop.signal.aborted) {
        try {
          const after = heard.facts.at(-1)?.position ?? 0;
          for await (const { facts } of store.follow({ after, signal: stop.signal })) heard.facts.push(...facts);
          return;
        } catch {
          heard.failures += 1;
          await delay(50);
        }
      }
    })();
    return heard;
  }

  it(
    'closed: all is refused within a second, nothing hangs, and it goes on with exactly the next fact',
    async () => {
      const heard = following();
      await store.append('note-1', 0, proposals(3));
      await until(async () => heard.facts.length === 3);
      const inFlight = proposals(50).map((fact, n) => store.append(`flight-${n}`, 0, [fact]));
      const cut = proxy.cut();
      const outcomes = await Promise.allSettled(inFlight);
      await cut;
      for (const one of outcomes) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(StoreUnavailable);
      expect(await refusedWithin(() => store.append('note-1', 3, [proposed()]))).toBeLessThan(1_000);
      expect(await refusedWithin(() => store.readStream('note-1'))).toBeLessThan(1_000);
      expect(await refusedWithin(() => store.head())).toBeLessThan(1_000);
      await direct.append('note-1', 3, proposals(2));
      await proxy.restore();
      await until(() => store.head());
      await store.append('note-1', 5, [proposed()]);
      const all = await factsOf(direct);
      await until(async () => heard.facts.length >= all.length);
      expect(heard.facts).toEqual(all);
      const acknowledged = outcomes.filter(({ status }) => status === 'fulfilled').length;
      expect(all.length - 6).toBeGreaterThanOrEqual(acknowledged);
    },
    LONG_MS,
  );

  it(
    'frozen: what was asked is refused within 25 s, what comes then at once, followers are told, and it recovers',
    async () => {
      const heard = following();
      await store.append('note-1', 0, proposals(3));
      await until(async () => heard.facts.length === 3);
      proxy.freeze();
      const [append, read, beside] = await Promise.all([
        refusedWithin(() => store.append('note-1', 3, [proposed()])),
        refusedWithin(() => store.readStream('note-1')),
        refusedWithin(() => store.append('note-2', 0, [proposed()])),
      ]);
      for (const ms of [append, read, beside]) expect(ms).toBeLessThan(25_000);
      expect(await refusedWithin(() => store.append('note-1', 3, [proposed()]))).toBeLessThan(1_000);
      await until(async () => heard.failures > 0); // within 30 s of the freeze: a call and a beat
      await direct.append('note-3', 0, proposals(2));
      await proxy.restore();
      await until(() => store.append('note-4', 0, [proposed()]));
      const all = await factsOf(direct);
      await until(async () => heard.facts.length >= all.length);
      expect(heard.facts).toEqual(all);
      await delay(2 * BEAT_MS);
      const { failures } = heard;
      await delay(2 * BEAT_MS);
      expect(heard.failures).toBe(failures); // a trouble that is over is not told again
    },
    LONG_MS,
  );

  it(
    'frozen for less than it takes to notice: nothing was lost, and followers are not told of it for ever',
    async () => {
      const heard = following();
      await fill(store, 'note-1', 2);
      await until(async () => heard.facts.length === 2);
      proxy.freeze();
      const appending = store.append('note-1', 2, [proposed()]);
      await delay(3_000);
      await proxy.restore();
      await expect(appending).resolves.toMatchObject({ revision: 2 });
      await until(async () => heard.facts.length === 3);
      expect(heard.failures).toBe(0);
    },
    LONG_MS,
  );

  it(
    'a subscription that fell silent is noticed by comparing it with the head, and followers get what came meanwhile',
    async () => {
      const heard = following();
      await fill(store, 'note-1', 2);
      await until(async () => heard.facts.length === 2);
      const { live } = store as unknown as Inside;
      const [beats, subscribed] = [jest.spyOn(live, 'compare'), jest.spyOn(live, 'subscribe')];
      const noticed = new Promise<number>((resolve) =>
        subscribed.mockImplementationOnce(() => {
          resolve(beats.mock.calls.length);
          return live.subscribe();
        }),
      );
      silence(live.subscription);
      await fill(direct, 'note-2', 3);
      expect(await noticed).toBeLessThanOrEqual(MOST_BEATS);
      await until(async () => heard.facts.length === 5);
      expect(heard.facts).toEqual(await factsOf(direct));
      expect(heard.failures).toBe(0);
    },
    LONG_MS,
  );

  it(
    'subscriptions that stay silent though begun anew: followers are told, get the facts from the log, and are left alone after',
    async () => {
      const heard = following();
      await fill(store, 'note-1', 2);
      await until(async () => heard.facts.length === 2);
      const { live } = store as unknown as Inside;
      const { client } = live;
      const subscribeToAll = client.subscribeToAll.bind(client);
      client.subscribeToAll = (options) => {
        const subscription = subscribeToAll(options);
        const isRead = options?.filter?.checkpointReached !== undefined;
        if (!isRead) process.nextTick(silence, subscription);
        return subscription;
      };
      const beats = jest.spyOn(live, 'compare');
      silence(live.subscription);
      await fill(direct, 'note-2', 3);
      await until(async () => heard.failures > 0);
      expect(beats.mock.calls.length).toBeLessThanOrEqual(MOST_BEATS);
      await until(async () => heard.facts.length === 5);
      client.subscribeToAll = subscribeToAll;
      await fill(direct, 'note-3', 1);
      await until(async () => heard.facts.length === 6 && live.silences === 0);
      const { failures } = heard;
      await delay(2 * BEAT_MS);
      expect(heard.failures).toBe(failures);
      expect(heard.facts).toEqual(await factsOf(direct));
    },
    LONG_MS,
  );

  it(
    'is asked ever more seldom while it is away',
    async () => {
      following();
      await until(async () => (store as unknown as Inside).live.subscription !== undefined);
      const { live } = store as unknown as Inside;
      const asked = jest.spyOn(live, 'subscribe');
      await proxy.cut();
      await delay(3_000);
      expect(asked.mock.calls.length).toBeGreaterThanOrEqual(2);
      expect(asked.mock.calls.length).toBeLessThanOrEqual(8); // 100, 200, 400, … ms, each half as long to half as long again
    },
    LONG_MS,
  );

  it(
    'is closed in bounded time though nothing answers',
    async () => {
      await fill(store, 'note-1', 1);
      proxy.freeze();
      const appending = store.append('note-1', 1, [proposed()]).catch((error: unknown) => error);
      const began = performance.now();
      await store.close();
      expect(performance.now() - began).toBeLessThan(20_000);
      expect(await appending).toBeInstanceOf(StoreUnavailable);
    },
    LONG_MS,
  );
});
