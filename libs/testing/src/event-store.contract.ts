import { StoreUnavailable, WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import { isInstant } from '#kernel/time.js';
import { appendingContract } from './event-store-appending.contract.js';
import { followingContract } from './event-store-following.contract.js';
import { loadContract } from './event-store-load.contract.js';
import { readingContract } from './event-store-reading.contract.js';
import type { EventStoreSubject, OpenEventStore } from './event-store-subject.js';
import { fill, proposals, proposed } from './proposed.js';

/** What every event store keeps to; its adapter's spec is one call of this, with `more` that only some stores can do. */
export function eventStoreContract(
  adapter: string,
  open: OpenEventStore,
  ...more: readonly ((store: () => EventStore) => void)[]
): void {
  describe(`EventStore contract: ${adapter}`, () => {
    let subject: EventStoreSubject;
    const store = (): EventStore => subject.store;
    const around = (): EventStoreSubject => subject;

    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.dispose());

    appendingContract(store, around);
    readingContract(store);
    followingContract(store, around);
    loadContract(store, around);
    for (const contract of more) contract(store);

    describe('closing and opening', () => {
      it('refuses an append after it was closed', async () => {
        await store().close();
        await expect(store().append('note-1', 0, [proposed()])).rejects.toBeInstanceOf(StoreUnavailable);
      });

      it('is closed twice without harm', async () => {
        await store().close();
        await expect(store().close()).resolves.toBeUndefined();
      });

      it('writes what was asked for before it closes', async () => {
        const appended = Promise.all(proposals(10).map((fact, n) => store().append(`note-${n}`, 0, [fact])));
        await store().close();
        await expect(appended).resolves.toHaveLength(10);
      });

      it('keeps everything when it is opened again', async () => {
        const { reopen } = subject;
        if (reopen === undefined) return;
        await fill(store(), 'note-1', 3);
        await store().append('note-2', 0, proposals(2, 'Moved'));
        const [one, two, head] = [
          await store().readStream('note-1'),
          await store().readStream('note-2'),
          await store().head(),
        ];
        const { storeId } = store();

        const again = await reopen();

        expect(await again.readStream('note-1')).toEqual(one);
        expect(await again.readStream('note-2')).toEqual(two);
        expect(await again.head()).toBe(head);
        expect(again.storeId).toBe(storeId);
        expect((await again.append('note-1', 3, [proposed()])).position).toBeGreaterThan(head);
        await expect(again.append('note-2', 0, [proposed()])).rejects.toBeInstanceOf(WrongExpectedRevision);
      });

      it('has a name of its own', async () => {
        const other = await open();
        expect(store().storeId).not.toBe('');
        expect(other.store.storeId).not.toBe(store().storeId);
        await other.dispose();
      });

      it('says when it took a fact', async () => {
        await store().append('note-1', 0, [proposed()]);
        const [fact] = await store().readStream('note-1');
        expect(isInstant(fact?.recordedAt)).toBe(true);
      });
    });
  });
}
