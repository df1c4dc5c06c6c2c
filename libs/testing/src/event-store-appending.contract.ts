import { WrongExpectedRevision, type EventStore } from '#kernel/ports/event-store.js';
import type { EventStoreSubject } from './event-store-subject.js';
import { factsOf, fill, proposals, proposed } from './proposed.js';

const CALLERS = 64;

/** Appending to one stream: all or none, at the expected revision, whoever else writes. */
export function appendingContract(store: () => EventStore, subject: () => EventStoreSubject): void {
  describe('appending', () => {
    it('gives back every part of a fact as it was', async () => {
      const fact = proposed('PurchaseRecorded', {
        version: 3,
        data: {
          text: 'Žluťoučký kůň 🐎 "quoted" \\ back\nline \u0000 \u2028 \uFF5E',
          numbers: [0, -1, 0.1, 1e21, Number.MAX_SAFE_INTEGER, -1.5e-7],
          nothing: null,
          yes: true,
          empty: { list: [], object: {}, text: '' },
          '': 'a key without a name',
          deep: JSON.parse('['.repeat(100) + '{"x":1}' + ']'.repeat(100)),
        },
        metadata: {
          commandId: 'c-1',
          bodyDigest: 'digest',
          $correlationId: 'correlation',
          $causationId: 'cause',
          actor: { kind: 'service', id: 'shop' },
          source: 'till 7',
          program: 'patron 0.1.0',
          derived: true,
          policies: { loyalty: 2 },
          dueAt: null,
        },
      });
      const { position } = await store().append('customer-1', 0, [fact]);
      const [recorded] = await store().readStream('customer-1');
      const { recordedAt, ...rest } = recorded ?? { recordedAt: '' };
      expect(rest).toEqual({ ...fact, stream: 'customer-1', revision: 0, position });
      expect(recordedAt).not.toBe('');
      expect(await factsOf(store())).toEqual([recorded]);
    });

    it('keeps a body of a megabyte', async () => {
      const data = { text: 'x'.repeat(1_000_000) };
      await store().append('note-1', 0, [proposed('Noted', { data })]);
      expect((await store().readStream('note-1'))[0]?.data).toEqual(data);
    });

    it('keeps streams apart whose names are alike', async () => {
      const names = ['note-1', 'note-10', 'note-é', 'note-e\u0301', 'Note-1', 'note-1 '];
      for (const name of names) await store().append(name, 0, [proposed()]);
      for (const name of names) expect(await store().readStream(name)).toHaveLength(1);
    });

    it('numbers a stream from 0 without a gap', async () => {
      expect((await store().append('note-1', 0, proposals(3))).revision).toBe(2);
      expect((await store().append('note-1', 3, proposals(2))).revision).toBe(4);
      expect((await store().readStream('note-1')).map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
    });

    it('answers the position of the last fact, and positions rise', async () => {
      const first = await store().append('note-1', 0, proposals(2));
      const second = await store().append('note-2', 0, proposals(2));
      const positions = (await factsOf(store())).map(({ position }) => position);
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect(new Set(positions).size).toBe(4);
      expect(positions[0]).toBeGreaterThan(0);
      expect([positions[1], positions[3]]).toEqual([first.position, second.position]);
      expect(await store().head()).toBe(second.position);
    });

    it.each([
      ['too low', 2],
      ['too high', 4],
      ['that of a new stream', 0],
    ])('refuses an expected revision that is %s, appends nothing and stays usable', async (_, expected) => {
      await fill(store(), 'note-1', 3);
      const head = await store().head();
      const refused = store().append('note-1', expected, proposals(2));
      await expect(refused).rejects.toMatchObject({ stream: 'note-1', expected, actual: 3 });
      await expect(refused).rejects.toBeInstanceOf(WrongExpectedRevision);
      expect(await store().head()).toBe(head);
      expect(await store().append('note-1', 3, [proposed()])).toMatchObject({ revision: 3 });
    });

    it('refuses a stream that should be there and is not, and does not make it', async () => {
      await expect(store().append('note-1', 1, [proposed()])).rejects.toMatchObject({ expected: 1, actual: 0 });
      expect(await store().readStream('note-1')).toEqual([]);
      expect(await store().append('note-1', 0, [proposed()])).toMatchObject({ revision: 0 });
    });

    it('refuses an append of nothing', async () => {
      await expect(store().append('note-1', 0, [])).rejects.toBeInstanceOf(RangeError);
      expect(await store().readStream('note-1')).toEqual([]);
    });

    it('refuses a body that is no JSON without disturbing those beside it', async () => {
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      const outcomes = await Promise.allSettled([
        store().append('note-1', 0, [proposed()]),
        store().append('note-2', 0, [proposed(), proposed('Noted', { data: circular })]),
        store().append('note-3', 0, [proposed()]),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await store().readStream('note-2')).toEqual([]);
    });

    it('lets one of two writers at the same revision win, and tells the other why', async () => {
      const outcomes = await Promise.allSettled([1, 2].map(() => store().append('note-1', 0, proposals(2))));
      const lost = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(lost).toHaveLength(1);
      expect(lost[0]?.reason).toBeInstanceOf(WrongExpectedRevision);
      expect(await store().readStream('note-1')).toHaveLength(2);
    });

    it('serves 64 callers on streams of their own', async () => {
      const write = async (caller: number): Promise<void> => {
        for (let revision = 0; revision < 5; revision += 1)
          await store().append(`note-${caller}`, revision, [proposed()]);
      };
      await Promise.all(Array.from({ length: CALLERS }, (_, caller) => write(caller)));
      const facts = await factsOf(store());
      expect(facts).toHaveLength(CALLERS * 5);
      for (let caller = 0; caller < CALLERS; caller += 1) {
        const own = facts.filter(({ stream }) => stream === `note-${caller}`);
        expect(own.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
      }
    });

    it('serves 64 callers on one stream: each gets in once, none twice', async () => {
      const append = async (fact = proposed(), expected = 0): Promise<number> => {
        try {
          return (await store().append('note-1', expected, [fact])).revision;
        } catch (error) {
          if (error instanceof WrongExpectedRevision) return append(fact, error.actual);
          throw error;
        }
      };
      const revisions = await Promise.all(Array.from({ length: CALLERS }, () => append()));
      expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: CALLERS }, (_, revision) => revision));
      const ids = (await store().readStream('note-1')).map(({ id }) => id);
      expect(new Set(ids).size).toBe(CALLERS);
    });

    it('appends one after the other when a caller does not wait for the answers', async () => {
      const answers = await Promise.all(
        proposals(20).map((fact, revision) => store().append('note-1', revision, [fact])),
      );
      expect(answers.map(({ revision }) => revision)).toEqual(Array.from({ length: 20 }, (_, revision) => revision));
    });

    it('shows an acknowledged append to another reader at once', async () => {
      const other = (await subject().another?.()) ?? store();
      for (let count = 1; count <= 10; count += 1) {
        const { position } = await store().append('note-1', count - 1, [proposed()]);
        expect(await other.readStream('note-1')).toHaveLength(count);
        expect(await other.head()).toBe(position);
      }
    });

    it('never shows a part of an append', async () => {
      const other = (await subject().another?.()) ?? store();
      const appends = Promise.all(Array.from({ length: 10 }, (_, n) => store().append(`note-${n}`, 0, proposals(7))));
      let settled = false;
      void appends.finally(() => (settled = true));
      do {
        expect((await factsOf(other)).length % 7).toBe(0);
        await new Promise((resolve) => setImmediate(resolve));
      } while (!settled);
      await appends;
    });

    it('is not changed by whoever changes what it was given or gave back', async () => {
      const data = { list: [1, 2] };
      await store().append('note-1', 0, [proposed('Noted', { data })]);
      data.list.push(3);
      const [fact] = await store().readStream('note-1');
      try {
        (fact?.data['list'] as number[]).push(4);
      } catch {
        // frozen is fine
      }
      expect((await store().readStream('note-1'))[0]?.data).toEqual({ list: [1, 2] });
      expect((await factsOf(store()))[0]?.data).toEqual({ list: [1, 2] });
    });
  });
}
