import { setTimeout as delay } from 'node:timers/promises';
import type { Json } from '#kernel/ports/read-models.js';
import { customerStream } from '#kernel/fact.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { specOf } from '#engine/read-side.js';
import { counting, switches } from '#testing/counting.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { proposed } from '#testing/proposed.js';

const CUSTOMERS = 30;
const counted = (by: number) => proposed('Counted', { data: { by } });

describe('rebuilding', () => {
  let world: World;
  let store: MemoryEventStore;
  let readModels: MemoryReadModels;
  const projector = () => {
    const { projector: found } = world.engine;
    if (found === undefined) throw new Error('This world folds nothing.');
    return found;
  };
  const add = async (by: number): Promise<void> => {
    for (let n = 0; n < CUSTOMERS; n += 1) {
      const stream = customerStream(`c-${n}`);
      await store.append(stream, (await store.readStream(stream)).length, [counted(by)]);
    }
  };
  const sums = async (): Promise<ReadonlySet<unknown>> =>
    new Set([...(await world.documents('sums')).values()].map(({ sum }) => sum));
  const damage = async (key: string, doc: Json | null): Promise<void> => {
    const model = await readModels.open(specOf(world.engine.registry, 'sums'));
    const { position: loadedAt = 0 } = (await model.load([key])).get(key) ?? {};
    await model.write([{ key, doc, position: loadedAt, due: null, loadedAt }], await model.checkpoint());
  };

  beforeEach(async () => {
    switches.broken = false;
    store = new MemoryEventStore();
    readModels = new MemoryReadModels();
    await add(1);
    world = await engineWorld([counting], { store, readModels });
    await world.quiet();
  });
  afterEach(() => world.close());

  it('says what the new build has otherwise, and goes back and forth between the two', async () => {
    await damage('c-7', { sum: 99, group: 0, restedAt: null, due: null });
    const [compared] = await projector().rebuild('sums', undefined, true);
    expect(compared).toMatchObject({ name: 'sums', changed: 1, appeared: 0, disappeared: 0 });
    expect(compared?.first).toMatchObject([
      { key: 'c-7', changes: [{ field: 'due' }, { field: 'group' }, { field: 'sum', from: 99, to: 1 }] },
    ]);
    expect(await sums()).toEqual(new Set([1]));
    expect(await projector().switchBack('sums')).toBe(true);
    expect(await sums()).toEqual(new Set([1, 99]));
    await add(2); // it follows as the other one did
    expect(await sums()).toEqual(new Set([3, 101]));
    expect(await projector().switchBack('sums')).toBe(true);
    expect(await sums()).toEqual(new Set([3]));
    expect(await projector().drop('sums')).toBe(true);
    expect([await projector().switchBack('sums'), await projector().drop('sums')]).toEqual([false, false]);
  });

  it('is given up at the next batch, leaves what is read, and can be begun again', async () => {
    await damage('c-7', { sum: 99, group: 0, restedAt: null, due: null });
    const rebuilding = projector().rebuild('sums', () => void projector().cancel('sums'), true);
    const second = projector().rebuild('sums');
    await expect(second).rejects.toMatchObject({ code: 'projection.rebuilding', kind: 'conflict' });
    await expect(rebuilding).rejects.toMatchObject({ code: 'projection.rebuild_cancelled' });
    expect(await projector().cancel('sums')).toBe(false);
    expect(await sums()).toEqual(new Set([1, 99]));
    await projector().rebuild('sums');
    expect(await sums()).toEqual(new Set([1]));
  });

  it('says how far it is in what others wrote, and is given up there too', async () => {
    const head = await store.head();
    Object.defineProperty(store, 'portions', { value: undefined }); // as on a server: in the order of the log
    store.readAll = async function* ({ passing } = {}) {
      for (let place = 1; ; place = Math.min(place + 1, head - 1)) {
        passing?.(place);
        await delay(1);
      }
      yield { facts: [], position: head };
    };
    const places: number[] = [];
    const rebuilding = projector().rebuild('sums', (done) => {
      if (places.push(done) === 5) void projector().cancel('sums');
    });
    await expect(rebuilding).rejects.toMatchObject({ code: 'projection.rebuild_cancelled' });
    expect(places.slice(0, 5)).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps no build in which customers are parked', async () => {
    switches.broken = true;
    await add(13);
    await world.quiet();
    switches.broken = false;
    await projector().rebuild('sums', undefined, true);
    expect(await sums()).toEqual(new Set([14]));
    expect(await projector().switchBack('sums')).toBe(false);
  });

  it("mends one customer's documents where they are read, and no other's; they are folded on", async () => {
    for (const key of ['c-7', 'c-8', 'c-9']) await damage(key, { sum: 99, group: 0, restedAt: null, due: null });
    await damage('c-9', null);
    expect(await projector().rebuildCustomer('sums', 'c-7')).toMatchObject({
      ...{ changed: 1, appeared: 0, disappeared: 0 },
      first: [{ key: 'c-7', changes: [{ field: 'due' }, { field: 'group' }, { field: 'sum', from: 99, to: 1 }] }],
    });
    expect(await projector().rebuildCustomer('sums', 'c-9')).toMatchObject({ changed: 0, appeared: 1 });
    expect(await projector().rebuildCustomer('sums', 'c-9')).toMatchObject({ changed: 0, appeared: 0, first: [] });
    await add(2);
    const documents = await world.documents('sums');
    expect(['c-7', 'c-8', 'c-9'].map((key) => documents.get(key)?.['sum'])).toEqual([3, 101, 3]);
  });

  it('takes the customer alone out of the parking whose documents were mended', async () => {
    switches.broken = true;
    await add(13);
    await world.quiet();
    const parked = async () => (await projector().status()).find(({ name }) => name === 'sums')?.parked ?? [];
    await projector().rebuildCustomer('sums', 'c-7'); // it cannot be folded still
    expect(await parked()).toHaveLength(CUSTOMERS);
    switches.broken = false;
    await projector().rebuildCustomer('sums', 'c-7');
    expect(await parked()).toHaveLength(CUSTOMERS - 1);
    await add(2);
    const documents = await world.documents('sums');
    expect(['c-7', 'c-8'].map((key) => documents.get(key)?.['sum'])).toEqual([16, 1]);
    world = await world.restarted();
    expect(await parked()).toHaveLength(CUSTOMERS - 1);
  });

  it('says why it cannot mend one customer', async () => {
    const asked = (name: string, customerId: string) => projector().rebuildCustomer(name, customerId);
    await expect(asked('sums', 'nobody')).rejects.toMatchObject({ code: 'customer.not_found' });
    await expect(asked('identity_map', 'c-7')).rejects.toMatchObject({ code: 'projection.not_by_customer' });
    expect(() => projector().rebuildCustomer('nothing', 'c-7')).toThrow('There is no read model nothing.');
  });

  it('takes several in one pass', async () => {
    const names = [...world.engine.registry.projections.keys()];
    const compared = await projector().rebuild(names, undefined, true);
    expect(
      compared.map(({ name, changed, appeared, disappeared }) => [name, changed + appeared + disappeared]),
    ).toEqual(names.map((name) => [name, 0]));
  });

  describe('several in one pass, and switching to them', () => {
    const names = () => [...world.engine.registry.projections.keys()].sort((a) => (a === 'sums' ? -1 : 1));
    /** Which were switched to, as far as it is. */
    const swapped: string[] = [];
    const meanwhile = (act: (name: string) => Promise<unknown>): void => {
      const swap = readModels.swap.bind(readModels);
      swapped.length = 0;
      readModels.swap = async (build, ...given) => {
        await swap(build, ...given);
        swapped.push(build.name);
        await act(build.name);
      };
    };

    it('does not keep who waits for what comes meanwhile waiting for all of them', async () => {
      let servedAfter = -1;
      meanwhile(async (name) => {
        if (name !== 'sums') return;
        await add(2);
        const caughtUp = projector().caughtUp('sums', await store.head());
        void caughtUp.then(() => (servedAfter = swapped.length));
        await delay(5);
      });
      await projector().rebuild(names(), undefined, true);
      expect([servedAfter, swapped.length]).toEqual([1, names().length]);
      expect(await sums()).toEqual(new Set([3]));
    });

    it('is given up with those that readers are not switched to yet', async () => {
      await damage('c-7', { sum: 99, group: 0, restedAt: null, due: null });
      const [, second = '', ...others] = names();
      const cancelled: boolean[] = [];
      meanwhile(async () => {
        if (cancelled.length > 0) return;
        for (const name of ['sums', second]) cancelled.push(await projector().cancel(name));
      });
      await expect(projector().rebuild(names(), undefined, true)).rejects.toMatchObject({
        code: 'projection.rebuild_cancelled',
        message: expect.stringContaining([second, ...others].join(', ')) as string,
      });
      expect([cancelled, swapped]).toEqual([[false, true], ['sums']]);
      expect(await sums()).toEqual(new Set([1]));
      await projector().rebuild(names());
      expect((await projector().status()).map(({ state }) => state)).toEqual(names().map(() => 'following'));
    });
  });

  it.each([
    { how: 'killed', first: 1, then: 1 },
    { how: 'ended in order', first: 1, then: 4 },
    { how: 'killed', first: 4, then: 4 },
    { how: 'killed', first: 4, then: 1 },
  ])(
    'goes on, when its process with $first partitions was $how, from the portions it had, with $then',
    async ({ how, first, then }) => {
      world = await world.restarted({ partitions: first });
      switches.broken = true;
      await add(13); // the first customers are parked in what was built before
      for (let n = 0; n < CUSTOMERS; n += 1) await store.append(customerStream(`late-${n}`), 0, [counted(n + 20)]);
      await world.quiet();
      const { portions } = store;
      const read: number[] = [];
      let most = 3;
      Object.defineProperty(store, 'portions', {
        configurable: true,
        value: {
          next: portions.next,
          count: portions.count,
          byStream: (...asked: Parameters<typeof portions.byStream>) => {
            if (read.length === most)
              throw how === 'killed' ? new Error('killed') : new DOMException('ends', 'AbortError');
            read.push(asked[0].after);
            return portions.byStream(...asked);
          },
        },
      });
      const abandon = readModels.abandon.bind(readModels);
      if (how === 'killed') readModels.abandon = async () => undefined; // a process that was killed gives nothing up
      await expect(projector().rebuild('sums')).rejects.toThrow();
      readModels.abandon = abandon;
      world = await world.restarted({ partitions: then });
      await store.append(customerStream('c-0'), (await store.readStream(customerStream('c-0'))).length, [counted(5)]);
      await store.append(customerStream('new'), 0, [counted(7)]);
      most = Infinity;
      const facts: number[] = [];
      const live = await world.digests();
      const [compared] = await projector().rebuild('sums', (_, __, folded) => facts.push(folded), true);
      expect(compared).toMatchObject({ changed: 0, appeared: 0, disappeared: 0 });
      expect(await world.digests()).toEqual(live);
      expect((await projector().status()).find(({ name }) => name === 'sums')?.parked).toHaveLength(CUSTOMERS);
      expect(new Set(read).size).toBe(read.length); // no portion twice
      expect(facts[0]).toBeGreaterThan(2 * 7);
    },
  );
});
