import type { Recorded } from '#kernel/fact.js';
import type { Sent } from './clients.js';
import { faultsOf, faultsOfLog } from './ledger.js';

const fact = (position: number, more: Partial<Recorded> = {}): Recorded => ({
  ...{
    id: `fact-${position}`,
    type: 'PointsEarned',
    version: 1,
    stream: 'customer-a',
    revision: position - 1,
    position,
  },
  ...{ occurredAt: '', recordedAt: '', data: {}, metadata: { commandId: `command-${position}` }, ...more },
});
const sent = (number: number, ...facts: readonly string[]): Sent => ({
  ...{ commandId: `command-${number}`, command: 'EarnPoints', body: { customerId: 'a' }, attempts: 1 },
  answered: { status: 201, facts, repeated: false },
});

describe('what clients were told against what the log holds', () => {
  it('agrees where each answered fact is there once', () => {
    expect(faultsOf([sent(1, 'fact-1'), sent(2, 'fact-2')], [fact(1), fact(2)])).toEqual([]);
  });

  it('names what was answered and is lost, and what came twice', () => {
    expect(faultsOf([sent(1, 'fact-1')], [])).toHaveLength(1);
    const twice = fact(2, { metadata: { commandId: 'command-1' } });
    expect(faultsOf([sent(1, 'fact-1')], [fact(1), twice])).toHaveLength(1);
  });

  it('names what was refused and is there', () => {
    const refused: Sent = { ...sent(1), answered: { status: 409, facts: [], repeated: false } };
    expect(faultsOf([refused], [fact(1)])).toHaveLength(1);
  });

  it.each<[string, readonly Recorded[]]>([
    ['an id twice', [fact(1), fact(2, { id: 'fact-1' })]],
    ['a gap in a stream', [fact(1), fact(2, { revision: 2 })]],
    ['a position that falls', [fact(2, { revision: 0 }), fact(1, { revision: 1 })]],
    ['a purchase twice', [1, 2].map((n) => fact(n, { type: 'PurchaseRecorded', data: { purchaseId: 'p' } }))],
    ['a transfer with one half', [fact(1, { type: 'PointsSent', data: { transferId: 't' } })]],
    ['a claim that nobody made good', [fact(1, { type: 'IdentityClaimed', data: { identity: 'i' } })]],
  ])('names %s', (_, facts) => {
    expect(faultsOfLog(facts)).toHaveLength(1);
  });
});
