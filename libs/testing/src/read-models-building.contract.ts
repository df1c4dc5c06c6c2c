import { setTimeout as pause } from 'node:timers/promises';
import type { Index } from '#kernel/projection.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import { CLOCK, keysOf, specWith, written, type ReadModelsSubject } from './read-models-subject.js';

const BY_STAGE: Index = { stage: 1 };
const SPEC = specWith(BY_STAGE);
const keysFrom = (letter: string, count: number): string[] => Array.from({ length: count }, (_, at) => letter + at);
/** How long another process may go on reading a former build. */
const NOTICE_MS = 250;

/** Building beside what is read, switching, and opening again. */
export function buildingContract(subject: () => ReadModelsSubject): void {
  const readModels = (): ReadModels => subject().readModels;

  describe('building anew', () => {
    it('starts empty and does not touch what is read', async () => {
      const read = await readModels().open(SPEC);
      await read.write([written('a', { stage: 'old' })], { position: 5, clock: CLOCK });
      const build = await readModels().build(SPEC);
      expect((await build.checkpoint()).position).toBe(0);
      await build.write([written('b', { stage: 'new' })], { position: 1, clock: CLOCK });
      expect(keysOf(await read.scan('', 10))).toEqual(['a']);
      expect((await read.checkpoint()).position).toBe(5);
      expect(keysOf(await build.scan('', 10))).toEqual(['b']);
      expect(keysOf(await build.find({ index: BY_STAGE, limit: 5 }))).toEqual(['b']);
    });

    it('switches all readers in one step', async () => {
      const before = await readModels().open(SPEC);
      await before.write([written('a', { stage: 'old' })], { position: 5, clock: CLOCK });
      const build = await readModels().build(SPEC);
      await build.write([written('b', { stage: 'new' }, { due: CLOCK })], { position: 7, clock: CLOCK });
      await readModels().swap(build);
      for (const model of [before, build, await readModels().open(SPEC)]) {
        expect(keysOf(await model.scan('', 10))).toEqual(['b']);
        expect(keysOf(await model.find({ index: BY_STAGE, equal: { stage: 'new' }, limit: 5 }))).toEqual(['b']);
        expect(await model.timers(undefined, 5)).toEqual([{ due: CLOCK, key: 'b' }]);
        expect(await model.count()).toBe(1);
        expect((await model.checkpoint()).position).toBe(7);
      }
    });

    it('keeps the former one where that is asked for, goes back to it in one step, and drops it', async () => {
      const reader = await readModels().open(SPEC);
      await reader.write([written('old', { stage: 'old' })], { position: 5, clock: CLOCK });
      const build = await readModels().build(SPEC);
      await build.write([written('new', { stage: 'new' })], { position: 7, clock: CLOCK });
      await readModels().swap(build, 'keep');
      expect(keysOf(await reader.scan('', 10))).toEqual(['new']);

      const begun = await readModels().build(SPEC); // takes nothing away, nor does giving it up
      await begun.write([written('begun', {})], { position: 1, clock: CLOCK });
      await readModels().abandon(begun);
      expect(await readModels().switchBack(SPEC)).toBe(true);
      for (const model of [reader, await readModels().open(SPEC)]) {
        expect(keysOf(await model.scan('', 10))).toEqual(['old']);
        expect(keysOf(await model.find({ index: BY_STAGE, limit: 5 }))).toEqual(['old']);
        expect((await model.checkpoint()).position).toBe(5);
      }
      await reader.write([written('older', { stage: 'old' })], { position: 8, clock: CLOCK });
      expect(await readModels().switchBack(SPEC)).toBe(true);
      expect(keysOf(await reader.scan('', 10))).toEqual(['new']);

      expect(await readModels().drop(SPEC)).toBe(true);
      expect(await readModels().drop(SPEC)).toBe(false);
      expect(await readModels().switchBack(SPEC)).toBe(false);
      expect(keysOf(await reader.scan('', 10))).toEqual(['new']);
    });

    it('keeps the former one when it is opened again, until the next swap', async () => {
      const { reopen } = subject();
      if (reopen === undefined) return;
      await (await readModels().open(SPEC)).write([written('old', {})], { position: 5, clock: CLOCK });
      await readModels().swap(await readModels().build(SPEC), 'keep');
      const again = await reopen();
      await again.build(SPEC);
      expect(await again.switchBack(SPEC)).toBe(true);
      expect(keysOf(await (await again.open(SPEC)).scan('', 10))).toEqual(['old']);
      await again.swap(await again.build(SPEC));
      expect(await again.switchBack(SPEC)).toBe(false);
    });

    it('finds what was left unfinished, as far as it was written, until it is read, given up or begun anew', async () => {
      const reopened = async () => (await subject().reopen?.()) ?? readModels();
      const progress = { streams: 7, parked: [] };
      expect(await readModels().unfinished(SPEC)).toBeUndefined();
      const begun = await readModels().build(SPEC);
      await begun.add([written('a', { stage: 'new' }), written('b', { stage: 'new' })]);
      await begun.write([written('c', {})], { position: 0, clock: CLOCK, progress });
      await begun.add([written('lost', {})]);

      const after = await reopened();
      const found = await after.unfinished(SPEC);
      expect(await found?.checkpoint()).toEqual({ position: 0, clock: CLOCK, progress });
      await found?.add([written('d', { stage: 'old' })]);
      await found?.write([], { position: 9, clock: CLOCK });
      expect(await found?.checkpoint()).toEqual({ position: 9, clock: CLOCK });
      if (found !== undefined) await after.swap(found);
      const reader = await after.open(SPEC);
      expect(keysOf(await reader.scan('', 10))).toEqual(['a', 'b', 'c', 'd']);
      expect(keysOf(await reader.find({ index: BY_STAGE, equal: { stage: 'new' }, limit: 5 }))).toEqual(['a', 'b']);
      expect(await (await reopened()).unfinished(SPEC)).toBeUndefined();
    });

    it('takes documents of several writers, each of whose keeps is told what was noted before', async () => {
      const build = await readModels().build(SPEC);
      const name = readModels().nameOf(build);
      const [one, two] = [await readModels().join(SPEC, name), await readModels().join(SPEC, name)];
      const keep = (writer: typeof build, part: string): Promise<void> =>
        writer.keep((before) => ({ parts: [...((before?.['parts'] as string[] | undefined) ?? []), part] }));
      await one.add(keysFrom('a', 10).map((key) => written(key, { stage: 'new' })));
      await two.add([written('b', { stage: 'old' })]);
      await keep(two, 'second');
      expect(await build.count()).toBe(1);
      await keep(one, 'first');
      await two.add([written('lost', {})]);
      for (const writer of [one, two]) await readModels().leave(writer);
      expect(await build.checkpoint()).toMatchObject({ position: 0, progress: { parts: ['second', 'first'] } });

      await build.index();
      await build.write([], { position: 9, clock: CLOCK });
      await readModels().swap(build);
      const reader = await readModels().open(SPEC);
      expect(keysOf(await reader.scan('', 20))).toEqual([...keysFrom('a', 10), 'b']);
      expect(keysOf(await reader.find({ index: BY_STAGE, equal: { stage: 'old' }, limit: 5 }))).toEqual(['b']);
      expect(await reader.checkpoint()).toEqual({ position: 9, clock: CLOCK });
    });

    it('is no build to go on with once it is read, though nothing was written since', async () => {
      const build = await readModels().build(SPEC);
      await build.write([written('a', {})], { position: 7, clock: CLOCK, progress: { parked: [] } });
      await build.index();
      expect((await build.checkpoint()).progress).toEqual({ parked: [] });
      await readModels().swap(build);
      expect(await build.checkpoint()).toEqual({ position: 7, clock: CLOCK });
      expect(await (await readModels().open(SPEC)).checkpoint()).toEqual({ position: 7, clock: CLOCK });
    });

    it('gives back what was added, whatever it is written in', async () => {
      const texts = ['plain', 'Zoë', '顧客', '🙂', '\ud800 alone', '\u0000', 'x'.repeat(70_000), ''];
      const build = await readModels().build(SPEC);
      for (const round of [0, 1, 2]) {
        const docs = texts.map((stage, at) => written(`${round} ${at} ${stage.slice(0, 5)}`, { stage, round }));
        await build.add([...docs, written(`${round} none`, null)]);
        await build.keep(() => ({ round }));
      }
      await build.index();
      await readModels().swap(build);
      const found = await (await readModels().open(SPEC)).scan('', 99);
      expect(found).toHaveLength(3 * texts.length);
      for (const { key, doc } of found) expect([key, doc?.['stage']]).toEqual([key, texts[Number(key.split(' ')[1])]]);
    });

    it('refuses, before it is read, a document that two writers added', async () => {
      const build = await readModels().build(SPEC);
      const twice = async (): Promise<void> => {
        for (const writer of [build, await readModels().join(SPEC, readModels().nameOf(build))]) {
          await writer.add([written('a', {})]);
          await writer.keep(() => ({}));
        }
        await build.index();
      };
      await expect(twice()).rejects.toMatchObject({ code: 'read_models.stale_document', key: 'a' });
    });

    it('refuses, before it is read, a document that was added twice', async () => {
      const build = await readModels().build(SPEC);
      const twice = async (): Promise<void> => {
        await build.add([written('a', {}), written('b', {})]);
        await build.add([written('a', {})]);
        await build.write([], { position: 1, clock: CLOCK });
        await readModels().swap(build);
      };
      await expect(twice()).rejects.toMatchObject({ code: 'read_models.stale_document' });
    });

    it('goes on writing what was switched to', async () => {
      const reader = await readModels().open(SPEC);
      const build = await readModels().build(SPEC);
      await readModels().swap(build);
      await build.write([written('a', { stage: 'new' })], { position: 1, clock: CLOCK });
      expect(keysOf(await reader.scan('', 10))).toEqual(['a']);
    });

    it('switches again and again', async () => {
      const reader = await readModels().open(SPEC);
      for (let round = 1; round <= 3; round += 1) {
        const build = await readModels().build(SPEC);
        await build.write([written(`round-${round}`, {})], { position: round, clock: CLOCK });
        await readModels().swap(build);
        expect(keysOf(await reader.scan('', 10))).toEqual([`round-${round}`]);
      }
    });

    it('shows another process what was written and switched to', async () => {
      const other = await subject().another?.();
      if (other === undefined) return;
      const reader = await other.open(SPEC);
      expect(await reader.count()).toBe(0);
      const model = await readModels().open(SPEC);
      await model.write([written('a', {})], { position: 1, clock: CLOCK });
      await pause(NOTICE_MS);
      expect(keysOf(await reader.scan('', 10))).toEqual(['a']);
      const build = await readModels().build(SPEC);
      await build.write([written('b', { stage: 'new' })], { position: 1, clock: CLOCK });
      expect(keysOf(await reader.scan('', 10))).toEqual(['a']);
      await readModels().swap(build);
      await pause(NOTICE_MS);
      expect(keysOf(await reader.find({ index: BY_STAGE, limit: 5 }))).toEqual(['b']);
    });

    it('shows another process documents and checkpoint of one write together', async () => {
      const other = (await subject().another?.()) ?? readModels();
      const [model, reader] = [await readModels().open(SPEC), await other.open(SPEC)];
      const keys = Array.from({ length: 50 }, (_, n) => `key-${n}`);
      const positions = async (): Promise<readonly number[]> =>
        [...(await reader.load(keys)).values()].map(({ position }) => position);
      let apart = 0;
      for (let position = 1; position <= 20; position += 1) {
        const writes = keys.map((key) => written(key, { position }, { position, loadedAt: position - 1 }));
        const writing = model.write(writes, { position, clock: CLOCK });
        let settled = false;
        void writing.finally(() => (settled = true));
        do {
          const checkpoint = (await reader.checkpoint()).position;
          if ((await positions()).some((at) => at < checkpoint)) apart += 1;
          const seen = Math.max(0, ...(await positions()));
          if (subject().transactional && (await reader.checkpoint()).position < seen) apart += 1;
          await new Promise((resolve) => setImmediate(resolve));
        } while (!settled);
        await writing;
      }
      expect(apart).toBe(0);
    });

    it('is made once by 64 that open it first', async () => {
      const models = await Promise.all(Array.from({ length: 64 }, () => readModels().open(SPEC)));
      await Promise.all(
        models.map((model, n) => model.write([written(`key-${n}`, {})], { position: 1, clock: CLOCK })),
      );
      for (const model of models) expect(await model.count()).toBe(64);
    });

    it('keeps how far a build came with what it holds, so that it need not start over', async () => {
      const build = await readModels().build(SPEC);
      for (let position = 1; position <= 3; position += 1) {
        const keys = [written(`key-${position}`, {}, { position })];
        await build.write(keys, { position: position * 100, clock: CLOCK });
        expect(await build.checkpoint()).toEqual({ position: position * 100, clock: CLOCK });
      }
    });

    it('refuses to become the one that is read where a new document was there already', async () => {
      const build = await readModels().build(SPEC);
      await build.write([written('a', {})], { position: 1, clock: CLOCK });
      const finished = async (): Promise<void> => {
        await build.write([written('a', {})], { position: 2, clock: CLOCK }); // may tell only at the end
        await readModels().swap(build);
      };
      await expect(finished()).rejects.toMatchObject({ code: 'read_models.stale_document', key: 'a' });
      expect(await (await readModels().open(SPEC)).count()).toBe(0);
    });

    it('keeps everything when it is opened again, and only the build that is read', async () => {
      const { reopen } = subject();
      if (reopen === undefined) return;
      const first = await readModels().open(SPEC);
      await first.write([written('a', {})], { position: 1, clock: CLOCK });
      const build = await readModels().build(SPEC);
      await build.write([written('b', { stage: 'new' }, { position: 3 })], { position: 4, clock: CLOCK });
      await readModels().swap(build);
      const unfinished = await readModels().build(SPEC);
      await unfinished.write([written('c', {})], { position: 9, clock: CLOCK });

      const again = await (await reopen()).open(SPEC);

      expect(keysOf(await again.find({ index: BY_STAGE, limit: 5 }))).toEqual(['b']);
      expect(await again.checkpoint()).toEqual({ position: 4, clock: CLOCK });
    });
  });
}
