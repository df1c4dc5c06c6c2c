import { gzipSync } from 'node:zlib';
import { ImportWorld, shipped } from './import.fixture.js';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const row = (changes: Readonly<Record<string, string>> = {}): string => {
  const fields: Record<string, string> = {
    ...{ invoice: '1', sku: 'mug', text: 'THING', quantity: '6', at: '2011-03-01 08:26:00', price: '2.55' },
    ...{ customer: '7.0', country: 'United Kingdom', ...changes },
  };
  return Object.values(fields).join(',');
};
const good = row({ invoice: '99', customer: '99.0' });

describe('a hostile file', () => {
  const mapping = shipped('online-retail');
  let world: ImportWorld;
  beforeEach(async () => {
    world = await ImportWorld.open();
  });
  afterEach(() => world.close());

  it.each([
    ['no number', { quantity: 'NaN' }],
    ['an infinity', { price: 'Infinity' }],
    ['1e999', { price: '1e999' }],
    ['a price beyond what is exact', { price: '99999999999999999999' }],
    ['more pieces than a line may have', { quantity: '99999999999' }],
    ['half a piece', { quantity: '1.5' }],
    ['year 9999', { at: '9999-12-31 00:00:00' }],
    ['year 1899', { at: '1899-12-31 00:00:00' }],
    ['30 February', { at: '2011-02-30 08:00:00' }],
    ['SQL for a date', { at: "'; DROP TABLE facts; --" }],
    ['a NUL in a product', { sku: 'a\u0000b' }],
    ['a product of 5,000 characters', { sku: 'x'.repeat(5_000) }],
    ['a customer that is a path', { customer: '../../etc/passwd' }],
    ['a customer that is an e-mail address', { customer: 'ann@example.org' }],
  ])('%s is a reject line, and the row beside it is imported', async (_, changes) => {
    const bad = row(changes);
    const { reconciliation, rejects, broken } = await world.import(
      world.file('a.csv', [header, bad, good, ''].join('\n')),
      mapping,
    );
    expect(broken).toBeUndefined();
    expect(reconciliation).toMatchObject({ rowsRead: 2, accepted: 1, rejected: 1, purchases: 1 });
    expect(rejects).toEqual([[2, expect.any(String), expect.stringMatching(/./), bad]]);
  });

  it.each([
    ['within a field', 'PIPE 5" LONG'],
    ['behind a closed one', '"PIPE" 5'],
    ['that should have been doubled', '"PIPE 5" LONG"'],
  ])('a quote %s is a reject line that says what to do, and the rows behind it are imported', async (_, text) => {
    const bad = row({ text });
    const { reconciliation, rejects, broken } = await world.import(
      world.file('a.csv', [header, bad, good, ''].join('\n')),
      mapping,
    );
    expect(broken).toBeUndefined();
    expect(reconciliation).toMatchObject({ rowsRead: 2, accepted: 1, rejected: 1 });
    expect(rejects).toEqual([[2, '', expect.stringMatching(/quote.*"quote": null/), bad]]);
  });

  it('quotes within a quoted field are quotes where they are doubled, over lines too', async () => {
    const odd = row({ text: '"5"" PIPE, LONG\r\nAND ""ROUND"""', customer: '"7"', invoice: '"1"' });
    const { reconciliation } = await world.import(world.file('a.csv', [header, odd, good].join('\r\n')), mapping);
    expect(reconciliation).toMatchObject({ rowsRead: 2, accepted: 2, rejected: 0 });
  });

  it('too few and too many fields are reject lines', async () => {
    const { reconciliation } = await world.import(world.file('a.csv', [header, '1,mug', good, ''].join('\n')), mapping);
    expect(reconciliation).toMatchObject({ rowsRead: 2, accepted: 1, rejected: 1 });
  });

  it('bytes that are no UTF-8 are a reject line', async () => {
    const file = Buffer.concat([
      Buffer.from(`${header}\n`),
      Buffer.from(row({ sku: 'caf\u00e9' }), 'latin1'),
      Buffer.from(`\n${good}\n`),
    ]);
    const utf8 = { ...(mapping as object), file: { ...(mapping as { file: object }).file, encoding: 'utf-8' } };
    const { reconciliation, rejects } = await world.import(world.file('a.csv', file), utf8);
    expect(reconciliation).toMatchObject({ rowsRead: 2, accepted: 1, rejected: 1 });
    expect(rejects[0]?.[2]).toContain('utf-8');
  });

  it.each([
    [
      'a quote that is never closed',
      Buffer.from(`${header}\n${good}\n2,"mug${',x'.repeat(20)}\n${`${good}\n`.repeat(50)}`),
      /quote is not closed/,
    ],
    ['a row without an end', Buffer.from(`${header}\n${good}\n2,"${'x'.repeat(3_000_000)}`), /quote is not closed/],
    ['half a gzip', gzipSync(`${header}\n${good}\n`.repeat(200_000)).subarray(0, 4_000), /gzip file breaks off/],
    ['a text without lines', Buffer.from(`${header}\n${good}\n${'x'.repeat(3_000_000)}`), /line 2 .* longer than/],
    ['UTF-16', Buffer.from(`\ufeff${header}\n${good}\n`, 'utf16le'), /UTF-16/],
  ])('%s ends the reading, is said, and what stood before counts', async (_, content, said) => {
    const { broken } = await world.import(world.file('a.csv', content), mapping);
    expect(broken).toMatch(said);
    expect((await world.types())['PurchaseRecorded'] ?? 0).toBeLessThanOrEqual(1);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['JSON', Buffer.from('[{"a":1}]')],
    ['noise', Buffer.from(Array.from({ length: 5_000 }, (_, n) => (n * 7_919) % 251))],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('%s instead of a file is refused, and nothing is appended', async (_, content) => {
    const head = await world.patron.store.head();
    await expect(world.import(world.file('a.csv', content), mapping)).rejects.toThrow(
      /which the file has not|stands twice/,
    );
    expect(await world.patron.store.head()).toBe(head);
  });

  it('a file that is no text is refused in a few words that harm no terminal', async () => {
    const bytes = Buffer.from(`PK\u0003\u0004\u001b[2J${'\u0000,'.repeat(5_000)}`);
    const refused: unknown = await world.import(world.file('a.csv', bytes), mapping).catch((error: unknown) => error);
    const { message } = refused as Error;
    expect(message).toMatch(/which the file has not/);
    expect(message.length).toBeLessThan(2_000);
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });

  it.each([
    ['names no column', { customer: {} }, 'customer'],
    ['names a column that is not there', { customer: { column: 'Nobody' } }, 'customer.column names "Nobody"'],
    ['names a column that is a number', { customer: { column: 7 } }, 'customer.column'],
    ['has a field that nobody knows', { colour: 'red' }, 'colour'],
    ['has no date', { date: null }, 'date'],
  ])('a mapping that %s is refused with the path, and nothing is appended', async (_, changes, said) => {
    const head = await world.patron.store.head();
    const file = world.file('a.csv', [header, good, ''].join('\n'));
    await expect(world.import(file, { ...(mapping as object), ...changes })).rejects.toThrow(said);
    expect(await world.patron.store.head()).toBe(head);
  });

  it.each([
    ['a list', []],
    ['null', null],
    ['a text', 'DROP TABLE'],
    ['a number', 1],
  ])('a mapping that is %s is refused', async (_, given) => {
    await expect(world.import(world.file('a.csv', `${header}\n${good}\n`), given)).rejects.toThrow(
      'The mapping does not hold',
    );
  });
});
