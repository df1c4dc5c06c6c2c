import { StaleDocument, type ReadModel, type Stored } from '#kernel/ports/read-models.js';
import { answeringContract } from './read-models-answering.contract.js';
import { belongingContract } from './read-models-belonging.contract.js';
import { buildingContract } from './read-models-building.contract.js';
import { findingContract } from './read-models-finding.contract.js';
import {
  CLOCK,
  keysOf,
  specWith,
  written,
  type OpenReadModels,
  type ReadModelsSubject,
} from './read-models-subject.js';

/** What every store of read models keeps to; its adapter's spec is one call of this. */
export function readModelsContract(adapter: string, open: OpenReadModels): void {
  describe(`ReadModels contract: ${adapter}`, () => {
    let subject: ReadModelsSubject;
    let model: ReadModel;

    beforeEach(async () => {
      subject = await open();
      model = await subject.readModels.open(specWith());
    });
    afterEach(() => subject.dispose());

    describe('writing and loading', () => {
      it('stands at position 0 while nothing was folded', async () => {
        expect((await model.checkpoint()).position).toBe(0);
        expect(await model.load(['a'])).toEqual(new Map());
        expect(await model.count()).toBe(0);
        expect([model.name, model.version]).toEqual(['stages', 1]);
      });

      it('gives back documents with position and due, and the checkpoint', async () => {
        const doc = { text: 'kůň 🐎', deep: { list: [1, null, { x: 0.1 }] }, nothing: null };
        await model.write([written('a', doc, { position: 7, due: CLOCK }), written('b', {})], {
          position: 9,
          clock: CLOCK,
        });
        expect(await model.load(['b', 'a', 'c'])).toEqual(
          new Map<string, Stored>([
            ['a', { key: 'a', doc, position: 7, due: CLOCK }],
            ['b', { key: 'b', doc: {}, position: 1, due: null }],
          ]),
        );
        expect(await model.checkpoint()).toEqual({ position: 9, clock: CLOCK });
      });

      it('loads many keys at once', async () => {
        const keys = Array.from({ length: 1_500 }, (_, n) => `key-${n}`);
        await model.write(
          keys.map((key) => written(key, { key })),
          { position: 1, clock: CLOCK },
        );
        const loaded = await model.load(keys);
        expect(loaded.size).toBe(1_500);
        expect(loaded.get('key-1499')?.doc).toEqual({ key: 'key-1499' });
      });

      it('moves its checkpoint without documents', async () => {
        await model.write([], { position: 5, clock: CLOCK });
        expect((await model.checkpoint()).position).toBe(5);
      });

      it('replaces a document', async () => {
        await model.write([written('a', { n: 1 }, { due: CLOCK })], { position: 1, clock: CLOCK });
        await model.write([written('a', { m: 2 }, { position: 2, loadedAt: 1 })], { position: 2, clock: CLOCK });
        expect((await model.load(['a'])).get('a')).toEqual({ key: 'a', doc: { m: 2 }, position: 2, due: null });
        expect(await model.count()).toBe(1);
      });

      it('keeps a tombstone, which only loading sees', async () => {
        await model.write([written('a', { n: 1 }, { due: CLOCK }), written('b', {})], { position: 1, clock: CLOCK });
        await model.write([written('a', null, { position: 2, loadedAt: 1 })], { position: 2, clock: CLOCK });
        expect((await model.load(['a'])).get('a')).toEqual({ key: 'a', doc: null, position: 2, due: null });
        expect(await model.count()).toBe(1);
        expect(keysOf(await model.scan('', 10))).toEqual(['b']);
        expect(await model.timers(undefined, 10)).toEqual([]);
      });

      it('makes a document again where a tombstone was', async () => {
        await model.write([written('a', null, { position: 3 })], { position: 3, clock: CLOCK });
        const again = written('a', { n: 1 }, { position: 4 });
        await expect(model.write([again], { position: 4, clock: CLOCK })).rejects.toBeInstanceOf(StaleDocument);
        await model.write([{ ...again, loadedAt: 3 }], { position: 4, clock: CLOCK });
        expect(await model.count()).toBe(1);
      });

      it.each([
        ['was changed since it was loaded', 3],
        ['was there already', 0],
      ])('refuses a document that %s', async (_, loadedAt) => {
        await model.write([written('a', { n: 1 }, { position: 5 })], { position: 5, clock: CLOCK });
        const stale = model.write([written('a', { n: 2 }, { position: 6, loadedAt })], { position: 6, clock: CLOCK });
        await expect(stale).rejects.toMatchObject({ code: 'read_models.stale_document', key: 'a' });
        expect((await model.load(['a'])).get('a')?.doc).toEqual({ n: 1 });
        expect((await model.checkpoint()).position).toBe(5);
      });

      it('refuses a change of a document that is not there', async () => {
        const stale = model.write([written('a', {}, { loadedAt: 4 })], { position: 6, clock: CLOCK });
        await expect(stale).rejects.toBeInstanceOf(StaleDocument);
        expect(await model.load(['a'])).toEqual(new Map());
      });

      it('writes nothing of a batch in which one document is stale', async () => {
        await model.write([written('b', { n: 1 })], { position: 1, clock: CLOCK });
        const batch = [written('a', {}), written('b', { n: 2 }, { loadedAt: 9 }), written('c', {})];
        await expect(model.write(batch, { position: 2, clock: CLOCK })).rejects.toBeInstanceOf(StaleDocument);
        expect((await model.checkpoint()).position).toBe(1);
        if (subject.transactional) expect(keysOf(await model.scan('', 10))).toEqual(['b']);
      });

      it('is not doubled by the same write sent again', async () => {
        const batch = [written('a', { n: 1 }, { position: 2 })];
        await model.write(batch, { position: 2, clock: CLOCK });
        await expect(model.write(batch, { position: 2, clock: CLOCK })).rejects.toBeInstanceOf(StaleDocument);
        expect((await model.load(['a'])).get('a')).toMatchObject({ doc: { n: 1 }, position: 2 });
      });

      it('is not changed by whoever changes what it was given or gave back', async () => {
        const doc = { list: [1] };
        await model.write([written('a', doc)], { position: 1, clock: CLOCK });
        doc.list.push(2);
        const given = (await model.load(['a'])).get('a')?.doc as { list: number[] };
        given.list.push(3);
        expect((await model.load(['a'])).get('a')?.doc).toEqual({ list: [1] });
      });

      it('keeps versions of one name apart', async () => {
        const next = await subject.readModels.open({ ...specWith(), version: 2 });
        await next.write([written('a', {})], { position: 1, clock: CLOCK });
        expect(await model.count()).toBe(0);
      });
    });

    describe('timers', () => {
      it('come earliest first, ties by key, from behind one of them on and up to a limit', async () => {
        const at = (day: number): string => `2026-05-0${day}T00:00:00.000Z`;
        const due: [string, string | null][] = [
          ['d', at(2)],
          ['a', at(3)],
          ['c', at(2)],
          ['b', at(1)],
          ['e', at(4)],
          ['f', null],
        ];
        await model.write(
          due.map(([key, when]) => written(key, {}, { due: when })),
          { position: 1, clock: CLOCK },
        );
        const timers = await model.timers(undefined, 10);
        expect(timers.map(({ key }) => key)).toEqual(['b', 'c', 'd', 'a', 'e']);
        expect(timers[0]).toEqual({ due: at(1), key: 'b' });
        expect(await model.timers(undefined, 2)).toEqual(timers.slice(0, 2));
        expect(await model.timers(timers[1], 2)).toEqual(timers.slice(2, 4));
        expect(await model.timers(timers[4], 2)).toEqual([]);
      });
    });

    findingContract(() => subject.readModels);
    belongingContract(() => subject);
    buildingContract(() => subject);
    answeringContract(() => subject);
  });
}
