import type { Index } from '#kernel/projection.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import { CLOCK, keysOf, specWith, written, type ReadModelsSubject } from './read-models-subject.js';

const BY_STAGE: Index = { stage: 1 };
const SPEC = specWith(BY_STAGE);

/** What readers have while builds and versions follow each other. */
export function answeringContract(subject: () => ReadModelsSubject): void {
  const readModels = (): ReadModels => subject().readModels;

  describe('answering', () => {
    it('lets who pinned a build read it to the end, whichever readers are switched to and whatever is removed', async () => {
      const reader = await readModels().open(SPEC);
      await reader.write([written('a', { stage: 'old' }), written('b', {})], { position: 5, clock: CLOCK });
      const pinned = [await reader.pin(), await reader.pin()];
      for (const round of [1, 2]) {
        const build = await readModels().build(SPEC);
        await build.write([written(`new-${round}`, { stage: 'new' })], { position: 6 + round, clock: CLOCK });
        await readModels().swap(build);
        for (const { model } of pinned) {
          expect(keysOf(await model.scan('', 9))).toEqual(['a', 'b']);
          expect(keysOf(await model.find({ index: BY_STAGE, equal: { stage: 'old' }, limit: 5 }))).toEqual(['a']);
          expect((await model.checkpoint()).position).toBe(5);
        }
        expect(keysOf(await reader.scan('', 9))).toEqual([`new-${round}`]);
      }
      pinned[0]?.release();
      pinned[0]?.release();
      expect(keysOf((await pinned[1]?.model.scan('', 9)) ?? [])).toEqual(['a', 'b']);
      pinned[1]?.release();
    });

    it('names each build, in every process alike, and has it by its name as long as it is kept', async () => {
      const other = (await subject().another?.()) ?? readModels();
      const reader = await readModels().open(SPEC);
      const editions: string[] = [];
      const begun = async (key: string, former: 'keep' | 'drop'): Promise<void> => {
        const build = await readModels().build(SPEC);
        await build.write([written(key, { stage: 'new' })], { position: 6, clock: CLOCK });
        await readModels().swap(build, former);
        editions.push(await reader.edition());
      };
      const kept = async (from: ReadModels): Promise<unknown> =>
        Promise.all(
          editions.map(async (edition) => {
            const pinned = await from.pin(SPEC, edition);
            const found = await pinned?.model.find({ index: BY_STAGE, equal: { stage: 'new' }, limit: 5 });
            pinned?.release();
            return found && keysOf(found)[0];
          }),
        );
      await begun('first', 'drop');
      await reader.write([written('a', { stage: 'old' })], { position: 7, clock: CLOCK });
      expect(await reader.edition()).toBe(editions[0]); // what is folded on is the same build
      await begun('second', 'keep');
      for (const from of [readModels(), other]) expect(await kept(from)).toEqual(['first', 'second']);
      await readModels().switchBack(SPEC);
      for (const from of [other, readModels()]) expect(await kept(from)).toEqual(['first', 'second']);
      await readModels().drop(SPEC);
      for (const from of [readModels(), other]) expect(await kept(from)).toEqual(['first', undefined]);
      await begun('third', 'keep');
      const NEXT = { ...SPEC, version: 2 };
      const pinned = await readModels().pin(NEXT, editions[2] ?? '');
      expect([pinned?.model.version, keysOf((await pinned?.model.scan('', 9)) ?? [])]).toEqual([1, ['third']]);
      pinned?.release();
      expect(await kept(readModels())).toEqual(['first', undefined, 'third']);
    });

    it('has what readers had of the newest earlier version, until one build of this version follows another', async () => {
      const NEXT = { ...SPEC, version: 3 };
      for (const version of [1, 2]) {
        const model = await readModels().open({ ...SPEC, version });
        expect(await readModels().earlier({ ...SPEC, version: 1 })).toBeUndefined();
        await model.write([written(`of-${version}`, { stage: 'old' })], { position: 4 + version, clock: CLOCK });
      }
      const present = await readModels().open(NEXT);
      const seen = async (): Promise<unknown> => {
        const model = await readModels().earlier(NEXT);
        if (model === undefined) return undefined;
        const found = await model.find({ index: BY_STAGE, equal: { stage: 'old' }, limit: 5 });
        return [model.version, (await model.checkpoint()).position, keysOf(found)];
      };
      expect(await seen()).toEqual([2, 6, ['of-2']]);
      for (const left of [[2, 6, ['of-2']], undefined]) {
        const build = await readModels().build(NEXT);
        await build.write([written('new', {})], { position: 7, clock: CLOCK });
        await readModels().swap(build, 'keep');
        expect(keysOf(await present.scan('', 9))).toEqual(['new']);
        expect(await seen()).toEqual(left);
      }
    });

    it('drops with what was kept what there is of earlier versions', async () => {
      await (await readModels().open(SPEC)).write([written('a', {})], { position: 5, clock: CLOCK });
      const NEXT = { ...SPEC, version: 2 };
      await (await readModels().open(NEXT)).write([], { position: 6, clock: CLOCK });
      expect(await readModels().drop(NEXT)).toBe(true);
      expect(await readModels().earlier(NEXT)).toBeUndefined();
      expect(await readModels().drop(NEXT)).toBe(false);
      expect((await (await readModels().open(NEXT)).checkpoint()).position).toBe(6);
    });
  });
}
