import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tempFolder } from '#testing/temp-folder.js';
import { AnalystWorld, rowsIn } from './analyst.fixture.js';

const example = (name: string): string => fileURLToPath(new URL(`../docs/examples/${name}.ts`, import.meta.url));
const usd = (units: number) => ({ units, scale: 2, currency: 'USD' });
const folder = tempFolder();

/** The rows with whole numbers as numbers. */
const plain = (name: string): readonly object[] =>
  rowsIn(`${folder()}/${name}.parquet`).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
    ),
  );

describe('the examples of docs/analyst.md', () => {
  it('say what they promise, all in one pass', async () => {
    const world = await AnalystWorld.open();
    const buy = (customerId: string, at: string, dollars: number) =>
      world.send('RecordPurchase', { customerId, purchaseId: `${customerId} ${at}`, total: usd(dollars * 100), at });
    await buy('ann', '2025-01-10T10:00:00Z', 700);
    await buy('ann', '2025-01-12T10:00:00Z', 1);
    await buy('bob', '2025-01-20T10:00:00Z', 10);
    await buy('cat', '2025-02-01T10:00:00Z', 10);
    await buy('bob', '2025-03-01T10:00:00Z', 10);
    await buy('bob', '2025-04-01T10:00:00Z', 3_000);
    await buy('cat', '2025-03-05T10:00:00Z', 10);
    await world.send('VoidPurchase', {
      customerId: 'cat',
      purchaseId: 'cat 2025-03-05T10:00:00Z',
      reason: 'mistake',
      at: '2025-04-02T10:00:00Z',
    });
    const complaint = { customerId: 'ann', complaintId: 'c-1' };
    await world.send('RaiseComplaint', { ...complaint, cause: 'service', channel: 'web', at: '2025-05-01T10:00:00Z' });
    await world.send('RespondToComplaint', { ...complaint, responseId: 'r-1', at: '2025-05-20T10:00:00Z' });
    await world.send('ResolveComplaint', {
      ...complaint,
      remedy: { kind: 'monetary relief', amount: usd(500) },
      at: '2025-05-21T10:00:00Z',
    });
    await world.send('ReopenComplaint', { ...complaint, reason: 'not paid', at: '2025-05-22T10:00:00Z' });
    await world.send('RaiseComplaint', {
      customerId: 'bob',
      complaintId: 'c-2',
      cause: 'other',
      channel: 'web',
      at: '2025-05-23T10:00:00Z',
    });

    const names = ['cohort-retention', 'tier-migration', 'complaint-causes'];
    const { code, out } = await world.cli('replay', ...names.map(example), '--out', folder());
    expect([code, out]).toEqual([0, expect.stringContaining('3 projections in one pass')]);
    expect(plain('cohort_retention')).toEqual([
      { cohort: '2025-01', monthsAfter: 0, customers: 2, share: 1 },
      { cohort: '2025-01', monthsAfter: 1, customers: 0, share: 0 },
      { cohort: '2025-01', monthsAfter: 2, customers: 1, share: 0.5 },
      { cohort: '2025-01', monthsAfter: 3, customers: 1, share: 0.5 },
      { cohort: '2025-02', monthsAfter: 0, customers: 1, share: 1 },
    ]);
    expect(plain('tier_migration')).toEqual([
      { quarter: '2025-Q1', from: 'new', to: 'basic', customers: 2 },
      { quarter: '2025-Q1', from: 'new', to: 'silver', customers: 1 },
      { quarter: '2025-Q2', from: 'basic', to: 'basic', customers: 1 },
      { quarter: '2025-Q2', from: 'basic', to: 'gold', customers: 1 },
      { quarter: '2025-Q2', from: 'silver', to: 'silver', customers: 1 },
    ]);
    const none = { resolved: 0, withMoney: 0, reopened: 0, reopenedShare: 0, answeredLate: 0 };
    expect(plain('complaint_causes')).toEqual([
      { ...none, cause: 'other', raised: 1 },
      { cause: 'service', raised: 1, answeredLate: 1, resolved: 1, withMoney: 1, reopened: 1, reopenedShare: 1 },
    ]);
    await world.close();
  });

  it('begin with one in the text itself, which runs as it is written there', async () => {
    const guide = readFileSync(new URL('../docs/analyst.md', import.meta.url), 'utf8');
    const path = join(folder(), 'first-purchases.ts');
    writeFileSync(path, /```ts\n([^]*?)```/.exec(guide)?.[1] ?? '');
    const world = await AnalystWorld.open();
    const bought = { customerId: 'ann', purchaseId: 'p-1', total: usd(100), at: '2025-01-10T10:00:00Z' };
    await world.send('RecordPurchase', bought);
    expect((await world.cli('replay', path, '--out', folder())).code).toBe(0);
    expect(plain('first_purchases')).toEqual([{ customerId: 'ann', firstDay: Date.parse('2025-01-10'), purchases: 1 }]);
    await world.close();
  });
});
