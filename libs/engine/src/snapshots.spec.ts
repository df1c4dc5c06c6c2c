import { setTimeout as delay } from 'node:timers/promises';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import type { CustomerKey } from '#kernel/ports/keys.js';
import type { Snapshot } from '#kernel/ports/snapshot-store.js';
import { slices } from '#slices/index.js';
import { Customer, type Packed } from './customer.js';
import { packed } from './packed.js';
import { Registry } from './registry.js';
import { Snapshots } from './snapshots.js';

/** Gives the first key that is asked for later than the second. */
class SlowAtFirst extends MemoryKeys {
  private asked = 0;

  override async keyFor(customerId: string): Promise<CustomerKey> {
    const turn = (this.asked += 1);
    const key = await super.keyFor(customerId);
    if (turn === 1) await delay(30);
    return key;
  }
}

describe('a snapshot', () => {
  const registry = new Registry(slices);
  const readModels = new MemoryReadModels();
  const keys = new SlowAtFirst(new Uint8Array(32).fill(7));
  const ofFacts = (count: number, id = 'a'): Packed =>
    packed(Object.assign(new Customer(id, registry), { count, position: count }), registry);

  it('of later facts stays, also where an earlier one is sealed after it', async () => {
    const snapshots = await Snapshots.open(readModels, keys, registry);
    snapshots.keep(ofFacts(20));
    snapshots.keep(ofFacts(40));
    await snapshots.close();
    expect(await snapshots.restore('a')).toMatchObject({ count: 40, snapshotAt: 40 });
  });

  it('is passed over by a program that folds otherwise', async () => {
    const [first, ...others] = slices as [(typeof slices)[number], ...typeof slices];
    const raised = new Registry([{ ...first, stateVersion: (first.stateVersion ?? 1) + 1 }, ...others]);
    expect(await (await Snapshots.open(readModels, keys, raised)).restore('a')).toBeUndefined();
    expect(await (await Snapshots.open(readModels, keys, registry)).restore('a')).toMatchObject({ count: 40 });
  });

  it('cannot be opened under the key of another deployment', async () => {
    const other = new MemoryKeys(new Uint8Array(32).fill(8));
    await other.keyFor('a');
    expect(await (await Snapshots.open(readModels, other, registry)).restore('a')).toBeUndefined();
  });

  it.each([
    ['changed', (sealed: Uint8Array) => sealed.map((byte, at) => (at === 20 ? byte ^ 1 : byte))],
    ['cut short', (sealed: Uint8Array) => sealed.slice(0, 5)],
    ['emptied', () => new Uint8Array()],
  ])('that was %s on the disk is passed over', async (_, spoilt) => {
    const snapshots = await Snapshots.open(readModels, keys, registry);
    snapshots.keep(ofFacts(20, 'b'));
    await snapshots.close();
    expect(await snapshots.restore('b')).toMatchObject({ count: 20 });
    const store = await readModels.snapshots();
    const kept = (await store.load('b')) as Snapshot;
    await store.write([{ ...kept, sealed: spoilt(kept.sealed) }]);
    expect(await snapshots.restore('b')).toBeUndefined();
  });
});
