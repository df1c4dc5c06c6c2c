import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '#kernel/ports/event-store.js';
import type { ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import { customerStream } from '#kernel/fact.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import type { ProjectionStatus } from '#engine/projecting.js';
import { PollingReadSide } from '#engine/read-side.js';
import { counting, switches } from '#testing/counting.js';
import { engineWorld } from '#testing/engine-world.js';
import { proposed } from '#testing/proposed.js';
import { timersFired } from '#testing/timers-fired.js';

const FACTS = 1_000;
const BATCH = 100;

interface Written {
  readonly documents: number;
  readonly position: number;
}

/** A store with a thousand facts of a hundred customers. */
async function filled(): Promise<MemoryEventStore> {
  const store = new MemoryEventStore();
  for (let n = 0; n < FACTS; n += 1) {
    const fact = proposed('Counted', { data: { by: 1 } });
    await store.append(customerStream(`c-${n % 100}`), Math.floor(n / 100), [fact]);
  }
  return store;
}

/** Read models that say what the one of `sums` was written, and take no more than some writes. */
function watched() {
  const readModels: ReadModels = new MemoryReadModels();
  const limit = { writes: Infinity, refused: 0 };
  const writes: Written[] = [];
  const watch = (model: ReadModel): ReadModel => {
    if (model.name !== 'sums') return model;
    const write = model.write.bind(model);
    model.write = async (documents, checkpoint) => {
      if (writes.length >= limit.writes) {
        limit.refused += 1;
        throw new Error('no more');
      }
      await write(documents, checkpoint);
      writes.push({ documents: documents.length, position: checkpoint.position });
    };
    return model;
  };
  const [open, build] = [readModels.open.bind(readModels), readModels.build.bind(readModels)];
  readModels.open = async (spec) => watch(await open(spec));
  readModels.build = async (spec) => watch(await build(spec));
  return { readModels, writes, limit };
}

beforeEach(() => (switches.broken = false));

describe('the projector', () => {
  it('writes documents with their checkpoint once a batch at most, neither once a fact nor only at the end', async () => {
    const { readModels, writes } = watched();
    const world = await engineWorld([counting], { store: await filled(), readModels, batch: BATCH });
    await world.quiet();
    const withDocuments = writes.filter(({ documents }) => documents > 0);
    expect(withDocuments.length).toBeLessThanOrEqual(FACTS / BATCH + 1);
    for (const { position } of withDocuments) expect(position).toBeGreaterThan(0);
    expect([...writes].sort((a, b) => a.position - b.position)).toEqual(writes);
    expect((await world.documents('sums')).get('c-7')).toMatchObject({ sum: 10 });
    await world.close();
  });

  it('goes on where it was cut off in a long history, not from the first fact, though few documents changed', async () => {
    const store = await filled();
    const { readModels, writes, limit } = watched();
    const before = await engineWorld([counting], { store, readModels });
    await before.quiet();
    await before.close();
    for (let n = 0; n < 70; n += 1) {
      const facts = Array.from({ length: 1_000 }, () => proposed('Counted', { data: { by: 1 } }));
      await store.append(customerStream(`d-${n % 10}`), Math.floor(n / 10) * 1_000, facts);
    }
    limit.writes = 1; // as when it is killed then
    const first = await engineWorld([counting], { store, readModels });
    await until(() => limit.refused > 0);
    limit.writes = Infinity;
    await first.close();
    const reached = writes.at(-1)?.position ?? 0;
    expect([reached > FACTS, reached < 70_000]).toEqual([true, true]);

    const from: number[] = [];
    const follow = store.follow.bind(store);
    store.follow = (options) => {
      if (options.skip !== undefined) from.push(options.after ?? 0); // the projector's
      return follow(options);
    };
    const second = await engineWorld([counting], { store, readModels });
    const sums = [...(await second.documents('sums')).values()].map(({ sum }) => sum);
    expect(sums).toEqual([...Array(100).fill(10), ...Array(10).fill(7_000)]);
    expect(from).toEqual([reached]);
    await second.close();
  }, 60_000);

  it('folds a history into empty read models in one pass, also those that measurements are taken over', async () => {
    const store = await filled();
    const more = Array.from({ length: 1_500 }, () => proposed('Counted', { data: { by: 1 } }));
    await store.append(customerStream('d'), 0, more);
    const from: number[] = [];
    const follow = store.follow.bind(store);
    store.follow = (options) => {
      if (options.skip !== undefined) from.push(options.after ?? 0); // the projector's
      return follow(options);
    };
    const measured = { ...counting, measurements: [{ model: 'sums' }] as never };
    const world = await engineWorld([measured], { store });
    await world.quiet();
    expect(new Set(from)).toEqual(new Set([await store.head()]));
    expect((await world.documents('sums')).get('d')).toMatchObject({ sum: 1_500 });
    await world.close();
  });

  it('gathers for a measurement what every customer has up to a position, from memory or from what is stored', async () => {
    const store = await filled();
    const readModels = new MemoryReadModels();
    const gather = (): string[] => [];
    const add = (seen: string[], { sum }: { readonly sum: number }): void => void seen.push(String(sum));
    const measured = {
      ...counting,
      measurements: [{ stream: 'seen', model: 'sums', policies: [], gather, add }] as never,
    };
    const hundredTimes = (sum: string): string[] => Array<string>(100).fill(sum);

    const first = await engineWorld([measured], { store, readModels });
    expect(await first.engine.projector?.gathered('seen', await store.head())).toEqual(hundredTimes('10'));
    await store.append(customerStream('a'), 0, [proposed('Counted', { data: { by: 3 } })]);
    expect(await first.engine.projector?.gathered('seen', await store.head())).toEqual(['3', ...hundredTimes('10')]);
    await first.close();

    const again = await engineWorld([measured], { store, readModels }); // which holds none of them
    await store.append(customerStream('a'), 1, [proposed('Counted', { data: { by: 4 } })]);
    expect(await again.engine.projector?.gathered('seen', await store.head())).toEqual(['7', ...hundredTimes('10')]);
    const elsewhere = new PollingReadSide(readModels, again.engine.registry, store);
    expect(await elsewhere.gathered('seen', await store.head())).toEqual(['7', ...hundredTimes('10')]);
    expect(() => again.engine.registry.measurement('unseen')).toThrow('No slice measures unseen.');
    await again.close();
  });

  it('says how far it has looked while it passes what others wrote, though its position stands still', async () => {
    const store: EventStore = Object.assign(await filled(), { beginning: 200 }); // as if others had written the first 200
    const follow = store.follow.bind(store);
    let goOn = (): void => undefined;
    const passed = new Promise<void>((resolve) => (goOn = resolve));
    store.follow = async function* (options) {
      options.passing?.(400);
      const left = new Promise((resolve) => options.signal.addEventListener('abort', resolve));
      if (options.skip !== undefined) await Promise.race([passed, left]); // the projector's
      yield* follow(options);
    };
    const world = await engineWorld([counting], { store });
    const sums = async (): Promise<ProjectionStatus | undefined> =>
      (await world.engine.projector?.status())?.find(({ name }) => name === 'sums');
    for (let tries = 0; tries < 200 && (await sums())?.looked !== 400; tries += 1) await delay(5);
    const head = await store.head();
    expect(await sums()).toMatchObject({ position: 0, head, lag: head - 200, looked: 400 });
    expect((await sums())?.share).toBeCloseTo(200 / (head - 200));
    goOn();
    await world.quiet();
    expect(await sums()).toMatchObject({ position: head, lag: 0, looked: head, share: 1 });
    await world.close();
  });

  it('does not nap while more is waiting', async () => {
    const store = await filled();
    const fired = await timersFired(async () => {
      const world = await engineWorld([counting], { store, batch: 10 });
      await world.quiet();
      await world.close();
    });
    expect(fired).toBeLessThan(FACTS / 10 / 4); // a nap a batch would be 100
  });

  it('lets 64 callers be the first of all', async () => {
    const world = await engineWorld([counting]);
    const receipts = await Promise.all(
      Array.from({ length: 64 }, (_, n) => world.send({ type: 'Count', customerId: `c-${n % 8}`, by: 1 })),
    );
    expect(new Set(receipts.map(({ position }) => position)).size).toBe(64);
    expect([...(await world.documents('sums')).values()].map(({ sum }) => sum)).toEqual(Array(8).fill(8));
    await world.close();
  });

  it('fires timers due at one instant once each, however many there are', async () => {
    const store = new MemoryEventStore();
    const MANY = 2_500; // more than are asked for at once
    for (let n = 0; n < MANY; n += 1) {
      await store.append(customerStream(`c-${n}`), 0, [proposed('Counted', { data: { by: 1 } })]);
    }
    const world = await engineWorld([counting], { store });
    await world.quiet();
    const restarted = await world.restarted();
    await restarted.advanceTo('2026-04-30T00:00:00.000Z');
    const rested = [...(await restarted.documents('sums')).values()].filter(({ restedAt }) => restedAt !== null);
    expect(rested).toHaveLength(MANY);
    await restarted.close();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
