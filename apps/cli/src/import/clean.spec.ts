import { Cleaner } from './clean.js';
import { shopHeader, shopMapping } from './mapping.fixture.js';
import { parseMapping } from './mapping.js';
import type { CleanRow } from './purchase-rows.js';

const columns = shopHeader.split(',');
const clean = (row: string, mapping: object = shopMapping) =>
  new Cleaner(parseMapping(mapping), columns, 'UTC').clean({ line: 2, raw: row, fields: row.split(',') });

describe('cleaning a row', () => {
  it('reads what the mapping says', () => {
    const row = clean('536365,85123A,6,2011-06-01 08:26:00,2.555,17850.0') as CleanRow;
    expect(row).toMatchObject({ customerId: '17850', sku: '85123A', quantity: 6, refund: false, purchaseId: '536365' });
    expect(row.unitPrice).toEqual({ units: 2555, scale: 3, currency: 'GBP' });
    expect(new Date(row.atMs).toISOString()).toBe('2011-06-01T07:26:00.000Z'); // British Summer Time
  });

  it('takes a cancelled quantity as a refund of as many', () => {
    expect(clean('C1,85123A,-6,2011-06-01 08:26:00,2.55,17850')).toMatchObject({ refund: true, quantity: 6 });
  });

  it('takes a price of nothing', () => {
    expect(clean('1,A,1,2011-06-01 08:26:00,0.0,7')).toMatchObject({ unitPrice: { units: 0 } });
  });

  it('strips zeros and puts a prefix where it is told to', () => {
    const mapping = { ...shopMapping, customer: { column: 'customer', stripLeadingZeros: true, prefix: 'shop:' } };
    expect(clean('1,A,1,2011-06-01 08:26:00,1,00042', mapping)).toMatchObject({ customerId: 'shop:42' });
  });

  it('reads a decimal comma', () => {
    const mapping = { ...shopMapping, decimalMark: ',', file: { delimiter: ';' } };
    const row = { line: 2, raw: '', fields: ['1', 'A', '1', '2011-06-01 08:26:00', '1.234,50', '7'] };
    expect(new Cleaner(parseMapping(mapping), columns, 'UTC').clean(row)).toMatchObject({
      unitPrice: { units: 123450 },
    });
  });

  it.each([
    ['1,A,1,2011-06-01 08:26:00,1,', 'customer', 'no customer'],
    ['1,A,1,2011-06-01 08:26:00,1,ann@example.org', 'customer', 'no id of a customer'],
    ['1,A,1,2011-02-30 08:26:00,1,7', 'when', 'no date that exists'],
    ['1,A,1.5,2011-06-01 08:26:00,1,7', 'quantity', 'no whole number'],
    ['1,A,-1,2011-06-01 08:26:00,1,7', 'quantity', 'a negative quantity on a row that is no refund'],
    ['C1,A,1,2011-06-01 08:26:00,1,7', 'quantity', 'a refund whose quantity is not negative'],
    ['1,A,0,2011-06-01 08:26:00,1,7', 'quantity', 'a quantity of 0'],
    ['1,A,1,2011-06-01 08:26:00,free,7', 'price', 'no amount'],
    ['1,A,1,2011-06-01 08:26:00,-1,7', 'price', 'a negative amount'],
    ['1,,1,2011-06-01 08:26:00,1,7', 'sku', 'no product'],
    ['1,A,1,2011-06-01 08:26:00,1', '', 'the row has 5 fields, not 6'],
    ['1,\u00a3,1,2011-06-01 08:26:00,1,7', '', 'the row is not valid utf-8'],
  ])('rejects %s', (row, column, reason) => {
    const rejected = clean(row);
    expect(rejected).toMatchObject({ column });
    expect((rejected as { reason: string }).reason).toContain(reason);
  });

  it('rejects what a rule of the mapping rejects', () => {
    const mapping = { ...shopMapping, reject: [{ column: 'sku', equals: ['POST'], reason: 'postage' }] };
    expect(clean('1,POST,1,2011-06-01 08:26:00,1,7', mapping)).toEqual({ column: 'sku', reason: 'postage' });
  });
});
