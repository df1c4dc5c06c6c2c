import fc from 'fast-check';
import type { Recorded } from '#kernel/fact.js';
import { EARLIEST, plusHours } from '#kernel/time.js';
import { AsOf } from '#engine/as-of.js';
import { customersInTurn } from '#engine/customers-in-turn.js';
import { MeasuredAgain } from '#engine/measured-again.js';
import { Supposed } from '#engine/supposed.js';
import { Turns } from '#engine/turns.js';
import type { Verdict } from '#engine/verdict.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { ask, rulesOf, START, suppose, usd } from './what-if.fixture.js';

/** Histories whose every command is taken, whatever the policies say. */
const step = fc.record({
  customerId: fc.constantFrom('ann', 'bob', 'cat', 'dan'),
  dollars: fc.integer({ min: 1, max: 2_000 }),
  afterHours: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 100, max: 2_500 })),
});

describe('a history that had been lived under other policies', () => {
  it('is what what-if says, population measured again included', async () => {
    let differed = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 6, maxLength: 25, size: 'max' }),
        fc.integer({ min: 1, max: 5 }),
        async (steps, pick) => {
          const changes: readonly (readonly [string, object])[] = [
            ['loyalty', { earn: { points: pick, perUnits: 2 }, expireAfterMonths: 2 * pick, pendingDays: 5 * pick }],
            ['lifecycle', { atRiskLeastDays: 15 * pick, churnedLeastDays: 60 * pick, firstRhythmDays: 5 * pick }],
            ['value', { windowDays: 60 * pick }],
            ['retention', { lapsingLeastPoints: 50 * pick, uncontactedTiers: ['VIP', 'high', 'mid'] }],
          ];
          const lived = await lives(steps, []);
          const other = await lives(steps, changes);
          const verdict = await ask(
            lived,
            changes.map(([name, change]) => suppose(lived, name, change)),
          );
          const as = await ask(other);
          expect(figures(verdict, 'after')).toEqual(figures(as, 'before'));
          expect(verdict.measurements).toBe('measured again');
          expect(verdict.facts.derived.after).toBe(as.facts.derived.before);
          if (verdict.customers.changed > 0) differed += 1;
          await Promise.all([lived.close(), other.close()]);
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 4) },
    );
    expect(differed).toBeGreaterThan(1);
  }, 60_000);

  it('measures the population as it would have been measured', async () => {
    const changes = [['value', { windowDays: 60 }]] as const;
    const steps = (['ann', 'bob', 'cat', 'ann', 'bob', 'dan', 'ann', 'bob'] as const).map((customerId, index) => ({
      ...{ customerId, dollars: 40 * (index + 1), afterHours: 200 * (index % 3) + 24 },
    }));
    const [lived, other] = [await lives(steps, []), await lives(steps, changes)];
    const { registry, reader } = lived.engine;
    const suppositions = [suppose(lived, 'value', { windowDays: 60 })];
    const { past, shared } = await new AsOf(lived.engine).at({ at: await lived.store.head(), by: 'recorded' });
    const measured = new MeasuredAgain(registry, suppositions);
    const supposed = new Supposed(registry, shared, suppositions);
    for await (const { own } of customersInTurn(past)) await measured.add(own, supposed, reader, new Turns());
    const population = (facts: readonly Recorded[]) =>
      facts.filter(({ stream }) => stream === 'population').map(({ data }) => data);
    const should = population(await other.store.readStream('population'));
    expect(population(measured.published(shared, supposed))).toEqual(should);
    expect(population(shared)).not.toEqual(should);
    expect(should.length).toBeGreaterThan(2);
    await Promise.all([lived.close(), other.close()]);
  });

  async function lives(
    steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    changes: readonly (readonly [string, object])[],
  ): Promise<World> {
    const world = await engineWorld(slices, { now: START });
    for (const [name, change] of changes)
      await world.engine.policies.publish({ name, rules: rulesOf(world, name, change), effectiveFrom: EARLIEST });
    let at = START;
    await world.advanceTo(at);
    for (const { customerId, dollars, afterHours } of steps) {
      at = plusHours(at, afterHours);
      await world.advanceTo(at);
      await world.send({ type: 'RecordPurchase', customerId, purchaseId: at + dollars, total: usd(dollars) });
    }
    await world.advanceTo(plusHours(at, 24 * 40));
    await world.quiet();
    return world;
  }

  const figures = ({ standings, amounts, episodes }: Verdict, when: 'before' | 'after') => ({
    standings: standings.map(({ model, counts }) => [model, picked(counts, when)]),
    amounts: amounts.map(({ sums }) => picked(sums, when)),
    episodes: episodes.map(({ reasons }) =>
      reasons
        .filter(({ raised }) => raised[when] > 0)
        .map(({ reason, raised, open }) => [reason, raised[when], open[when]]),
    ),
  });

  const picked = (all: Readonly<Record<string, { before: number; after: number }>>, when: 'before' | 'after') =>
    Object.fromEntries(Object.entries(all).flatMap(([name, pair]) => (pair[when] === 0 ? [] : [[name, pair[when]]])));
});
