import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { EARLIEST } from '#kernel/time.js';
import type { Verdict } from '#engine/verdict.js';
import { WhatIf } from '#engine/what-if.js';
import { loyaltyPolicy } from '#slices/loyalty/loyalty.policy.js';
import { ImportWorld, shipped } from './import.fixture.js';
import { withSharedData } from '#testing/shared-data.js';

/** Every so many customers, so that it is quick. */
const ONE_IN = 20;

withSharedData('cdnow/CDNOW_sample.txt.gz', (path) => {
  const customerOf = (line: string): string => line.trim().split(/\s+/)[1] ?? '';
  const lines = gunzipSync(readFileSync(path))
    .toString('latin1')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && Number(customerOf(line)) % ONE_IN === 0);
  /** Cents of every purchase. */
  const cents = lines.map((line) => Math.round(Number(line.trim().split(/\s+/).at(-1)) * 100));
  const pointsAt = (rate: number): number => cents.reduce((sum, paid) => sum + Math.floor((paid * rate) / 100), 0);

  let world: ImportWorld;
  let verdict: Verdict;
  beforeAll(async () => {
    world = await ImportWorld.open();
    await world.import(world.file('some.txt', `${lines.join('\r\n')}\r\n`), shipped('cdnow-sample'));
    const rules = { ...loyaltyPolicy.defaults, earn: { points: 2, perUnits: 1 } };
    verdict = await new WhatIf(world.patron.engine).ask({
      suppositions: [{ name: 'loyalty', rules, effectiveFrom: EARLIEST }],
    });
  }, 60_000);
  afterAll(() => world.close());

  it('twice the points a dollar are what the file says by hand', () => {
    expect(verdict.customers.all).toBe(new Set(lines.map(customerOf)).size);
    expect(verdict.amounts[0]?.sums['earned']).toEqual({ before: pointsAt(1), after: pointsAt(2) });
    expect(verdict.customers.undecided).toBe(0);
  });

  it('what is owed is what was earned and did not expire, at a cent a point', () => {
    const [found] = verdict.amounts;
    for (const when of ['before', 'after'] as const) {
      const owed = (found?.sums['earned']?.[when] ?? 0) - (found?.sums['expired']?.[when] ?? 0);
      expect(found?.liability.amount[when]).toBe(owed);
      expect(found?.liability.money[when]).toEqual([{ units: owed, scale: 2, currency: 'USD' }]);
    }
    const { before = Infinity, after } = found?.liability.amount ?? {};
    expect(after).toBeGreaterThan(1.9 * before);
  });

  it('moves tiers and alerts of points, and nothing that points do not decide', () => {
    const moved = Object.fromEntries(verdict.standings.map(({ model, moved: count }) => [model, count]));
    expect(moved).toMatchObject({ lifecycle_stage: 0, value_tier: 0 });
    expect(moved['loyalty_balance']).toBeGreaterThan(0);
    for (const { reason, appeared, disappeared } of verdict.episodes[0]?.reasons ?? [])
      expect([reason, appeared > 0, disappeared]).toEqual([reason, reason === 'points_lapsing', 0]);
  });
});
