import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm/node';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/libs/runtime/src/own/replay.d.ts', import.meta.url));
const described = built ? describe : describe.skip;
const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));

const rowsIn = (path: string): readonly object[] =>
  tableFromIPC(readParquet(readFileSync(path)).intoIPCStream())
    .toArray()
    .map((row: unknown) => (row as { toJSON(): object }).toJSON());

/** What the compiler says of the files in a folder; empty where nothing is wrong. */
function complaintsIn(folder: string): string {
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    return '';
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

described('an analyst with a question of their own', () => {
  const world = new CliWorld();
  const path = join(world.folder, 'first-purchases.ts');
  const table = join(world.folder, 'result.parquet');
  afterAll(() => world.close());

  it('begins a file, replays it beside a running server, reads the table, and is told where a change of it fails', async () => {
    await world.serve();
    const buy = (customerId: string, n: number, units: number) => ({
      ...{ command: 'RecordPurchase', commandId: `buy-${n}`, customerId, purchaseId: `p-${n}`, channel: 'web' },
      ...{ at: `2026-0${n}-01T10:00:00Z`, total: { units, scale: 2, currency: 'GBP' } },
    });
    const lines = [buy('ann', 1, 1_000), buy('bob', 2, 2_000), buy('ann', 3, 500)];
    const sent = await world.through(['send', '-'], lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(sent.code).toBe(0);

    expect(await world.patron(['projections', 'new', 'first-purchases'])).toMatchObject({ code: 0, out: `${path}\n` });
    expect(await world.patron(['projections', 'new', 'plain', '--js'])).toMatchObject({ code: 0 });
    const again = await world.patron(['projections', 'new', 'first-purchases']);
    expect([again.code, again.err]).toEqual([2, `${path} is there already; nothing was written.\n`]);

    const replay = ['replay', './first-purchases.ts', '--out', 'result.parquet', '--data', world.data];
    const replayed = await world.patron(replay);
    expect(replayed.err).toBe('');
    expect(replayed.out).toMatch(/first_purchases +2 +2 +\S+result\.parquet\n\d+ facts in [\d.]+ s, [\d,]+ facts\/s/);
    const ann = { customerId: 'ann', purchases: 2n, 'spent.units': 1_500n, 'spent.scale': 2n, 'spent.currency': 'GBP' };
    const last = { firstDay: Date.UTC(2026, 0, 1), lastAt: Date.UTC(2026, 2, 1, 10), isQuiet: true };
    expect(rowsIn(table)[0]).toEqual({ ...ann, ...last });

    const before = readFileSync(table);
    const wrong = readFileSync(path, 'utf8').replace('fact.data.total)', 'fact.data.totl)');
    writeFileSync(path, wrong);
    const complaints = complaintsIn(world.folder);
    expect(complaints).toContain("Property 'totl' does not exist");
    expect(complaints.match(/error TS/g)).toHaveLength(1);
    const failed = await world.patron([...replay, '--force']);
    const line = wrong.slice(0, wrong.indexOf('totl')).split('\n').length;
    expect(failed.code).toBe(2);
    expect(failed.err).toContain(`  at first-purchases.ts:${line}:`);
    expect(failed.err).toMatch(/folding PurchaseRecorded \S+, fact \d+ of customer-ann, position \d+, of 2026-03-01/);
    expect(readFileSync(table).equals(before)).toBe(true);
    expect(readdirSync(world.folder).filter((name) => name.includes('.part'))).toEqual([]);
  }, 60_000);
});
