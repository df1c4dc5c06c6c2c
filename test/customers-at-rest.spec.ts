import fc from 'fast-check';
import { canonicalJson } from '#kernel/canonical.js';
import { CustomerCache } from '#engine/customer-cache.js';
import { Customer } from '#engine/customer.js';
import { packed, unpacked, type Packed } from '#engine/packed.js';
import { Registry } from '#engine/registry.js';
import { shut } from '#engine/shut.js';
import { slices } from '#slices/index.js';
import { CUSTOMERS, lived, stepsOf } from './lives.fixture.js';

const registry = new Registry(slices);
const textOf = ({ states }: Customer): string => canonicalJson(JSON.parse(JSON.stringify(states)));
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
          opened.opened = { ...opened.opened, count: 0, shelf: 1 }; // as if all of it had been folded since
          expect(shut(opened)).toBe(customer.count >= 16);
          expect(textOf(opened)).toBe(textOf(customer));
          expect([...opened.commands.entries()]).toEqual([...customer.commands.entries()]);
        }
        await world.close();
      }),
      { numRuns: 15 },
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
    for (const id of ['ann', 'bob', 'cat']) cache.set(customerOf(id, 10));
    expect(left.map(({ id }) => id)).toEqual(['ann']);
    expect(cache.get('ann')).toBeUndefined();
  });
});
