import { readdirSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { ImportWorld, shipped } from './import.fixture.js';
import { withSharedData } from '#testing/shared-data.js';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const row = (invoice: string, sku: string, quantity: number, at: string, price: string, customer: string): string =>
  `${invoice},${sku},THING,${quantity},2011-${at},${price},${customer},United Kingdom`;
const csv = (...rows: readonly string[]): string => [header, ...rows, ''].join('\n');

const shop = [
  row('1', 'mug', 6, '03-01 08:26:00', '2.55', '7.0'),
  row('1', 'plate', 2, '03-01 08:27:00', '1.125', '7.0'),
  row('1', 'plate', 2, '03-01 08:27:00', '1.125', '7.0'),
  row('2', 'mug', 1, '03-02 10:00:00', '2.55', '8.0'),
  row('2', 'gift', 1, '03-02 10:00:00', '0.0', '8.0'),
  row('3', 'mug', 1, '03-02 11:00:00', '2.55', ''),
  row('C4', 'mug', -2, '03-05 09:00:00', '2.55', '7.0'),
  row('C4', 'plate', -3, '03-05 09:00:00', '1.125', '7.0'),
  row('C4', 'spoon', -1, '03-05 09:00:00', '9.99', '7.0'),
] as const;

describe('importing invoices', () => {
  const mapping = shipped('online-retail');
  let world: ImportWorld;
  beforeEach(async () => {
    world = await ImportWorld.open();
  });
  afterEach(() => world.close());

  it('makes one purchase an invoice, one refund a cancelled purchase, and accounts for every row', async () => {
    const { reconciliation, rejects } = await world.import(world.file('shop.csv', csv(...shop)), mapping);
    expect(reconciliation).toMatchObject({
      ...{ rowsRead: 9, accepted: 7, grouped: 4, repeated: 0, rejected: 2, unmatched: 1 },
      ...{ customers: 2, purchases: 2, refunds: 1, totals: { GBP: '22.35' } },
    });
    expect(rejects).toEqual([
      [7, 'CustomerID', 'no customer', shop[5]],
      [10, '', 'unmatched: no earlier purchase has enough of this product at this price left', shop[8]],
    ]);
    expect(await world.types()).toMatchObject({ PurchaseRecorded: 2, PurchaseRefunded: 1, CustomerRegistered: 2 });
  });

  it('adds nothing the second time, whatever the file is called and however its rows are ordered', async () => {
    await world.import(world.file('shop.csv', csv(...shop)), mapping);
    const types = await world.types();
    const { reconciliation } = await world.import(
      world.file('again.csv.gz', gzipSync(csv(...shop.toReversed()))),
      mapping,
    );
    expect(reconciliation).toMatchObject({
      accepted: 0,
      grouped: 0,
      repeated: 7,
      rejected: 2,
      refunds: 1,
      purchases: 2,
    });
    expect(reconciliation.totals).toEqual({ GBP: '22.35' });
    expect(await world.types()).toEqual(types);
  });

  it('adds of a longer file only what is new: a line, a purchase, a cancelled row', async () => {
    await world.import(world.file('shop.csv', csv(...shop)), mapping);
    const longer = csv(
      ...shop,
      row('1', 'plate', 2, '03-01 08:27:00', '1.125', '7.0'),
      row('C4', 'mug', -1, '03-05 09:00:00', '2.55', '7.0'),
      row('5', 'mug', 1, '03-06 10:00:00', '2.55', '8.0'),
    );
    const { reconciliation } = await world.import(world.file('longer.csv', longer), mapping);
    expect(reconciliation).toMatchObject({ rowsRead: 12, accepted: 3, repeated: 7, rejected: 2, purchases: 3 });
    expect(reconciliation.totals).toEqual({ GBP: '27.15' });
    expect(await world.types()).toMatchObject({ PurchaseRecorded: 3, PurchaseLinesAdded: 1, PurchaseRefunded: 2 });
  });

  it('gives the same documents for sorted and shuffled rows', async () => {
    await world.import(world.file('shop.csv', csv(...shop)), mapping);
    const other = await ImportWorld.open();
    const shuffled = [4, 8, 2, 0, 6, 1, 7, 3, 5].map((at) => shop[at] ?? '');
    await other.import(other.file('shuffled.csv', csv(...shuffled)), mapping);
    expect(await other.digests()).toEqual(await world.digests());
    await other.close();
  });

  it('splits an invoice of more lines than a command may have', async () => {
    const rows = Array.from({ length: 1_100 }, (_, at) => row('1', `sku${at}`, 1, '03-01 08:26:00', '1.00', '7.0'));
    const { reconciliation } = await world.import(world.file('long.csv', csv(...rows)), mapping);
    expect(reconciliation).toMatchObject({ accepted: 1_100, purchases: 1, totals: { GBP: '1100.00' } });
    expect(await world.types()).toMatchObject({ PurchaseRecorded: 1, PurchaseLinesAdded: 2 });
  });

  it('keeps what stands before the break of a file, and says so', async () => {
    const { reconciliation, broken } = await world.import(world.file('torn.csv', `${csv(...shop)}9,"mug`), mapping);
    expect(reconciliation).toMatchObject({ rowsRead: 9, purchases: 2 });
    expect(broken).toContain('A quote is not closed: the row behind line 10 has no end.');
  });

  it('sends nothing where the mapping names a column that the file has not', async () => {
    const file = world.file('other.csv', 'a,b\n1,2\n');
    await expect(world.import(file, mapping)).rejects.toThrow(
      'customer.column names "CustomerID", which the file has not',
    );
    expect(await world.types()).not.toHaveProperty('CustomerRegistered');
  });

  it('brings business time on day by day, to the end of the last day and no further', async () => {
    await world.import(world.file('shop.csv', csv(...shop)), mapping);
    expect(world.patron.engine.calendar.to).toBe('2011-03-06T00:00:00.000Z');
    expect(await world.types()).toMatchObject({ ClockAdvanced: 6 });
    await world.import(world.file('shop.csv', csv(...shop.slice(0, 5))), mapping);
    expect(world.patron.engine.calendar.to).toBe('2011-03-06T00:00:00.000Z');
  });

  it('leaves rows later than --clock out, and lets business time stand still there', async () => {
    const options = { clock: '2011-03-02T10:30:00.000Z' };
    const { reconciliation, rejects } = await world.import(world.file('shop.csv', csv(...shop)), mapping, options);
    expect(reconciliation).toMatchObject({ accepted: 5, rejected: 4, refunds: 0 });
    expect(rejects[1]?.[2]).toBe('later than --clock');
    expect(world.patron.engine.calendar.fixedAt).toBe(options.clock);
  });

  it('leaves no scratch file behind', async () => {
    await world.import(world.file('shop.csv', csv(...shop)), mapping);
    expect(readdirSync(world.folder)).toEqual(['shop.csv']);
  });
});

describe('importing rows that are purchases', () => {
  it('takes an exactly repeated row as a second purchase, and a purchase of nothing as one', async () => {
    const world = await ImportWorld.open();
    const rows = [
      ' id date cds usd',
      ' 00001 19970101  1   11.77',
      ' 00001 19970101  1   11.77',
      ' 00001 19970102  1   0.00',
    ];
    const mapping = {
      ...(shipped('cdnow-sample') as object),
      file: { delimiter: 'blanks', header: true, columns: ['customer_id', 'date', 'number_of_cds', 'dollar_value'] },
    };
    const { reconciliation } = await world.import(world.file('cds.txt', rows.join('\r\n')), mapping);
    expect(reconciliation).toMatchObject({
      rowsRead: 3,
      accepted: 3,
      grouped: 0,
      purchases: 3,
      totals: { USD: '23.54' },
    });
    await world.close();
  });
});

withSharedData('cdnow/CDNOW_sample.txt.gz', (path) => {
  it('gives the published totals, and all repeated the second time', async () => {
    const totals = { customers: 2_357, purchases: 6_919, totals: { USD: '244091.94' } };
    const world = await ImportWorld.open();
    const first = await world.import(path, shipped('cdnow-sample'));
    expect(first.reconciliation).toMatchObject({ rowsRead: 6_919, accepted: 6_919, rejected: 0, ...totals });
    const again = await world.import(path, shipped('cdnow-sample'));
    expect(again.reconciliation).toMatchObject({ accepted: 0, repeated: 6_919, rejected: 0, ...totals });
    await world.close();
  }, 300_000);

  it('gives the same documents when shuffled', async () => {
    const rows = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(0, 1_000);
    const turned = rows.map((row, at) => [(at * 7_919) % 1_000, row] as const).sort(([a], [b]) => a - b);
    const digests: unknown[] = [];
    for (const order of [rows, turned.map(([, row]) => row)]) {
      const world = await ImportWorld.open();
      await world.import(world.file('rows.txt', order.join('\n')), shipped('cdnow-sample'));
      digests.push(await world.digests());
      await world.close();
    }
    expect(digests[1]).toEqual(digests[0]);
  }, 300_000);
});

withSharedData('online-retail/online_retail_2010-12_2011-08.csv.gz', (path) => {
  it('reconciles: what was bought, what has no customer, what was cancelled', async () => {
    const world = await ImportWorld.open();
    const { reconciliation, rejects } = await world.import(path, shipped('online-retail'), {
      wait: false,
      dryRun: true,
    });
    expect(reconciliation).toMatchObject({
      ...{ rowsRead: 320_705, accepted: 230_787, rejected: 89_918, unmatched: 1_266 },
      ...{ customers: 3_317, purchases: 11_415, totals: { GBP: '5239240.562' } },
    });
    expect(rejects.filter(([, , reason]) => reason === 'no customer')).toHaveLength(88_652);
    const cancelled = new Set(
      gunzipSync(readFileSync(path))
        .toString('latin1')
        .match(/^C\d+(?=,.*,\d{5}\.0,)/gm),
    );
    const unmatched = new Set(
      rejects.filter(([, , reason]) => reason.startsWith('unmatched')).map(([, , , raw]) => raw.split(',')[0]),
    );
    expect([cancelled.size, cancelled.size - unmatched.size]).toEqual([2_427, 1_719]);
    await world.close();
  }, 300_000);
});
