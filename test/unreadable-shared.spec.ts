import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Follow } from '#kernel/ports/event-store.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { policyStream } from '#kernel/system.events.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';

const AT = '2026-03-02T12:00:00.000Z';
const total = { units: 5_000, scale: 2, currency: 'GBP' };
const unreadable = { code: 'history.unreadable_shared', kind: 'conflict' };

/** Facts that everybody depends on, as a newer program or a broken disk leaves them. */
const broken: Readonly<Record<string, readonly [stream: string, type: string, version: number, data: object]>> = {
  'a policy of a newer version': [policyStream('company'), 'PolicyPublished', 9, {}],
  'a policy whose rules do not hold': [
    ...([policyStream('company'), 'PolicyPublished', 1] as const),
    { name: 'company', version: 2, effectiveFrom: AT, rules: { zone: 'Mars', currency: 'GBP' } },
  ],
  'a measurement of a newer version': ['population', 'PopulationMeasured', 9, {}],
};
const time: typeof broken = {
  'a time of a newer version': ['calendar', 'ClockAdvanced', 9, { to: AT }],
  'a time that is none': ['calendar', 'ClockAdvanced', 1, { to: 'soon' }],
  'something unheard of where time stands': ['calendar', 'Unheard', 1, {}],
};

/** Counts who follows it. */
class FollowedStore extends MemoryEventStore {
  followers = 0;

  override async *follow(options: Follow): AsyncGenerator<Batch> {
    this.followers += 1;
    try {
      yield* super.follow(options);
    } finally {
      this.followers -= 1;
    }
  }
}

describe('a fact that everybody depends on and that cannot be read', () => {
  let world: World;
  beforeEach(async () => {
    world = await engineWorld(slices, { store: new FollowedStore(new FixedClock(AT), 'world') });
    await buy('p-1');
  });
  afterEach(() => world.close());

  const buy = (purchaseId: string) => world.send({ type: 'RecordPurchase', customerId: 'a', purchaseId, total });
  const append = async (what: string): Promise<string> => {
    const [stream, type, version, data] = { ...broken, ...time }[what] as (typeof broken)[string];
    const { length } = await world.store.readStream(stream);
    const fact = { id: 'raw', type, version, occurredAt: AT, data: { ...data }, metadata: { commandId: 'raw' } };
    await world.store.append(stream, length, [fact]);
    return `Fact ${length} of stream ${stream}`;
  };

  it.each([...Object.keys(broken), ...Object.keys(time)])('keeps a program from starting on it: %s', async (what) => {
    const place = await append(what);
    const store = world.store as FollowedStore;
    const starting = world.restarted();
    await expect(starting).rejects.toMatchObject(unreadable);
    await expect(starting).rejects.toThrow(place);
    await expect(starting).rejects.toThrow(/the program that wrote it/);
    await delay(20);
    expect(store.followers).toBe(0); // or the process would never end
  });

  it.each(Object.keys(broken))('stops decisions of a program that runs: %s', async (what) => {
    await append(what);
    const until = Date.now() + 5_000;
    let [refused, before]: [unknown, number] = [undefined, 0];
    for (let tries = 2; refused === undefined && Date.now() < until; tries += 1) {
      await delay(5);
      before = await world.store.head();
      refused = await buy(`p-${tries}`).then(
        () => undefined,
        (error: unknown) => error,
      );
    }
    expect(refused).toMatchObject(unreadable);
    expect(await world.store.head()).toBe(before);
    await expect(
      world.engine.policies.publish({ name: 'company', rules: { zone: 'UTC', currency: 'GBP' }, effectiveFrom: AT }),
    ).rejects.toMatchObject(unreadable);
  });
});
