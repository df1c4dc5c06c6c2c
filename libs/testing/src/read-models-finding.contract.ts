import { DefinitionError } from '#kernel/errors.js';
import type { Index } from '#kernel/projection.js';
import { fieldOf } from '#kernel/ports/read-models.js';
import type { Json, Query, ReadModel, ReadModels, Stored } from '#kernel/ports/read-models.js';
import { CLOCK, keysOf, specWith, written } from './read-models-subject.js';

const BY_STAGE: Index = { stage: 1, since: -1 };
const BY_SPEND: Index = { 'spend.units': 1 };
const FALLING: Index = { mixed: -1 };
const MIXED: Index = { mixed: 1 };

const DOCS: Readonly<Record<string, Json>> = {
  a: { stage: 'active', since: 3, spend: { units: 30 }, mixed: 2 },
  b: { stage: 'active', since: 1, spend: { units: 10 }, mixed: '2' },
  c: { stage: 'active', since: 3, spend: { units: 20 }, mixed: null },
  d: { stage: 'lapsed', since: 2, spend: { units: 20 }, mixed: -1.5 },
  e: { stage: 'lapsed', since: null, mixed: '\u{1F600}' },
  f: { since: 5, spend: null, mixed: '\uFF5E' },
};

/** Finding documents by a declared index, page by page. */
export function findingContract(readModels: () => ReadModels): void {
  describe('finding', () => {
    let model: ReadModel;

    beforeEach(async () => {
      model = await readModels().open(specWith(BY_STAGE, BY_SPEND, MIXED, FALLING));
      const writes = Object.entries(DOCS).map(([key, doc]) => written(key, doc));
      await model.write(writes, { position: 1, clock: CLOCK });
    });

    const found = async (query: Omit<Query, 'limit'>): Promise<string> =>
      keysOf(await model.find({ limit: 100, ...query })).join('');

    it.each<[string, Omit<Query, 'limit'>, string]>([
      ['rising and falling fields, ties by key', { index: BY_STAGE }, 'facbde'],
      ['the other way round', { index: BY_STAGE, reverse: true }, 'edbcaf'],
      ['one value', { index: BY_STAGE, equal: { stage: 'active' } }, 'acb'],
      ['one value the other way round', { index: BY_STAGE, equal: { stage: 'active' }, reverse: true }, 'bca'],
      ['two values', { index: BY_STAGE, equal: { stage: 'active', since: 3 } }, 'ac'],
      ['documents without the field', { index: BY_STAGE, equal: { stage: null } }, 'f'],
      ['a value that none has', { index: BY_STAGE, equal: { stage: 'won' } }, ''],
      ['a range behind a value', { index: BY_STAGE, equal: { stage: 'active' }, range: { gte: 2 } }, 'ac'],
      ['a range, both ends', { index: BY_SPEND, range: { gt: 10, lte: 20 } }, 'cd'],
      ['a range below, null left out', { index: BY_SPEND, range: { lt: 30 } }, 'bcd'],
      ['a nested field, null first', { index: BY_SPEND }, 'efbcda'],
      ['null, numbers, texts by code point', { index: MIXED }, 'cdabfe'],
      ['the same falling', { index: FALLING }, 'efbadc'],
      ['numbers only for a number', { index: MIXED, range: { gte: -5 } }, 'da'],
      ['texts only for a text', { index: MIXED, range: { lte: '\uFF5E' } }, 'bf'],
      ['nothing between a number and a text', { index: MIXED, range: { gte: 0, lte: 'z' } }, ''],
    ])('gives %s', async (_, query, expected) => {
      expect(await found(query)).toBe(expected);
    });

    it('puts false before true', async () => {
      await model.write([written('y', { mixed: true }), written('n', { mixed: false })], { position: 2, clock: CLOCK });
      expect(await found({ index: MIXED, equal: { mixed: true } })).toBe('y');
      const order = await found({ index: MIXED });
      expect(order.indexOf('n')).toBeLessThan(order.indexOf('y'));
    });

    it('gives whole documents and no tombstones', async () => {
      await model.write([written('a', null, { position: 2, loadedAt: 1 })], { position: 2, clock: CLOCK });
      const stored = await model.find({ index: BY_STAGE, equal: { stage: 'active' }, limit: 5 });
      expect(stored).toEqual(
        ['c', 'b'].map((key): Stored => ({ key, doc: DOCS[key] ?? null, position: 1, due: null })),
      );
    });

    it('follows a document that changes its place', async () => {
      const moved = written('a', { ...DOCS['a'], stage: 'lapsed' }, { position: 2, loadedAt: 1 });
      await model.write([moved], { position: 2, clock: CLOCK });
      expect(await found({ index: BY_STAGE, equal: { stage: 'active' } })).toBe('cb');
      expect(await found({ index: BY_STAGE, equal: { stage: 'lapsed' } })).toBe('ade');
    });

    /** Walks a query page by page, with something happening between the pages. */
    const paged = async (
      query: Query,
      between: (page: number) => Promise<void> = async () => undefined,
    ): Promise<string[]> => {
      const keys: string[] = [];
      let after: readonly unknown[] | undefined;
      for (let page = 1; page < 50; page += 1) {
        const stored = await model.find({ ...query, ...(after && { after }) });
        keys.push(...keysOf(stored));
        const last = stored.at(-1);
        if (last === undefined) break;
        after = [...Object.keys(query.index).map((field) => fieldOf(last.doc ?? {}, field)), last.key];
        await between(page);
      }
      return keys;
    };

    it.each([1, 2, 3, 4])('pages by %i and survives ties, nulls and mixed values', async (limit) => {
      for (const index of [BY_STAGE, BY_SPEND, MIXED, FALLING]) {
        for (const reverse of [false, true]) {
          const whole = keysOf(await model.find({ index, reverse, limit: 100 }));
          expect(await paged({ index, reverse, limit })).toEqual(whole);
        }
      }
      expect(await paged({ index: BY_STAGE, equal: { stage: 'active' }, limit })).toEqual(['a', 'c', 'b']);
      expect(await paged({ index: BY_SPEND, range: { gte: 20 }, limit })).toEqual(['c', 'd', 'a']);
    });

    it('gives each document once though others come in between pages', async () => {
      const query: Query = { index: BY_STAGE, equal: { stage: 'active' }, limit: 1 };
      const keys = await paged(query, async (page) => {
        if (page !== 1) return;
        const before = written('0', { stage: 'active', since: 3 });
        const behind = written('ab', { stage: 'active', since: 3 });
        await model.write([before, behind], { position: 2, clock: CLOCK });
      });
      expect(keys).toEqual(['a', 'ab', 'c', 'b']);
    });

    it.each<[string, Omit<Query, 'limit'>]>([
      ['an index that was not declared', { index: { since: 1 } }],
      ['values that are not the first fields', { index: BY_STAGE, equal: { since: 1 } }],
      ['a range without a field left', { index: BY_SPEND, equal: { 'spend.units': 1 }, range: { gt: 0 } }],
      ['a page mark of another index', { index: BY_STAGE, after: ['active', 'a'] }],
    ])('refuses %s', async (_, query) => {
      await expect(model.find({ ...query, limit: 1 })).rejects.toBeInstanceOf(DefinitionError);
    });
  });

  describe('scanning', () => {
    it('goes through the documents in key order', async () => {
      const model = await readModels().open(specWith());
      const keys = ['b', 'a', 'c-10', 'c-1', 'é', '\u{1F600}', '\uFF5E'];
      await model.write(
        keys.map((key) => written(key, {})),
        { position: 1, clock: CLOCK },
      );
      const seen: string[] = [];
      for (
        let page = keysOf(await model.scan('', 2));
        page.length > 0;
        page = keysOf(await model.scan(page.at(-1) ?? '', 2))
      ) {
        seen.push(...page);
      }
      expect(seen).toEqual(['a', 'b', 'c-1', 'c-10', 'é', '\uFF5E', '\u{1F600}']);
      expect(await model.count()).toBe(keys.length);
    });

    it('gives texts of the same documents in the same order, without tombstones', async () => {
      const model = await readModels().open(specWith());
      const doc = { name: 'é', list: [1, null], nested: { x: 'y' } };
      await model.write([written('b', doc), written('a', {}), written('d', {})], { position: 1, clock: CLOCK });
      await model.write([{ ...written('a', null), position: 2, loadedAt: 1 }], { position: 2, clock: CLOCK });
      expect(keysOf(await model.scan('', 9))).toEqual(['b', 'd']);
      const texts = await model.texts('', 9);
      expect(texts.map(({ key, text }) => [key, JSON.parse(text)])).toEqual([
        ['b', doc],
        ['d', {}],
      ]);
      expect(await model.texts('b', 1)).toEqual([{ key: 'd', text: '{}' }]);
    });
  });
}
