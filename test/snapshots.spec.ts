import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { slices } from '#slices/index.js';
import { tempFolder } from '#testing/temp-folder.js';
import { AnalystWorld, rowsIn } from './analyst.fixture.js';

const folder = tempFolder();
const opened = (): Promise<AnalystWorld> => AnalystWorld.open(join(folder(), 'data'));
const linesOf = (out: string): readonly object[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as object);

describe('a named snapshot of a read model', () => {
  it('says what it said then, after late facts, another start and a newer version, until it is dropped', async () => {
    const first = await opened();
    const buy = (world: AnalystWorld, purchaseId: string, at: string) =>
      world.send('RecordPurchase', {
        customerId: 'ann',
        purchaseId,
        total: { units: 100, scale: 2, currency: 'USD' },
        at,
      });
    const early = await buy(first, 'p-1', '2025-01-10T10:00:00Z');
    await buy(first, 'p-2', '2025-02-10T10:00:00Z');
    const keep = [
      'snapshots',
      'keep',
      'january',
      'purchase_history',
      '--as-of',
      '2025-02-01T00:00:00Z',
      '--by',
      'business',
    ];
    await first.send('AdvanceClock', { to: '2025-03-01T00:00:00Z' });
    const kept = await first.cli(...keep, '--json');
    expect(kept.code).toBe(0);
    const about = {
      name: 'january',
      model: 'purchase_history',
      asOf: '2025-02-01T00:00:00.000Z',
      by: 'business',
      documents: 1,
    };
    expect(JSON.parse(kept.out)).toMatchObject(about);
    expect((await first.cli('snapshots', 'keep', 'first', 'purchase_history', '--as-of', String(early))).code).toBe(0);
    const then = await first.cli('read', 'purchase_history', '--snapshot', 'january');
    expect(linesOf(then.out)).toMatchObject([{ customerId: 'ann', purchaseId: 'p-1' }]);
    await buy(first, 'p-late', '2025-01-20T10:00:00Z');
    await first.close();

    const second = await opened();
    const list = linesOf((await second.cli('snapshots', '--json')).out);
    expect(list).toMatchObject([{ name: 'first', asOf: early, by: 'recorded' }, about]);
    expect(list[1]).toEqual(JSON.parse(kept.out));
    const again = await second.cli('read', 'purchase_history', '--snapshot', 'january', '--where', 'customerId=ann');
    expect(again).toEqual(then);
    const target = join(folder(), 'january.parquet');
    await second.cli('export', 'purchase_history', '--snapshot', 'january', '--out', target);
    expect(rowsIn(target)).toMatchObject([{ purchaseId: 'p-1' }]);

    await second.close();

    const raised = slices.map((slice) => ({
      ...slice,
      projections: slice.projections.map((one) =>
        one.name === 'purchase_history' ? { ...one, version: one.version + 1, indexes: [] } : one,
      ),
    }));
    const newer = await AnalystWorld.open(join(folder(), 'data'), raised);
    const still = await newer.cli('read', 'purchase_history', '--snapshot', 'january', '--where', 'customerId=ann');
    expect(still).toEqual(then);

    const known = join(folder(), 'data', 'snapshots');
    expect(await newer.cli('snapshots', 'drop', 'january')).toEqual({ code: 0, out: 'dropped january' });
    expect(readdirSync(known)).toEqual(['first']);
    expect(await newer.cli('read', 'purchase_history', '--snapshot', 'january')).toMatchObject({
      code: 3,
      out: expect.stringContaining('There is no snapshot january. Kept are first.') as unknown,
    });
    await newer.close();
  });

  it('is refused where it could not be what it says, and leaves nothing behind', async () => {
    const world = await opened();
    const known = join(folder(), 'data', 'snapshots');
    mkdirSync(join(known, '.old.999999999.part'), { recursive: true });
    expect((await world.cli('snapshots', 'keep', 'now', 'value_tier')).code).toBe(0);
    const refused = async (...words: string[]): Promise<string> => {
      const { code, out } = await world.cli(...words);
      expect(code).not.toBe(0);
      return out;
    };
    expect(await refused('snapshots', 'keep', 'now', 'value_tier')).toContain('There is a snapshot now already');
    expect(await refused('snapshots', 'keep', '../x', 'value_tier')).toContain('must be small letters');
    expect(await refused('snapshots', 'keep', 'x', 'value_teer')).toContain('There is no read model value_teer');
    expect(
      await refused('snapshots', 'keep', 'x', 'value_tier', '--as-of', '2199-01-01T00:00:00Z', '--by', 'business'),
    ).toContain('has not come');
    expect(await refused('read', 'lifecycle_stage', '--snapshot', 'now')).toContain(
      'There is no snapshot now of lifecycle_stage. now is of value_tier.',
    );
    expect(await refused('read', 'value_tier', '--snapshot', 'now', '--as-of', '1')).toContain(
      '--snapshot does not go with',
    );
    expect(await refused('snapshots', 'drop', 'never')).toContain('There is no snapshot never.');
    expect(readdirSync(known)).toEqual(['now']);
    expect(existsSync(join(folder(), 'data', 'x'))).toBe(false);
    await world.close();
  });
});
