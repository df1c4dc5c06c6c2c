import type { Snapshot, SnapshotStore } from '#kernel/ports/snapshot-store.js';
import type { OpenReadModels, ReadModelsSubject } from './read-models-subject.js';

const snapshot = (key: string, position: number, changes: Partial<Snapshot> = {}): Snapshot => ({
  ...{ key, position, version: 'a:1', keyId: 'k-1', sealed: Uint8Array.from([0, 255, 10, 128]) },
  ...changes,
});

/** As it was given, whatever kind of byte list the adapter answers with. */
async function loaded(snapshots: SnapshotStore, key: string): Promise<Snapshot | undefined> {
  const found = await snapshots.load(key);
  return found && { ...found, sealed: Uint8Array.from(found.sealed) };
}

/** What every store of snapshots keeps to; called beside the contract of the read models that it lies with. */
export function snapshotStoreContract(adapter: string, open: OpenReadModels): void {
  describe(`SnapshotStore contract: ${adapter}`, () => {
    let subject: ReadModelsSubject;
    let snapshots: SnapshotStore;

    beforeEach(async () => {
      subject = await open();
      snapshots = await subject.readModels.snapshots();
    });
    afterEach(() => subject.dispose());

    it('gives back what was written, byte for byte, and nothing where nothing was', async () => {
      const large = snapshot('kůň 🐎', 7, { sealed: Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31) % 256) });
      await snapshots.write([snapshot('a', 3), large]);
      expect(await loaded(snapshots, 'a')).toEqual(snapshot('a', 3));
      expect(await loaded(snapshots, 'kůň 🐎')).toEqual(large);
      expect(await loaded(snapshots, 'b')).toBeUndefined();
    });

    it('keeps the newest of a stream, whichever comes last', async () => {
      await snapshots.write([snapshot('a', 3)]);
      await snapshots.write([snapshot('a', 9, { version: 'a:2', keyId: 'k-2', sealed: Uint8Array.of(1) })]);
      await snapshots.write([snapshot('a', 5)]);
      const newest = { ...snapshot('a', 9), version: 'a:2', keyId: 'k-2', sealed: Uint8Array.of(1) };
      expect(await loaded(snapshots, 'a')).toEqual(newest);
      await snapshots.write([snapshot('a', 9, { version: 'a:3' })]);
      expect((await loaded(snapshots, 'a'))?.version).toBe('a:3');
    });

    it('is not changed by who goes on with the bytes', async () => {
      const bytes = Uint8Array.of(1, 2, 3);
      await snapshots.write([snapshot('a', 1, { sealed: bytes })]);
      bytes.fill(0);
      (await snapshots.load('a'))?.sealed.fill(0);
      expect((await loaded(snapshots, 'a'))?.sealed).toEqual(Uint8Array.of(1, 2, 3));
    });

    it('is the same for whoever asks', async () => {
      await (await subject.readModels.snapshots()).write([snapshot('a', 1)]);
      expect(await loaded(snapshots, 'a')).toEqual(snapshot('a', 1));
    });

    it('is there after a restart, and for another process', async () => {
      const { reopen, another } = subject;
      if (reopen === undefined || another === undefined) return; // in memory
      const reader = await (await another()).snapshots();
      await snapshots.write([snapshot('a', 1)]);
      expect(await loaded(reader, 'a')).toEqual(snapshot('a', 1));
      await expect(reader.write([snapshot('a', 2)])).rejects.toThrow('opened for reading only');
      expect(await loaded(await (await reopen()).snapshots(), 'a')).toEqual(snapshot('a', 1));
    });
  });
}
