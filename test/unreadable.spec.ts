import { customerStream, type Proposed } from '#kernel/fact.js';
import { defineEvent } from '#kernel/event.js';
import { int } from '#kernel/parse.js';
import { defineSlice, type Slice } from '#kernel/slice.js';
import { sealBytes, sealWith } from '#engine/sealing.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';

const AT = '2026-03-02T12:00:00.000Z';
const total = { units: 5_000, scale: 2, currency: 'GBP' };
const EVENT_ID = '00000000-0000-5000-8000-00000000000a';

let world: World;
beforeEach(async () => {
  world = await engineWorld(slices);
});
afterEach(() => world.close());

const buy = (customerId: string, purchaseId: string) =>
  world.send({ type: 'RecordPurchase', customerId, purchaseId, total });
const raw = (changed: Partial<Proposed>): Proposed => ({
  ...{ id: EVENT_ID, type: 'CustomerRegistered', version: 1, occurredAt: AT, data: { before: {} } },
  metadata: { commandId: 'raw' },
  ...changed,
});
/** Writes a fact behind the program's back, as a newer one on the same store would. */
const append = async (customerId: string, changed: Partial<Proposed>): Promise<void> => {
  const stream = customerStream(customerId);
  const { length } = await world.store.readStream(stream);
  await world.store.append(stream, length, [raw(changed)]);
};
const parked = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
  await world.quiet();
  const status = (await world.engine.projector?.status()) ?? [];
  return Object.fromEntries(
    status
      .filter((one) => one.parked.length > 0)
      .map((one) => [one.name, one.parked.map(({ customerId }) => customerId)]),
  );
};
const place = (customerId: string) => ({
  ...{ customerId, stream: customerStream(customerId), eventId: EVENT_ID, field: 'name' },
});

/** Unreadable bodies by what is wrong with them. */
const broken: Readonly<Record<string, () => Promise<Partial<Proposed>>>> = {
  'an unknown type': async () => ({ type: 'Unheard' }),
  'a newer version': async () => ({ version: 9 }),
  'a version that never was': async () => ({ version: 0 }),
  'a body that is not of its type': async () => ({ data: { language: 7 } }),
  'a seal that was changed': async () => {
    const sealed = sealWith(await world.engine.keys.keyFor('a'), place('a'), 'Ann');
    return { data: { before: {}, name: `${sealed.slice(0, -2)}${sealed.endsWith('AA') ? 'BB' : 'AA'}` } };
  },
  'a seal that was cut off': async () => {
    const sealed = sealWith(await world.engine.keys.keyFor('a'), place('a'), 'Ann');
    return { data: { before: {}, name: sealed.slice(0, -12) } };
  },
  'a seal under other bytes of the same key': async () => {
    const { id } = await world.engine.keys.keyFor('a');
    const { bytes } = await world.engine.keys.keyFor('b');
    return { data: { before: {}, name: sealWith({ id, bytes }, place('a'), 'Ann') } };
  },
  'a seal that was made for another fact': async () => {
    const sealed = sealWith(await world.engine.keys.keyFor('a'), { ...place('a'), eventId: 'other' }, 'Ann');
    return { data: { before: {}, name: sealed } };
  },
  'a seal around no JSON': async () => ({
    data: { before: {}, name: sealBytes(await world.engine.keys.keyFor('a'), place('a'), Buffer.from('{"half')) },
  }),
};

describe('a history that cannot be read', () => {
  it.each(Object.keys(broken))('of %s: parked, shown, refused with a stable code; others are served', async (what) => {
    await buy('a', 'p-1');
    await append('a', (await broken[what]?.()) ?? {});
    const refused = { code: 'history.unreadable', kind: 'conflict' };
    for (const attempt of [1, 2]) {
      await expect(buy('a', `p-${attempt + 1}`)).rejects.toMatchObject(refused);
      await expect(
        world.send({ type: 'UpdateProfile', customerId: 'a', language: 'de' }, { dryRun: true }),
      ).rejects.toMatchObject(refused);
      expect((await buy('b', `p-${attempt}`)).facts.length).toBeGreaterThan(0);
      await world.advanceTo(`2026-03-${attempt + 10}T12:00:00.000Z`);
      expect(Object.values(await parked()).flat()).toContain('a');
      expect(new Set(Object.values(await parked()).flat())).toEqual(new Set(['a']));
      world = await world.restarted();
    }
    expect(await world.store.readStream(customerStream('a'), { from: 3 })).toEqual([]);
    expect((await world.documents('loyalty_balance')).get('b')).toMatchObject({ customerId: 'b' });
    expect((await world.documents('purchase_history')).size).toBe(3);
  });

  it('is no history whose key was destroyed: that field is null, and the customer is served', async () => {
    const gone = { id: 'destroyed', bytes: new Uint8Array(32).fill(9) };
    await append('a', { data: { before: {}, name: sealWith(gone, place('a'), 'Ann'), language: 'de' } });
    expect((await buy('a', 'p-1')).facts.length).toBeGreaterThan(0);
    expect(await parked()).toEqual({});
    expect((await world.documents('customer_card')).get('a')).toMatchObject({ name: null, language: 'de' });
  });

  it('of a sealed field stops only the projections that may open it', async () => {
    await buy('a', 'p-1');
    await append('a', (await broken['a seal that was changed']?.()) ?? {});
    await buy('b', 'p-1');
    const opening = Object.keys(await parked());
    expect(opening).toContain('customer_card');
    expect(opening).not.toContain('lifecycle_stage');
    expect(opening).not.toContain('purchase_history');
  });

  it('is folded by a program that can read it, and retried', async () => {
    await buy('a', 'p-1');
    await append('a', { type: 'Unheard', data: { n: 1 } });
    await buy('b', 'p-1');
    const before = await parked();
    expect(Object.keys(before)).toContain('purchase_history');
    world = await newer();
    expect(await parked()).toEqual(before); // nothing is folded by surprise: an operator says when
    expect((await buy('a', 'p-2')).facts.length).toBeGreaterThan(0);
    const retried = await world.engine.projector?.retry();
    expect([...(retried ?? [])].sort()).toEqual(Object.keys(before).sort());
    expect(await parked()).toEqual({});
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
    expect(await historyOf('a')).toEqual(['p-1', 'p-2']);
  });

  it('of who receives points holds up neither the sender nor the clock, and gets them once it is read', async () => {
    await world.send({ type: 'EarnPoints', customerId: 'b', earningId: 'welcome', points: 100 });
    await append('a', { type: 'Unheard', data: { n: 1 } });
    await world.advanceTo('2026-04-02T12:00:00.000Z');
    const sent = await world.send({ type: 'TransferPoints', customerId: 'b', transferId: 't-1', to: 'a', points: 40 });
    expect(sent.facts.map(({ type }) => type)).toContain('PointsSent');
    await world.advanceTo('2026-04-03T12:00:00.000Z');
    expect((await world.store.readStream(customerStream('a'))).map(({ type }) => type)).toEqual(['Unheard']);
    world = await newer();
    await world.advanceTo('2026-04-04T12:00:00.000Z');
    await world.advanceTo('2026-04-05T12:00:00.000Z');
    const types = (await world.store.readStream(customerStream('a'))).map(({ type }) => type);
    expect(types.filter((type) => type === 'PointsReceived')).toHaveLength(1);
  });
});

const historyOf = async (customerId: string): Promise<readonly unknown[]> =>
  [...(await world.documents('purchase_history')).values()]
    .filter((doc) => doc['customerId'] === customerId)
    .map((doc) => doc['purchaseId']);

/** A newer program on the same store: it knows the type that this one had never heard of. */
async function newer(): Promise<World> {
  const { store, readModels, clock, engine } = world;
  await world.close();
  const Unheard = defineEvent({ type: 'Unheard', parse: (body) => ({ n: int(body['n']) }) });
  const hearing = defineSlice({
    ...{ name: 'hearing', about: 'Hears.', events: [Unheard], commands: [], policies: [], projections: [] },
    decider: { initial: 0, evolve: (state: number) => state, decide: () => [] } as never,
  });
  return engineWorld([...slices, hearing as unknown as Slice], { store, readModels, clock, keys: engine.keys });
}
