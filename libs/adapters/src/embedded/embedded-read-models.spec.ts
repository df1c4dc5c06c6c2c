import { copyFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { walkOf } from '#kernel/ports/index-order.js';
import type { Query } from '#kernel/ports/read-models.js';
import type { Index } from '#kernel/projection.js';
import { CLOCK, specWith, written } from '#testing/read-models-subject.js';
import { tempFolder } from '#testing/temp-folder.js';
import { EmbeddedReadModels } from './embedded-read-models.js';
import { orderOf, segmentsOf } from './index-walk.js';
import { runningSince } from './running-since.js';
import { openDatabase, scalar } from './sqlite.js';

const BY_STAGE: Index = { stage: 1, since: -1 };
const SPEC = specWith(BY_STAGE);

/** Elsewhere builds are synced as they grow. */
const whereItSays = runningSince() === undefined ? it.skip : it;

describe('files of embedded read models', () => {
  const folder = tempFolder();
  const notices: string[] = [];
  const files = (): string[] => readdirSync(join(folder(), 'read-models')).sort();
  const database = (): string => join(folder(), 'read-models', files().find((name) => name.endsWith('.db')) ?? '');
  const open = (mode: 'write' | 'read' = 'write'): Promise<EmbeddedReadModels> =>
    EmbeddedReadModels.open({ folder: folder(), mode, notice: (text) => notices.push(text) });
  const filled = async (): Promise<void> => {
    const readModels = await open();
    const model = await readModels.open(SPEC);
    const writes = Array.from({ length: 300 }, (_, n) => written(`key-${n}`, { stage: `stage ${n}`, since: n }));
    await model.write(writes, { position: 300, clock: CLOCK });
    await readModels.close();
  };

  beforeEach(() => notices.splice(0));

  it.each<[string, (path: string) => void]>([
    ['something else', (path) => writeFileSync(path, 'not a database '.repeat(500))],
    ['a file cut short', (path) => truncateSync(path, 8_192)],
    [
      'a database of another program',
      (path) => {
        const db = openDatabase(path);
        db.exec('PRAGMA application_id = 7');
        db.close();
      },
    ],
  ])('%s is set aside, said, and folded again', async (_, damage) => {
    await filled();
    damage(database());
    const readModels = await open();
    const model = await readModels.open(SPEC);
    expect((await model.checkpoint()).position).toBe(0);
    await model.write([written('a', {})], { position: 1, clock: CLOCK });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain('read model stages is folded again');
    expect(files().some((name) => name.includes('.broken-'))).toBe(true);
    await readModels.close();
  });

  it('are begun anew where the declared indexes changed', async () => {
    await filled();
    const readModels = await open();
    const model = await readModels.open(specWith({ since: 1 }));
    expect((await model.checkpoint()).position).toBe(0);
    await readModels.close();
  });

  it.each([
    { made: 'says what indexes it has', forget: '' },
    { made: 'is of a program that did not say so', forget: 'DROP TABLE spec' },
  ])('of an earlier version answer other processes over the indexes they have, where one $made', async ({ forget }) => {
    await filled();
    const db = openDatabase(database());
    db.exec(forget);
    db.close();
    const reader = await open('read');
    const next = { ...specWith(BY_STAGE), version: 2 };
    const alike = await reader.earlier(next);
    const first = await alike?.find({ index: BY_STAGE, equal: { stage: 'stage 7' }, limit: 2 });
    expect([alike?.version, first?.map(({ key }) => key)]).toEqual([1, ['key-7']]);
    await reader.close();

    const again = await open('read');
    const other = await again.earlier({ ...specWith({ since: 1 }), version: 2 });
    expect(await other?.count()).toBe(300);
    const asked = other?.find({ index: { since: 1 }, limit: 2 });
    await expect(asked).rejects.toMatchObject({ code: 'read_models.index_not_built', kind: 'unavailable' });
    await again.close();
  });

  it('are dropped when their build is no longer read, and when it was never finished', async () => {
    const readModels = await open();
    await readModels.open(SPEC);
    await readModels.swap(await readModels.build(SPEC));
    await readModels.build(SPEC);
    await readModels.close();
    const again = await open();
    await again.open(SPEC);
    await again.swap(await again.build(SPEC));
    await again.close();
    expect(files().filter((name) => name.endsWith('.db'))).toHaveLength(1);
  });

  it('are dropped where a crash came between the switch to their successor and their removal', async () => {
    const readModels = await open();
    await readModels.open(SPEC);
    const [first = ''] = files().filter((name) => name.endsWith('.db'));
    await readModels.swap(await readModels.build(SPEC));
    await readModels.close();
    writeFileSync(join(folder(), 'read-models', first), '');
    const again = await open();
    await again.swap(await again.build(SPEC));
    await again.close();
    expect(files().filter((name) => name.endsWith('.db'))).toHaveLength(1);
  });

  whereItSays(
    'of a build hold what a killed process had written, and none of it once the machine was started anew',
    async () => {
      const begun = await open();
      const build = await begun.build(SPEC);
      await build.add([{ key: 'a', doc: { stage: 'x', since: 1 }, position: 1, due: null }]);
      await build.keep(() => ({ done: 1 }));
      await begun.leave(build);
      await begun.close();
      const path = database();

      const second = await open();
      const found = await second.unfinished(SPEC);
      expect((await found?.checkpoint())?.progress).toEqual({ done: 1 });
      if (found !== undefined) await second.leave(found);
      await second.close();

      const other = path.replace(/-b[0-9a-f]{8}\.db$/, '-b00000000.db');
      expect(other).not.toBe(path);
      renameSync(path, other);
      const third = await open();
      expect(await third.unfinished(SPEC)).toBeUndefined();
      expect(files().filter((name) => name.includes('00000000'))).toEqual([]);
      await third.close();
    },
  );

  whereItSays('of a build are synced, and read beside a writer, once it is the one that is read', async () => {
    const readModels = await open();
    const build = await readModels.build(SPEC);
    const path = database();
    const modeOf = (): unknown => {
      const db = openDatabase(path, { readOnly: true });
      const mode = scalar(db, 'PRAGMA journal_mode');
      db.close();
      return mode;
    };
    await build.write([written('a', { stage: 'x', since: 1 })], { position: 1, clock: CLOCK });
    expect(modeOf()).not.toBe('wal');
    await readModels.swap(build);
    expect(modeOf()).toBe('wal');
    expect(files().some((name) => name.endsWith('-journal'))).toBe(false);
    await readModels.close();
  });

  it('look empty to a reader before they are made', async () => {
    const readModels = await open('read');
    const model = await readModels.open(SPEC);
    expect(await model.count()).toBe(0);
    expect(await model.find({ index: BY_STAGE, limit: 1 })).toEqual([]);
    await expect(model.write([], { position: 1, clock: CLOCK })).rejects.toMatchObject({ code: 'store.unavailable' });
    await readModels.close();
  });

  it('look empty to a reader where a crash came while they were made', async () => {
    await filled();
    const path = database();
    rmSync(path);
    const made = join(folder(), 'made.db');
    const db = openDatabase(made);
    db.exec('CREATE TABLE docs (key); PRAGMA cache_size = 1; BEGIN');
    for (let n = 0; n < 100; n += 1) db.exec(`INSERT INTO docs VALUES ('${'x'.repeat(1_000)}')`);
    for (const side of ['', '-journal']) copyFileSync(made + side, path + side);
    db.close();
    const readModels = await open('read');
    expect(await (await readModels.open(SPEC)).count()).toBe(0);
    await readModels.close();
  });

  it.each<[string, Omit<Query, 'limit' | 'index'>]>([
    ['everything', {}],
    ['one value', { equal: { stage: 'stage 1' } }],
    ['the next page', { after: ['stage 1', 1, 'key-1'] }],
    ['the next page of one value', { equal: { stage: 'stage 1' }, after: ['stage 1', null, 'key-1'], reverse: true }],
    ['a range', { equal: { stage: 'stage 1' }, range: { gte: 1, lt: 9 }, reverse: true }],
  ])('are found by the index alone, without a scan or a sort: %s', async (_, query) => {
    await filled();
    const db = openDatabase(database(), { readOnly: true });
    const walk = walkOf({ index: BY_STAGE, limit: 5, ...query });
    const columns = ['f0', 'f1', 'key'];
    for (const { where, values } of segmentsOf(walk, columns)) {
      const conditions = ['doc IS NOT NULL', ...where].join(' AND ');
      const sql = `SELECT doc FROM docs INDEXED BY i0 WHERE ${conditions} ORDER BY ${orderOf(walk, columns)}`;
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as unknown[][];
      expect(plan.map((row) => row[3])).toEqual([expect.stringMatching(/USING INDEX i0/)]);
      if (where.length > 0) expect(plan[0]?.[3]).toMatch(/^SEARCH/);
    }
    db.close();
  });
});
