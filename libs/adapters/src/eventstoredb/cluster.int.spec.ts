import { randomUUID } from 'node:crypto';
import { promises } from 'node:dns';
import { setTimeout as delay } from 'node:timers/promises';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { jest } from '@jest/globals';
import type { Recorded } from '#kernel/fact.js';
import { StoreUnavailable, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import { factsOf, proposals, proposed } from '#testing/proposed.js';
import { NAME, RealCluster } from '#testing/real-cluster.js';
import { withEventStoreDBProgram } from '#testing/real-servers.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';

const LONG_MS = 240_000;
const WRITERS = 16;

withEventStoreDBProgram('EventStoreDB with TLS', (program) => {
  let cluster: RealCluster | undefined;
  afterEach(async () => {
    jest.restoreAllMocks();
    await cluster?.close();
  });
  const open = (url: string) => EventStoreDBEventStore.open({ url, mode: 'write' });

  it(
    'takes facts over TLS from whoever trusts its authority and has its password, and from nobody else',
    async () => {
      cluster = await RealCluster.start(program, 1);
      const [unary, batched] = [
        jest.spyOn(StreamsClient.prototype, 'append'),
        jest.spyOn(StreamsClient.prototype, 'batchAppend'),
      ];
      const store = await open(cluster.url());
      await Promise.all(proposals(20).map((fact, n) => store.append(`note-${n}`, 0, [fact])));
      expect([unary.mock.calls, batched.mock.calls.length]).toEqual([[], 1]); // a password with a call would slow each
      expect(await factsOf(store)).toHaveLength(20);
      await store.close();
      const discovered = await open(cluster.namedUrl('localhost'));
      expect(await factsOf(discovered)).toHaveLength(20);
      await discovered.close();
      const strangers = [
        cluster.url(`tlsCAFile=${cluster.caFile}`, 'admin:wrong'),
        cluster.url('keepAliveInterval=10000'), // the authorities that the machine knows
        cluster.url('tls=false'),
      ];
      for (const url of strangers) {
        const refused = open(url);
        await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
        await expect(refused).rejects.not.toThrow(/changeit|wrong/);
      }
    },
    LONG_MS,
  );

  it(
    'of three nodes, named one by one or by one name for all, loses its leader under load: nothing answered is lost or doubled, followers get each fact once',
    async () => {
      cluster = await RealCluster.start(program, 3);
      const addresses = cluster.hosts.map((address) => ({ address, family: 4 }));
      const asked = jest.spyOn(promises, 'lookup').mockImplementation(() => Promise.resolve(addresses as never));
      const [store, named] = [await open(cluster.url()), await open(cluster.namedUrl(NAME))];
      const acknowledged: string[] = [];
      const byName: string[] = [];
      const stop = new AbortController();
      const heard = followed(named, stop.signal);
      const writers = Array.from({ length: WRITERS }, (_, n) => {
        const [one, answered] = n % 2 === 0 ? [store, [acknowledged]] : [named, [acknowledged, byName]];
        return writing(one, `note-${n}`, answered, stop.signal);
      });
      while (acknowledged.length < 200) await delay(20);
      await cluster.kill(await cluster.leader());
      const [before, namedBefore] = [acknowledged.length, byName.length];
      await cluster.leader();
      const until = Date.now() + 60_000;
      const goOn = (): boolean => acknowledged.length >= before + 200 && byName.length >= namedBefore + 50;
      while (!goOn() && Date.now() < until) await delay(20);
      expect(goOn()).toBe(true);
      expect(new Set(asked.mock.calls.map(([name]) => name))).toEqual(new Set([NAME]));
      const facts = await factsAfter(writers, stop, store);
      const ids = facts.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
      expect((await heard).map(({ id }) => id)).toEqual(ids.slice(0, (await heard).length));
      expect((await heard).length).toBeGreaterThan(before + 100);
      await store.close();
      await named.close();
    },
    LONG_MS,
  );
});

async function factsAfter(writers: Promise<void>[], stop: AbortController, store: EventStoreDBEventStore) {
  await delay(1_000);
  stop.abort();
  await Promise.all(writers);
  return factsOf(store);
}

/** Appends one fact after the other; where the outcome is unknown it looks, as the engine does. */
async function writing(store: EventStoreDBEventStore, stream: string, acknowledged: string[][], signal: AbortSignal) {
  for (let fact = proposed(), revision = 0; !signal.aborted;) {
    try {
      await store.append(stream, revision, [fact]);
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof WrongExpectedRevision)) throw error;
      await delay(100);
      const stored = await store.readStream(stream, { from: revision }).catch(() => undefined);
      if (stored?.[0]?.id !== fact.id) continue;
    }
    for (const ids of acknowledged) ids.push(fact.id);
    [fact, revision] = [proposed('Noted', { data: { text: randomUUID() } }), revision + 1];
  }
}

async function followed(store: EventStoreDBEventStore, signal: AbortSignal): Promise<readonly Recorded[]> {
  const facts: Recorded[] = [];
  while (!signal.aborted) {
    try {
      const after = facts.at(-1)?.position ?? 0;
      for await (const read of store.follow({ after, signal })) facts.push(...read.facts);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await delay(100);
    }
  }
  return facts;
}
