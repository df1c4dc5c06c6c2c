import { entryOf } from './purchase-rows.js';
import { openScratch } from './scratch.js';
import { Spool } from './spool.js';

const invoice = {
  ...{ refund: false, customerId: '7', atMs: 1_298_967_960_000, group: '["1"]', purchaseId: '1', sku: 'mug' },
  ...{ quantity: 6, unitPrice: { units: 255, scale: 2, currency: 'GBP' }, amount: null, channel: null },
};

describe('sorted rows', () => {
  let scratch: ReturnType<typeof openScratch>;
  let spool: Spool;
  beforeEach(() => {
    scratch = openScratch();
    spool = new Spool(scratch.db, 'shop');
  });
  afterEach(() => scratch.remove());

  it('keep the identity of a purchase for ever: stores hold lines under it', () => {
    spool.add({ line: 2, raw: 'a', fields: [] }, entryOf(invoice));
    spool.add(
      { line: 3, raw: 'b', fields: [] },
      entryOf({ ...invoice, unitPrice: { units: 2550, scale: 3, currency: 'GBP' } }),
    );
    const [group] = [...spool.groups()];
    expect([group?.key, group?.rows[0]?.lineId]).toEqual(['eb552b9a697e93f8dea3', '9a9a1ae63e3318e5bb72']);
    expect(group?.rows.map(({ line }) => line)).toEqual([2, 3]);
  });

  it('go in steps under one identity, each at its time', () => {
    const places = [5, 5, 9].map((atMs, ord) => ({ ord, atMs }));
    for (const customerId of ['b', 'a']) {
      spool.add({ line: 2, raw: '', fields: [] }, { customerId, group: null, content: [customerId], places });
    }
    const groups = [...spool.groups()];
    expect(groups.map(({ atMs, ord, customerId }) => [atMs, ord, customerId])).toEqual([
      ...[
        [5, 0, 'a'],
        [5, 0, 'b'],
        [5, 1, 'a'],
        [5, 1, 'b'],
      ],
      ...[
        [9, 2, 'a'],
        [9, 2, 'b'],
      ],
    ]);
    expect(new Set(groups.map(({ key }) => key)).size).toBe(2);
  });
});
