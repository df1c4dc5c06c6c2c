import { Matching } from './matching.js';
import type { PurchaseRow } from './purchase-rows.js';
import { openScratch, type Scratch } from './scratch.js';

const pound = { units: 100, scale: 2, currency: 'GBP' };
const row = (lineId: string, quantity: number, fields: Partial<PurchaseRow> = {}): PurchaseRow => ({
  ...{ line: 1, raw: '', content: [], lineId, sku: 'mug', quantity, unitPrice: pound, amount: null, ...fields },
});

describe('matching a cancelled row', () => {
  let scratch: { readonly db: Scratch; readonly remove: () => void };
  let matching: Matching;
  const cancel = (quantity: number, at = 99, fields: Partial<PurchaseRow> = {}) => {
    const found = matching.cancel('ann', at, row('c', quantity, fields));
    return (
      found &&
      Object.fromEntries(
        [...found].map(([pid, lines]) => [pid, lines.map((line) => `${line.quantity} of ${line.lineId}`)]),
      )
    );
  };

  beforeEach(() => {
    scratch = openScratch();
    matching = new Matching(scratch.db);
    matching.bought('ann', 'first', 10, [row('a', 5)]);
    matching.bought('ann', 'second', 20, [row('b', 2), row('b2', 2)]);
    matching.bought('bob', 'other', 30, [row('x', 50)]);
  });
  afterEach(() => scratch.remove());

  it('gives back the latest purchase that has enough', () => {
    expect(cancel(2)).toEqual({ second: ['2 of b'] });
  });

  it('takes several lines of that purchase', () => {
    expect(cancel(3)).toEqual({ second: ['2 of b', '1 of b2'] });
  });

  it('goes to an earlier one where the latest has not enough left', () => {
    cancel(2);
    expect(cancel(4)).toEqual({ first: ['4 of a'] });
  });

  it('spreads over several where none alone has enough', () => {
    expect(cancel(8)).toEqual({ second: ['2 of b', '2 of b2'], first: ['4 of a'] });
  });

  it('leaves unmatched what was not bought so often, at another price, later, or by somebody else', () => {
    expect(cancel(10)).toBeUndefined();
    expect(cancel(1, 99, { unitPrice: { ...pound, units: 101 } })).toBeUndefined();
    expect(cancel(1, 9)).toBeUndefined();
    expect(cancel(9)).toEqual({ second: ['2 of b', '2 of b2'], first: ['5 of a'] });
    expect(cancel(1)).toBeUndefined();
  });

  it('prefers the purchase whose refund is recorded', () => {
    const recorded = new Map([['first', new Map([['a', 1]])]]);
    expect([...(matching.cancel('ann', 99, row('c', 1), recorded) ?? [])]).toEqual([
      ['first', [{ lineId: 'a', quantity: 1 }]],
    ]);
  });
});
