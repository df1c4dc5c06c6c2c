import { CopyRefused } from '#kernel/ports/history-copy.js';
import { clockContract } from '#testing/clock.contract.js';
import { eventStoreContract } from '#testing/event-store.contract.js';
import { portionsContract } from '#testing/event-store-portions.contract.js';
import { historyCopyContract } from '#testing/history-copy.contract.js';
import { idsContract } from '#testing/ids.contract.js';
import { keysContract } from '#testing/keys.contract.js';
import { proposed } from '#testing/proposed.js';
import { readModelsContract } from '#testing/read-models.contract.js';
import { snapshotStoreContract } from '#testing/snapshot-store.contract.js';
import { FixedClock } from './fixed-clock.js';
import { MemoryEventStore } from './memory-event-store.js';
import { MemoryHistoryCopy } from './memory-history-copy.js';
import { MemoryKeys } from './memory-keys.js';
import { MemoryReadModels } from './memory-read-models.js';
import { SequentialIds } from './sequential-ids.js';

eventStoreContract(
  'memory',
  async () => {
    const store = new MemoryEventStore();
    return { store, dispose: () => store.close() };
  },
  portionsContract,
);

historyCopyContract('memory', async () => {
  let copy: MemoryHistoryCopy | undefined;
  return {
    open: async (storeId) => {
      if (copy !== undefined && copy.storeId !== storeId) throw new CopyRefused('It holds another history.');
      return (copy ??= new MemoryHistoryCopy(storeId));
    },
    history: async () => (copy as MemoryHistoryCopy).store,
    dispose: () => Promise.resolve(),
  };
});

const openReadModels = async () => {
  const readModels = new MemoryReadModels();
  return { readModels, transactional: true, dispose: () => readModels.close() };
};

readModelsContract('memory', openReadModels);
snapshotStoreContract('memory', openReadModels);

keysContract('memory', async () => {
  const keys = new MemoryKeys();
  return { keys, dispose: () => keys.close() };
});

idsContract('sequential', () => new SequentialIds());
clockContract('fixed', () => new FixedClock());

describe('memory, in tests of others', () => {
  it('stands still until its clock is set or advanced', async () => {
    const clock = new FixedClock();
    const store = new MemoryEventStore(clock, 'store-1');
    await store.append('note-1', 0, [proposed()]);
    clock.set('2026-02-01T10:00:00+01:00');
    await store.append('note-1', 1, [proposed()]);
    clock.advance(60_000);
    await store.append('note-1', 2, [proposed()]);
    expect((await store.readStream('note-1')).map(({ recordedAt }) => recordedAt)).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-02-01T09:00:00.000Z',
      '2026-02-01T09:01:00.000Z',
    ]);
  });

  it('gives the same ids, keys and digests in every run', async () => {
    const [one, two] = [new MemoryKeys(new Uint8Array(32)), new MemoryKeys(new Uint8Array(32))];
    expect(await one.keyFor('c-1')).toEqual(await two.keyFor('c-1'));
    expect(one.digest('body', 'x')).toBe(two.digest('body', 'x'));
    expect(new SequentialIds().next()).toBe('00000000-0000-4000-8000-000000000001');
  });
});
