import { jest } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { customerStream } from '#kernel/fact.js';
import type { Slice } from '#kernel/slice.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { counting } from '#testing/counting.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { proposed } from '#testing/proposed.js';

const CUSTOMERS = 30;

/** The same slice of a program in which its fold was changed: it adds twice. */
const newer: Slice = {
  ...counting,
  projections: counting.projections.map((projection) => ({
    ...projection,
    version: projection.version + 1,
    on: {
      Counted: (doc: { sum: number }, fact: { data: { by: number } }) => ({ ...doc, sum: doc.sum + 2 * fact.data.by }),
    },
  })),
};

describe('a read model whose declared version rose', () => {
  let store: MemoryEventStore;
  let readModels: MemoryReadModels;
  let world: World;
  /** While it is closed, the portions of a build wait. */
  let gate: { readonly open: Promise<void>; release(): void };

  const add = async (by: number): Promise<void> => {
    for (let n = 0; n < CUSTOMERS; n += 1) {
      const stream = customerStream(`c-${n}`);
      const counted = proposed('Counted', { data: { by } });
      await store.append(stream, (await store.readStream(stream)).length, [counted]);
    }
  };
  const sums = async (): Promise<readonly unknown[]> => {
    const { items, version, position } = await world.engine.queries.find('sums', { limit: 100 });
    return [version, position, items.length, ...new Set(items.map(({ sum }) => sum))];
  };
  const status = async () => (await world.engine.projector?.status())?.find(({ name }) => name === 'sums');

  beforeEach(async () => {
    [store, readModels] = [new MemoryEventStore(), new MemoryReadModels()];
    await add(1);
    world = await engineWorld([counting], { store, readModels });
    await world.quiet();
    await world.close();
    const { portions } = store;
    let release = (): void => undefined;
    const open = new Promise<void>((resolve) => (release = resolve));
    gate = { open, release: () => release() };
    const next: typeof portions.next = async (...asked) => {
      await gate.open;
      return portions.next(...asked);
    };
    Object.defineProperty(store, 'portions', { value: { ...portions, next } });
  });
  afterEach(() => world.close());

  it('answers as it was, and says how far, until it is built; commands and facts go on meanwhile', async () => {
    const before = await store.head();
    world = await engineWorld([newer], { store, readModels });
    expect(await sums()).toEqual([1, before, CUSTOMERS, 1]);
    await add(10);
    await turn();
    expect(await sums()).toEqual([1, before, CUSTOMERS, 1]); // nobody folds it any more
    expect(await status()).toMatchObject({ version: 2, position: 0, answering: { version: 1, position: before } });
    expect(await world.engine.queries.get('sums', 'c-3')).toMatchObject({ doc: { sum: 1 }, version: 1 });
    gate.release();
    await world.quiet();
    expect(await sums()).toEqual([undefined, await store.head(), CUSTOMERS, 22]);
    expect(await status()).not.toHaveProperty('answering');
  });

  it('is not built twice where a rebuild is asked for while it is: that waits, and says what there is then', async () => {
    world = await engineWorld([newer], { store, readModels });
    await turn();
    expect(await status()).toMatchObject({ state: 'rebuilding' });
    const told: number[] = [];
    const all = [...world.engine.registry.projections.keys()];
    const asked = world.engine.projector?.rebuild(all, (_, __, facts) => void told.push(facts), true);
    const build = jest.spyOn(readModels, 'build');
    gate.release();
    const compared = await asked;
    expect(compared?.map(({ name }) => name)).toEqual(all);
    expect(compared?.find(({ name }) => name === 'sums')).toMatchObject({ appeared: CUSTOMERS, changed: 0 });
    expect(told.length).toBeGreaterThan(0);
    expect(build.mock.calls.map(([{ name }]) => name)).not.toContain('sums');
    expect(await sums()).toEqual([undefined, await store.head(), CUSTOMERS, 2]);
  });

  it('is not gone back to by a program that cannot fold it, but is by the one before', async () => {
    world = await engineWorld([newer], { store, readModels });
    gate.release();
    await world.quiet();
    const { projector } = world.engine;
    await expect(projector?.switchBack('sums')).rejects.toMatchObject({ code: 'projection.kept_version' });
    expect((await sums()).at(-1)).toBe(2);
    await add(1);
    await world.close();
    world = await engineWorld([counting], { store, readModels });
    await world.quiet();
    expect(await sums()).toEqual([undefined, await store.head(), CUSTOMERS, 2]);
  });

  it('is removed by drop, and by the next rebuild', async () => {
    world = await engineWorld([newer], { store, readModels });
    gate.release();
    await world.quiet();
    expect(await world.engine.projector?.drop('sums')).toBe(true);
    expect(await world.engine.projector?.switchBack('sums')).toBe(false);
  });
});
