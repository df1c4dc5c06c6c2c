import { randomUUID } from 'node:crypto';
import { binaryEvent, EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { AppendTooLarge, StoreRefused, StoreUnavailable, type Batch } from '#kernel/ports/event-store.js';
import { factsOf, fill, proposals, proposed } from '#testing/proposed.js';
import { onEventStoreDB } from '#testing/real-servers.js';
import { MOST_BODY_BYTES } from './conversion.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';

onEventStoreDB('EventStoreDB, where it differs from what one would think', (server) => {
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
    await client.dispose();
    await store.close();
  });
  const foreign = (stream: string, count = 1) =>
    client.appendToStream(
      stream,
      Array.from({ length: count }, () => jsonEvent({ id: randomUUID(), type: 'Theirs', data: { n: 1 } })),
    );
  const sized = (bytes: number) => proposed('Noted', { data: { text: 'x'.repeat(bytes - '{"text":""}'.length) } });

  it('refuses what the driver would never answer, or the server not understand, and stays usable', async () => {
    const refused = [{ data: { n: 1n } }, { data: undefined }, { data: null }, { id: 'x' }, { type: '' }];
    for (const changes of refused) {
      const append = store.append('note-1', 0, [proposed('Noted', changes as never)]);
      await expect(append).rejects.toThrow(TypeError);
    }
    await expect(store.append('note-1', null as never, [proposed()])).rejects.toThrow(TypeError);
    await expect(store.append('', 0, [proposed()])).rejects.toThrow(TypeError);
    expect(await store.append('note-1', 0, [proposed()])).toMatchObject({ revision: 0 });
  });

  it('takes bodies of 1,048,576 bytes and refuses one byte more, and 20 MB, beside others in flight', async () => {
    const others = proposals(20).map((fact, n) => store.append(`beside-${n}`, 0, [fact]));
    await expect(store.append('note-1', 0, [sized(MOST_BODY_BYTES + 1)])).rejects.toBeInstanceOf(AppendTooLarge);
    await expect(store.append('note-1', 0, [sized(20_000_000)])).rejects.toBeInstanceOf(AppendTooLarge);
    const half = MOST_BODY_BYTES / 2;
    await expect(store.append('note-1', 0, [sized(half), sized(half + 1)])).rejects.toBeInstanceOf(AppendTooLarge);
    expect(await store.append('note-1', 0, [sized(half), sized(half)])).toMatchObject({ revision: 1 });
    expect(await Promise.all(others)).toHaveLength(20);
  });

  it('never takes an append for done because its ids are there: the server would, whatever the bodies say', async () => {
    const facts = proposals(2);
    await store.append('note-1', 0, facts);
    const others = facts.map((fact) => ({ ...fact, data: { text: 'another' } }));
    for (const again of [facts, others, [...facts, proposed()]]) {
      await expect(store.append('note-1', 0, again)).rejects.toMatchObject({ expected: 0, actual: 2 });
    }
    expect((await store.readStream('note-1')).map(({ id, data }) => ({ id, data }))).toEqual(
      facts.map(({ id, data }) => ({ id, data })),
    );
  });

  it("reads facts whose id is the server's own, as earlier programs wrote them", async () => {
    const id = randomUUID();
    const metadata = { commandId: 'c-1', version: 1, occurredAt: '2026-03-01T00:00:00.000Z' };
    await client.appendToStream(`${history}/note-1`, jsonEvent({ id, type: 'Noted', data: { n: 1 }, metadata }));
    expect(await store.readStream('note-1')).toMatchObject([{ id, metadata: { commandId: 'c-1' } }]);
  });

  it('gives own facts only: none of other streams, of other histories, of the server, nor what names the history', async () => {
    await foreign(`theirs-${history}`, 40);
    await fill(store, 'note-1', 2);
    await foreign(`${history}-2/note-1`, 1_500);
    const head = await store.head();
    expect((await store.readStream('note-1')).at(-1)?.position).toBe(head);
    expect((await factsOf(store)).map(({ stream }) => stream)).toEqual(['note-1', 'note-1']);
    const again = await EventStoreDBEventStore.open({ url, mode: 'read' });
    expect(await again.head()).toBe(head);
    expect(await factsOf(again, { after: head })).toEqual([]);
    await again.close();
  });

  it('says so where somebody else wrote into a stream of ours', async () => {
    await foreign(`${history}/note-1`);
    await expect(store.readStream('note-1')).rejects.toThrow(/was not written by Patron/);
  });

  it('says so where a stream was tombstoned, or deleted and begun anew', async () => {
    await fill(store, 'note-1', 2);
    await client.tombstoneStream(`${history}/note-1`);
    await expect(store.append('note-1', 2, [proposed()])).rejects.toBeInstanceOf(StoreRefused);
    await expect(store.readStream('note-1')).rejects.toBeInstanceOf(StoreRefused);
    await fill(store, 'note-2', 2);
    await client.deleteStream(`${history}/note-2`);
    await expect(store.append('note-2', 0, [proposed()])).rejects.toThrow(/lacks facts/);
    const read = async (): Promise<unknown> => {
      const asked = Date.now();
      // the server shows the stream as gone until it has noted, after the append, that it was begun anew
      for (;;) if ((await store.readStream('note-2')).length > 0 || Date.now() - asked > 5_000) return 'a stream';
    };
    await expect(read()).rejects.toThrow(/lacks facts/);
    await store.append('note-2', 3, [proposed()]); // numbering goes on: by that alone nobody can tell
    await expect(store.readStream('note-2', { from: 1 })).rejects.toThrow(/lacks facts/);
    expect(await factsOf(store)).toHaveLength(6); // the log keeps what streams lost, and the append that was refused
  });

  it('passes over events of others in its own streams: links, binary ones, those with other metadata or none', async () => {
    await fill(store, 'note-1', 1);
    const id = (): string => randomUUID();
    await client.appendToStream(`${history}/theirs`, [
      binaryEvent({ id: id(), type: '$>', data: Buffer.from(`7@${history}/gone`) }),
      binaryEvent({ id: id(), type: 'Picture', data: Buffer.from([1, 2]), metadata: Buffer.from([3]) }),
      jsonEvent({ id: id(), type: 'Theirs', data: { n: 1 }, metadata: null as never }),
      jsonEvent({ id: id(), type: 'Theirs', data: { n: 1 }, metadata: { $correlationId: 'x' } }),
    ]);
    await fill(store, 'note-2', 1);
    expect((await factsOf(store)).map(({ stream }) => stream)).toEqual(['note-1', 'note-2']);
    await expect(store.readStream('theirs')).rejects.toThrow(/was not written by Patron/);
  });

  it('says so where a stream was cut off', async () => {
    await fill(store, 'note-1', 5);
    await client.setStreamMetadata(`${history}/note-1`, { maxCount: 2 });
    await expect(store.readStream('note-1')).rejects.toThrow(/lacks facts/);
    expect(await factsOf(store)).toHaveLength(5);
  });

  it('refuses a position that no fact has, and one that lies behind the end, where the server would be silent', async () => {
    await fill(store, 'note-1', 3);
    const head = await store.head();
    const following = async (after: number): Promise<void> => {
      for await (const read of store.follow({ after, signal: AbortSignal.timeout(5_000) }))
        if (read.position > 0) return;
    };
    await expect(factsOf(store, { after: head - 1 })).rejects.toBeInstanceOf(StoreRefused);
    await expect(factsOf(store, { after: head + 1_000_000 })).rejects.toThrow(/put back to an earlier state/);
    await expect(following(head - 1)).rejects.toBeInstanceOf(StoreRefused);
    await expect(following(head + 1_000_000)).rejects.toThrow(/put back to an earlier state/);
  });

  it('keeps a follower that stops reading: it goes on where it was, with every fact once', async () => {
    await fill(store, 'note-1', 1);
    const stop = new AbortController();
    const following = store.follow({ batch: 100, signal: stop.signal })[Symbol.asyncIterator]();
    const got = [...((await following.next()).value as Batch).facts];
    for (let n = 0; n < 10; n += 1) await store.append(`many-${n}`, 0, proposals(1_000));
    while (got.length < 10_001) got.push(...((await following.next()).value as Batch).facts);
    stop.abort();
    await following.return?.(undefined);
    expect(got).toEqual(await factsOf(store));
  });

  it('waits for a reader that is slower than one call to the server may last: every fact comes once', async () => {
    for (let n = 0; n < 6; n += 1) await store.append(`many-${n}`, 0, proposals(1_000));
    const got: string[] = [];
    for await (const { facts } of store.readAll()) {
      if (got.length === 0) await new Promise((resolve) => setTimeout(resolve, 6_000));
      got.push(...facts.map(({ id }) => id));
    }
    expect(got).toEqual((await factsOf(store)).map(({ id }) => id));
    expect(got).toHaveLength(6_000);
  }, 20_000);

  it('answers reads of streams promptly beside more slow readers of the log than it has calls', async () => {
    for (let n = 0; n < 4; n += 1) await store.append(`many-${n}`, 0, proposals(1_000));
    const slow = Array.from({ length: 60 }, () => store.readAll({ batch: 10 })[Symbol.asyncIterator]());
    await Promise.all(slow.map((reader) => reader.next()));
    const began = performance.now();
    expect(await store.readStream('many-1', { limit: 5 })).toHaveLength(5);
    expect(performance.now() - began).toBeLessThan(2_000);
    await Promise.all(slow.map((reader) => reader.return?.(undefined)));
  }, 20_000);

  it('goes on behind reads that were left early, and under many followers', async () => {
    await store.append('note-1', 0, proposals(3_000));
    for (let n = 0; n < 30; n += 1) {
      for await (const { facts } of store.readAll({ batch: 1 })) if (facts.length > 0) break;
    }
    const stop = new AbortController();
    const after = await store.head();
    const heard = Array.from({ length: 150 }, async () => {
      for await (const { facts } of store.follow({ after, signal: stop.signal })) {
        if (facts.length > 0) return facts.length;
      }
      return 0;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await fill(store, 'note-2', 1);
    expect(await Promise.all(heard)).toEqual(Array.from({ length: 150 }, () => 1));
    stop.abort();
    expect(await Promise.all(Array.from({ length: 300 }, () => store.readStream('note-1', { limit: 5 })))).toHaveLength(
      300,
    );
  });

  it('keeps correlation and causation where the server looks for them', async () => {
    const metadata = { commandId: 'c-1', $correlationId: 'shopping', $causationId: 'click' };
    await store.append('note-1', 0, [proposed('Noted', { metadata })]);
    for await (const { event } of client.readStream(`${history}/note-1`)) {
      expect(event?.metadata).toMatchObject({ ...metadata, version: 1 });
      expect(event?.isJson).toBe(true);
    }
  });

  it('begins no history for a reader', async () => {
    const none = EventStoreDBEventStore.open({ url: `${server()}&history=t-${randomUUID()}`, mode: 'read' });
    await expect(none).rejects.toThrow(/holds no history/);
  });

  it('says within a second that no server is there', async () => {
    const began = performance.now();
    const opening = EventStoreDBEventStore.open({ url: 'esdb://127.0.0.1:1?tls=false', mode: 'write' });
    await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
