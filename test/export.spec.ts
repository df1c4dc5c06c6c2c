import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import type { Recorded } from '#kernel/fact.js';
import { AnalystWorld, rowsIn } from './analyst.fixture.js';

const folder = tempFolder();
const out = (name: string): string => join(folder(), name);

describe('patron export', () => {
  let world: AnalystWorld;
  let all: Recorded[];
  let half: number;
  beforeAll(async () => {
    world = await AnalystWorld.open();
    await world.send('RegisterCustomer', { customerId: 'ann', name: 'Ann Example', language: 'en' });
    const buy = (customerId: string, purchaseId: string) =>
      world.send('RecordPurchase', { customerId, purchaseId, total: { units: 1_250, scale: 2, currency: 'USD' } });
    half = await buy('ann', 'p-1');
    await buy('bob', 'p-2');
    all = [];
    for await (const { facts } of world.patron.engine.store.readAll()) all.push(...facts);
  });
  afterAll(() => world.close());

  it('writes every fact as it is stored, personal fields sealed', async () => {
    expect((await world.cli('export', 'facts', '--out', out('facts.parquet'))).code).toBe(0);
    const rows = rowsIn(out('facts.parquet'));
    const plain = rows.map(({ data, metadata, occurredAt, recordedAt, position, ...row }) => ({
      ...{ ...row, position: Number(position), revision: Number(row['revision']), version: Number(row['version']) },
      ...{ data: JSON.parse(String(data)) as unknown, metadata: JSON.parse(String(metadata)) as unknown },
      ...{
        occurredAt: new Date(Number(occurredAt)).toISOString(),
        recordedAt: new Date(Number(recordedAt)).toISOString(),
      },
    }));
    const customerOf = (stream: string): string | null => (stream.startsWith('customer-') ? stream.slice(9) : null);
    expect(plain).toEqual(all.map((fact) => ({ ...fact, customerId: customerOf(fact.stream) })));
    const registered = rows.find(({ type }) => type === 'CustomerRegistered');
    expect(registered?.['data']).toContain('sealed:1:');
    expect(JSON.stringify(plain)).not.toContain('Ann Example');
  });

  it('makes columns of the fields of facts of one type, and stops at a moment', async () => {
    const type = ['--type', 'PurchaseRecorded'];
    await world.cli('export', 'facts', ...type, '--out', out('bought.parquet'));
    const bought = { type: 'PurchaseRecorded', 'data.total.units': 1_250n, 'data.total.currency': 'USD' };
    expect(rowsIn(out('bought.parquet'))).toMatchObject([
      { ...bought, customerId: 'ann', 'data.purchaseId': 'p-1' },
      { ...bought, customerId: 'bob', 'data.purchaseId': 'p-2' },
    ]);
    await world.cli('export', 'facts', ...type, '--as-of', String(half), '--out', out('half.ndjson'));
    const lines = readFileSync(out('half.ndjson'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { type: 'PurchaseRecorded', customerId: 'ann' },
    ]);
  });

  it('writes the documents of a read model, all or some', async () => {
    const told = await world.cli('export', 'customer_card', '--out', out('cards.parquet'));
    expect(told.out).toMatch(/^2 documents in [\d.]+ s: .*cards\.parquet$/);
    expect(rowsIn(out('cards.parquet'))).toMatchObject([
      { customerId: 'ann', name: 'Ann Example' },
      { customerId: 'bob', name: null },
    ]);
    await world.cli('export', 'lifecycle_stage', '--where', 'stage=first purchase', '--out', out('stages.csv'));
    const [header = '', ...rows] = readFileSync(out('stages.csv'), 'utf8').trim().split('\r\n');
    expect(header).toMatch(/^customerId,stage,since,/);
    expect(rows.map((row) => row.split(',', 2)).sort()).toEqual([
      ['ann', 'first purchase'],
      ['bob', 'first purchase'],
    ]);
  });

  it.each(['csv', 'parquet'])(
    'writes an object that is null for some once, by its inner columns (%s)',
    async (ending) => {
      for (const [purchaseId, at] of [
        ['c-1', '2024-01-01T10:00:00Z'],
        ['c-2', '2025-10-01T10:00:00Z'],
      ])
        await world.send('RecordPurchase', {
          customerId: 'cas',
          purchaseId,
          at,
          total: { units: 1, scale: 0, currency: 'USD' },
        });
      const path = out(`stages.${ending}`);
      await world.cli('export', 'lifecycle_stage', '--force', '--out', path);
      const columns =
        ending === 'csv'
          ? readFileSync(path, 'utf8').split('\r\n', 1)[0]?.split(',')
          : Object.keys(rowsIn(path)[0] ?? {});
      expect(columns?.filter((name) => name.startsWith('wonBack'))).toEqual(['wonBack.day', 'wonBack.afterDays']);
    },
  );

  it('of nothing is a table all the same', async () => {
    expect((await world.cli('export', 'complaint_cases', '--out', out('cases.csv'))).code).toBe(0);
    expect(readFileSync(out('cases.csv'), 'utf8')).toMatch(/^customerId,[^\r]*\r\n$/);
    const type = ['--type', 'ComplaintRaised'];
    expect((await world.cli('export', 'facts', ...type, '--out', out('none.parquet'))).code).toBe(0);
    expect(rowsIn(out('none.parquet'))).toEqual([]);
  });

  it.each([
    [['export', 'facts'], 2, '--out is missing'],
    [['export', 'facts', '--type', 'PurchaseRecordd'], 2, 'Did you mean PurchaseRecorded'],
    [['export', 'facts', '--where', 'type=x'], 2, 'facts take --type'],
    [['export', 'value_tier', '--type', 'PurchaseRecorded'], 2, '--type goes with facts'],
    [['export', 'value_teer'], 3, 'There is no read model value_teer.'],
    [['export', 'value_tier', '--where', 'nothing=1'], 2, 'no declared index serves'],
    [['export', 'facts', '--as-of', '2199-01-01T00:00:00Z', '--by', 'business'], 2, 'has not come'],
  ])('%j is refused, and nothing is written', async (words, code, message) => {
    const target = words.length === 2 && words[1] === 'facts' ? [] : ['--out', out('refused.parquet')];
    expect(await world.cli(...words, ...target)).toEqual({ code, out: expect.stringContaining(message) as unknown });
    expect(existsSync(out('refused.parquet'))).toBe(false);
  });
});
