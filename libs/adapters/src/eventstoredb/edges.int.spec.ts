import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { AppendTooLarge, StoreRefused, StoreUnavailable } from '#kernel/ports/event-store.js';
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

  it.each([
    ['a BigInt', { n: 1n }],
    ['nothing', undefined],
    ['null', null],
  ])('a body of %s is refused before the driver, which would never answer', async (_, data) => {
    await expect(store.append('note-1', 0, [proposed('Noted', { data: data as never })])).rejects.toThrow(TypeError);
    expect(await store.append('note-1', 0, [proposed()])).toMatchObject({ revision: 0 });
  });

  it.each([
    ['an id that is none', { id: 'x' }],
    ['no type', { type: '' }],
    ['a type of the server', { type: '$metadata' }],
  ])('%s is refused', async (_, changes) => {
    await expect(store.append('note-1', 0, [proposed('Noted', changes)])).rejects.toThrow(TypeError);
  });

  it('an id twice in one append is refused: the server would store it twice', async () => {
    const fact = proposed();
    await expect(store.append('note-1', 0, [fact, fact])).rejects.toThrow(TypeError);
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

  it('repeats an append at the same revision without storing it twice, and refuses it at another one', async () => {
    const facts = proposals(2);
    const first = await store.append('note-1', 0, facts);
    expect(await store.append('note-1', 0, facts)).toEqual(first);
    await expect(store.append('note-1', 0, [...facts, proposed()])).rejects.toMatchObject({ actual: 2 });
    expect(await store.readStream('note-1')).toHaveLength(2);
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
    await expect(store.readStream('note-2')).rejects.toThrow(/lacks facts/);
    expect(await factsOf(store)).toHaveLength(5); // the log keeps what streams lost, and the append that was refused
  });

  it('refuses a position that no fact has', async () => {
    await fill(store, 'note-1', 3);
    const head = await store.head();
    await expect(factsOf(store, { after: head - 1 })).rejects.toBeInstanceOf(StoreRefused);
  });

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
