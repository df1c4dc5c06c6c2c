import type { EventStore } from '#kernel/ports/event-store.js';
import type { Recorded } from '#kernel/fact.js';
import { batchesOf, factsOf, fill, proposals, proposed } from './proposed.js';

const revisions = (facts: readonly Recorded[]): number[] => facts.map(({ revision }) => revision);

/** Reading one stream and the whole log. */
export function readingContract(store: () => EventStore): void {
  describe('reading a stream', () => {
    beforeEach(() => fill(store(), 'note-1', 6));

    it.each([
      ['all of it', {}, [0, 1, 2, 3, 4, 5]],
      ['from a revision', { from: 4 }, [4, 5]],
      ['a few', { limit: 2 }, [0, 1]],
      ['a few from a revision', { from: 2, limit: 3 }, [2, 3, 4]],
      ['from behind its end', { from: 6 }, []],
      ['none', { limit: 0 }, []],
      ['newest first', { backwards: true, limit: 2 }, [5, 4]],
      ['newest first from a revision', { backwards: true, from: 2 }, [2, 1, 0]],
      ['newest first from behind its end', { backwards: true, from: 99, limit: 1 }, [5]],
    ])('gives %s', async (_, options, expected) => {
      expect(revisions(await store().readStream('note-1', options))).toEqual(expected);
    });

    it('gives nothing for a stream that does not exist', async () => {
      expect(await store().readStream('note-2')).toEqual([]);
      expect(await store().readStream('note-2', { backwards: true, limit: 1 })).toEqual([]);
    });

    it('gives a long stream whole and in order', async () => {
      await store().append('note-long', 0, proposals(1_500));
      expect(revisions(await store().readStream('note-long'))).toEqual(Array.from({ length: 1_500 }, (_, n) => n));
    });
  });

  it('marks each fact as one that no other is, also where the same facts are appended in their places', async () => {
    expect(await store().markAt(1)).toBeUndefined();
    await fill(store(), 'note-1', 2);
    await store().append('note-2', 0, [proposed()]);
    const facts = await factsOf(store());
    const marks = await Promise.all(facts.map(({ position }) => store().markAt(position)));
    expect(new Set(marks).size).toBe(3);
    expect(marks).not.toContain(undefined);
    expect(await Promise.all(facts.map(({ position }) => store().markAt(position)))).toEqual(marks);
    expect(await store().markAt((facts.at(-1)?.position ?? 0) + 1)).toBeUndefined();
  });

  describe('reading the whole log', () => {
    it('gives nothing while there is nothing', async () => {
      expect(await batchesOf(store())).toEqual([]);
      expect(await store().head()).toBe(0);
    });

    it('gives all facts in the order of their positions', async () => {
      for (let round = 0; round < 4; round += 1) {
        for (const stream of ['note-1', 'note-2']) await fill(store(), stream, 1);
      }
      const facts = await factsOf(store());
      expect(facts.map(({ stream, revision }) => `${stream}@${revision}`)).toEqual(
        [0, 1, 2, 3].flatMap((revision) => [`note-1@${revision}`, `note-2@${revision}`]),
      );
    });

    it('gives batches of the size wanted, each with its last position', async () => {
      await store().append('note-1', 0, proposals(7));
      const batches = await batchesOf(store(), { batch: 3 });
      expect(batches.map(({ facts }) => facts.length)).toEqual([3, 3, 1]);
      for (const { facts, position } of batches) expect(facts.at(-1)?.position).toBe(position);
    });

    it('goes on behind a position and stops at one', async () => {
      await store().append('note-1', 0, proposals(6));
      const all = await factsOf(store());
      const after = all[1]?.position ?? 0;
      const upTo = all[3]?.position ?? 0;
      expect(await factsOf(store(), { after })).toEqual(all.slice(2));
      expect(await factsOf(store(), { upTo })).toEqual(all.slice(0, 4));
      expect(await factsOf(store(), { after, upTo })).toEqual(all.slice(2, 4));
      expect(await factsOf(store(), { after: await store().head() })).toEqual([]);
      expect((await batchesOf(store(), { after, upTo })).at(-1)?.position).toBe(upTo);
    });

    it('resumes from any batch without gap or repeat', async () => {
      await store().append('note-1', 0, proposals(20));
      const all = await factsOf(store());
      for (const { position } of await batchesOf(store(), { batch: 3 })) {
        const rest = all.filter((fact) => fact.position > position);
        expect(await factsOf(store(), { after: position, batch: 4 })).toEqual(rest);
      }
    });

    it('gives only the types wanted, or all but those skipped', async () => {
      await store().append('note-1', 0, [proposed('Noted'), proposed('Moved'), proposed('Noted'), proposed('Gone')]);
      const types = async (options: object): Promise<string[]> =>
        (await factsOf(store(), options)).map(({ type }) => type);
      expect(await types({ types: ['Noted'] })).toEqual(['Noted', 'Noted']);
      expect(await types({ types: ['Gone', 'Moved', 'Unheard'] })).toEqual(['Moved', 'Gone']);
      expect(await types({ types: [] })).toEqual([]);
      expect(await types({ skip: ['Noted', 'Unheard'] })).toEqual(['Moved', 'Gone']);
      expect(await types({ skip: [] })).toHaveLength(4);
    });

    it('moves its position over facts that are not wanted', async () => {
      await store().append('note-1', 0, [proposed('Noted'), ...proposals(30, 'Moved')]);
      const head = await store().head();
      for (const wanted of [{ types: ['Noted'] }, { types: ['Unheard'] }, { skip: ['Moved'] }]) {
        expect((await batchesOf(store(), { ...wanted, batch: 2 })).at(-1)?.position).toBe(head);
      }
    });

    it('fills its batches though others lie between', async () => {
      for (let n = 0; n < 6; n += 1)
        await store().append(`note-${n}`, 0, [proposed('Noted'), ...proposals(40, 'Moved')]);
      const batches = await batchesOf(store(), { types: ['Noted'], batch: 3 });
      expect(batches.map(({ facts }) => facts.length).filter((length) => length > 0)).toEqual([3, 3]);
    });

    it('ends at the head though facts are appended all the while', async () => {
      await fill(store(), 'note-1', 5);
      let read = 0;
      for await (const { facts } of store().readAll({ batch: 1 })) {
        read += facts.length;
        await fill(store(), 'note-1', 1);
        if (read > 50) break;
      }
      expect(read).toBe(5);
    });

    it('lets appends through while a slow reader stands in the middle', async () => {
      await store().append('note-1', 0, proposals(10));
      const reader = store().readAll({ batch: 2 })[Symbol.asyncIterator]();
      await reader.next();
      await expect(store().append('note-1', 10, [proposed()])).resolves.toMatchObject({ revision: 10 });
      const next = await reader.next();
      expect(revisions((next.value as { facts: readonly Recorded[] }).facts)).toEqual([2, 3]);
      await reader.return?.();
    });
  });
}
