import { counting, switches } from '#testing/counting.js';
import { engineWorld, type World } from '#testing/engine-world.js';

const NAMES = ['sums'];
let world: World;
beforeEach(async () => {
  switches.broken = true;
  world = await engineWorld([counting]);
  await count('a', 1);
  await count('a', 13);
  await count('b', 2);
});
afterEach(() => world.close());

const count = (customerId: string, by: number) => world.send({ type: 'Count', customerId, by });
const parked = async () => {
  await world.quiet();
  const status = (await world.engine.projector?.status()) ?? [];
  return status.flatMap(({ parked: facts }) => facts.map(({ customerId, revision }) => [customerId, revision]));
};
const sums = async () => {
  const documents = await world.documents('sums');
  return ['a', 'b'].map((key) => documents.get(key)?.['sum']);
};

describe('what is parked', () => {
  it('stays parked where the rebuild that should mend it fails, after a restart too', async () => {
    await world.quiet();
    switches.broken = false;
    const swap = world.readModels.swap.bind(world.readModels);
    world.readModels.swap = () => Promise.reject(new Error('no space left on device'));
    await expect(world.engine.projector?.retry()).rejects.toThrow('no space left');
    world.readModels.swap = swap;
    await count('a', 5);
    await count('b', 5);
    expect(await parked()).toEqual([['a', 1]]);
    expect(await sums()).toEqual([1, 7]);
    world = await world.restarted();
    await count('a', 5);
    expect(await parked()).toEqual([['a', 1]]);
    expect(await sums()).toEqual([1, 7]);
  });

  it('stands still in what is read while it is folded again beside it', async () => {
    await world.quiet();
    switches.broken = false;
    const swap = world.readModels.swap.bind(world.readModels);
    let seen: unknown;
    world.readModels.swap = async (build) => {
      const { queries } = world.engine;
      seen = [await queries.get('sums', 'a'), await parkedNow()];
      return swap(build);
    };
    const parkedNow = async () =>
      (await world.engine.projector?.status())?.flatMap(({ parked: facts }) => facts.length);
    await count('a', 5);
    await world.quiet();
    expect(await world.engine.projector?.retry()).toEqual(NAMES);
    expect(seen).toMatchObject([{ doc: { sum: 1 } }, expect.arrayContaining([1])]);
    expect(await parked()).toEqual([]);
    expect(await sums()).toEqual([19, 2]);
  });

  it('is parked again where the cause was not mended, once, and where a new one came, too', async () => {
    await world.quiet();
    expect(await world.engine.projector?.retry()).toEqual(NAMES);
    expect(await parked()).toEqual([['a', 1]]);
    await count('b', 13);
    await world.quiet();
    expect(await world.engine.projector?.retry()).toEqual(NAMES);
    expect(await parked()).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(await sums()).toEqual([1, 2]);
    world = await world.restarted();
    expect(await parked()).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('goes on being folded behind a retry that mended it', async () => {
    switches.broken = false;
    await world.quiet();
    await world.engine.projector?.retry();
    await count('a', 1);
    await count('b', 1);
    expect(await sums()).toEqual([15, 3]);
  });
});
