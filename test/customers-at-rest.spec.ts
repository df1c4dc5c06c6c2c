import fc from 'fast-check';
import { canonicalJson } from '#kernel/canonical.js';
import type { Recorded } from '#kernel/fact.js';
import { CustomerCache } from '#engine/customer-cache.js';
import { Customer, type Packed } from '#engine/customer.js';
import { FoldContext } from '#engine/context.js';
import { packed, unpacked } from '#engine/packed.js';
import { openAll } from '#engine/reader.js';
import { Registry } from '#engine/registry.js';
import { slices } from '#slices/index.js';
import type { World } from '#testing/engine-world.js';
import { CUSTOMERS, factsOf, lived, stepsOf } from './lives.fixture.js';

const registry = new Registry(slices);
const textOf = ({ states }: Customer): string => canonicalJson(JSON.parse(JSON.stringify(states)));
/** Every fact with its personal fields opened. */
const openedFacts = async (world: World, customerId: string) =>
  Promise.all(
    (await factsOf(world, customerId)).map(async (recorded) => ({
      fact: await world.engine.reader.read(recorded, openAll),
      position: recorded.position,
    })),
  );
/** Of the read models that are folded by customer; the order of facts of two customers at one instant depends on who is loaded first. */
async function customersDigests(world: World): Promise<readonly (readonly [string, string])[]> {
  const { projections } = world.engine.registry;
  return Object.entries(await world.digests()).filter(([name]) => projections.get(name)?.perCustomer === true);
}
const shown = ({ id, type, revision, occurredAt }: Recorded) => [id, type, revision, occurredAt];
const customerOf = (id: string, count: number): Customer => Object.assign(new Customer(id, registry), { count });

describe('a customer at rest', () => {
  it('is the same when it is opened again, whatever happened to it', () =>
    fc.assert(
      fc.asyncProperty(stepsOf(CUSTOMERS, 40), async (steps) => {
        const world = await lived(steps);
        for (const customerId of CUSTOMERS) {
          const customer = await world.engine.customers.load(customerId);
          const opened = unpacked(packed(customer, world.engine.registry), world.engine.registry);
          const { stream, count, position, dueAt, identities } = customer;
          expect(opened).toMatchObject({ stream, count, position, dueAt, identities });
          expect([...opened.commands.entries()]).toEqual([...customer.commands.entries()]);
          expect(textOf(opened)).toBe(textOf(customer));
        }
        await world.close();
      }),
      { numRuns: 15 },
    ));
});

describe('a long history that rests again and again', () => {
  it('is the same as one that was folded', () =>
    fc.assert(
      fc.asyncProperty(stepsOf(['ann'], 60), fc.integer({ min: 5, max: 40 }), async (steps, often) => {
        const world = await lived(steps);
        const { engine } = world;
        const whole = await engine.customers.load('ann');
        const context = new FoldContext(engine.references);
        let customer = new Customer('ann', engine.registry);
        for (const { fact, position } of await openedFacts(world, 'ann')) {
          customer.fold(fact, position, engine.registry, context);
          if (customer.count % often === 0) customer = unpacked(packed(customer, engine.registry), engine.registry);
        }
        expect(textOf(customer)).toBe(textOf(whole));
        expect([...customer.commands.entries()]).toEqual([...whole.commands.entries()]);
        await world.close();
      }),
      { numRuns: 20 },
    ));
});

describe('commands', () => {
  const tight = { readyFacts: 30, restingBytes: 6_000, memoryIsShort: () => true };

  it('lead to the same facts and read models whoever is in memory', () =>
    fc.assert(
      fc.asyncProperty(stepsOf(CUSTOMERS, 90), async (steps) => {
        const worlds = [await lived(steps), await lived(steps, undefined, { memory: tight })] as const;
        const [roomy, narrow] = await Promise.all(
          worlds.map(async (world) => ({
            digests: await customersDigests(world),
            facts: await Promise.all(CUSTOMERS.map(async (id) => (await factsOf(world, id)).map(shown))),
          })),
        );
        expect(narrow).toEqual(roomy);
        for (const world of worlds) await world.close();
      }),
      { numRuns: 8 },
    ));
});

describe('customers in memory', () => {
  const cacheOf = (readyFacts: number, restingBytes = 1_000_000, memoryIsShort = () => false) => {
    const left: Packed[] = [];
    const options = { readyFacts, restingBytes, memoryIsShort };
    return { left, cache: new CustomerCache(registry, (one) => left.push(one), options) };
  };

  it('rest when there is no room to be ready, and are ready again when they are asked for', () => {
    const { cache, left } = cacheOf(20);
    const [ann, bob] = [customerOf('ann', 10), customerOf('bob', 10)];
    cache.set(ann);
    cache.set(bob);
    expect(cache.get('bob')).toBe(bob);
    const again = cache.get('ann');
    expect(again).not.toBe(ann);
    expect(again).toMatchObject({ id: 'ann', count: 10 });
    expect(cache.get('ann')).toBe(again);
    expect([...cache.packed(() => true)].map(({ id }) => id)).toEqual(['ann', 'bob']);
    expect(left).toEqual([]);
  });

  it('are ready half as many where memory is short, a few less at each command', () => {
    let short = false;
    const { cache, left } = cacheOf(1_000, 1, () => short); // one rests, and the others leave
    const all = Array.from({ length: 76 }, (_, n) => customerOf(`c-${n}`, 10)); // each weighs 13
    for (const one of all) cache.set(one);
    const newest = all.at(-1) as Customer;
    short = true;
    cache.set(newest);
    expect(left.length + 1).toBe(7);
    for (let commands = 0; commands < 20; commands += 1) cache.set(newest);
    expect(left.length + 1).toBe(38);
    short = false;
    for (let more = 0; more < 38; more += 1) cache.set(customerOf(`d-${more}`, 10));
    expect(left.length + 1).toBe(38);
  });

  it('are what was put in last, not what had gone to rest meanwhile', () => {
    const { cache } = cacheOf(20);
    const ann = customerOf('ann', 10);
    cache.set(ann);
    cache.set(customerOf('bob', 10));
    cache.set(Object.assign(ann, { count: 12 }));
    cache.set(customerOf('cat', 10));
    expect(cache.get('ann')?.count).toBe(12);
    cache.delete('ann');
    expect(cache.get('ann')).toBeUndefined();
  });

  it('leave when there is no room to rest either', () => {
    const { cache, left } = cacheOf(20, 1);
    for (const id of ['ann', 'bob', 'cat', 'dan']) cache.set(customerOf(id, 10));
    expect(left.map(({ id }) => id)).toEqual(['ann', 'bob']);
    expect(cache.get('ann')).toBeUndefined();
  });
});
