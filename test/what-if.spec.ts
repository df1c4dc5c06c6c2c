import fc from 'fast-check';
import type { Json } from '#kernel/ports/read-models.js';
import { EARLIEST } from '#kernel/time.js';
import type { Supposition } from '#engine/supposed.js';
import { SPREAD } from '#engine/supposed.js';
import type { Verdict } from '#engine/verdict.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import {
  again,
  ask,
  digestsAgain,
  documentsAgain,
  live,
  otherRules,
  START,
  step,
  type Step,
} from './what-if.fixture.js';

const history = fc.array(step, { minLength: 20, maxLength: 40, size: 'max' });

/** Begins with a redemption that a meaner rate could not have funded. */
const OPENING: readonly Step[] = (['buy', 'redeem'] as const).map((kind) => ({
  ...{ kind, customerId: 'ann', to: 'bob', units: 90_000, points: 400, pick: 0, afterHours: 400, lateHours: 0 },
  ...{ ticks: true, publishes: undefined },
}));

const property = (check: (world: World, steps: readonly Step[]) => Promise<void>, numRuns: number): Promise<void> =>
  fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const world = await engineWorld(slices, { now: START });
      try {
        await live(world, [...OPENING, ...steps]);
        await check(world, steps);
      } finally {
        await world.close();
      }
    }),
    { numRuns: Number(process.env['RUNS'] ?? numRuns) },
  );

/** Every fact there is, as it is stored. */
async function everything({ store }: World): Promise<string> {
  const texts: string[] = [];
  for await (const { facts } of store.readAll()) texts.push(JSON.stringify(facts));
  return texts.join('\n');
}

/** Other figures for a policy, in force from the beginning or from the middle of the history on. */
const supposed = (world: World, name: string, { pick, points }: Step): Supposition => ({
  ...{ name, effectiveFrom: points % 2 ? EARLIEST : '2025-06-01T00:00:00.000Z' },
  rules: world.engine.policies.parsed(name, otherRules(world, name, pick)),
});

const sum = (doc: Json, fields: readonly string[]): number =>
  fields.reduce((all, field) => all + (doc[field] as number), 0);
const IN = ['earned', 'adjustedIn', 'received'];
const OUT = ['redeemed', 'expired', 'reversed', 'adjustedOut', 'sent'];
const NOW = ['reserved', 'pending', 'available'];

describe('what-if', () => {
  it('under the policies as they were gives the very facts and read models that are stored', async () => {
    let derived = 0;
    await property(async (world) => {
      const { found } = await again(world);
      for (const { own, again: decided } of found.values()) {
        expect(decided.facts.map((fact) => ({ ...fact, position: fact.position / SPREAD }))).toEqual(own);
        expect(decided).toMatchObject({ short: [], dropped: [] });
        derived += own.filter(({ metadata }) => metadata.derived === true).length;
      }
      expect(await digestsAgain(world)).toEqual(await world.digests());
    }, 6);
    expect(derived).toBeGreaterThan(20);
  }, 120_000);

  it('gives them too where a crash came between a tick of the clock and what it owed', async () => {
    const world = await engineWorld(slices, { now: START });
    await world.advanceTo(START);
    const total = { units: 30_000, scale: 2, currency: 'USD' };
    for (const customerId of ['ann', 'bob'])
      await world.send({ type: 'RecordPurchase', customerId, purchaseId: 'p', total });
    const due = '2025-05-01T00:00:00.000Z';
    world.clock.set(due);
    await world.engine.calendar.advance(due, { kind: 'clock', id: 'patron' }); // and nobody is settled
    await world.send({
      type: 'RecordPurchase',
      customerId: 'ann',
      purchaseId: 'late',
      total,
      at: '2025-04-20T00:00:00Z',
    });
    await world.advanceTo('2025-05-02T00:00:00Z');
    const { found } = await again(world);
    for (const { own, again: decided } of found.values()) {
      expect(own.some(({ type }) => type === 'AlertRaised')).toBe(true);
      expect(decided.facts.map((fact) => ({ ...fact, position: fact.position / SPREAD }))).toEqual(own);
    }
    await world.close();
  });

  it('under the policies as they were moves no figure, and leaves the store as it is', async () => {
    await property(async (world) => {
      const before = [await everything(world), await world.digests()];
      const verdict = await ask(world);
      expect(nothingMoves(verdict)).toEqual([]);
      expect(verdict.customers).toMatchObject({ changed: 0, undecided: 0 });
      expect([await everything(world), await world.digests()]).toEqual(before);
    }, 4);
  }, 120_000);

  it('under any other policy conserves every point, and says what was not there', async () => {
    let [short, differing] = [0, 0];
    await property(async (world, steps) => {
      const meaner = { ...otherRules(world, 'loyalty', 2), earn: { points: 1, perUnits: 7 } };
      const suppositions = [
        { name: 'loyalty', effectiveFrom: EARLIEST, rules: world.engine.policies.parsed('loyalty', meaner) },
        ...['lifecycle', 'value', 'retention'].map((name, index) => supposed(world, name, steps[index] as Step)),
      ];
      const names = ['loyalty_balance', 'loyalty_lots', 'loyalty_ledger'];
      const { found, documents } = await documentsAgain(world, suppositions, names);
      let [sent, received] = [0, 0];
      for (const [customerId, { again: decided }] of found) {
        const of = (name: string): readonly Json[] => documents.get(customerId)?.get(name) ?? [];
        short += decided.short.length;
        for (const { asked, given } of decided.short) expect(asked).toBeGreaterThan(given);
        const [balance] = of('loyalty_balance');
        if (balance === undefined) continue;
        const held = sum(balance, ['pending', 'available']);
        expect(sum(balance, IN)).toBe(sum(balance, [...OUT, ...NOW]) - sum(balance, ['debt']));
        for (const field of [...IN, ...OUT, ...NOW, 'debt'])
          expect([field, sum(balance, [field]) >= 0]).toEqual([field, true]);
        expect(of('loyalty_lots').reduce((all, lot) => all + sum(lot, ['left']), 0)).toBe(held);
        expect(of('loyalty_ledger').reduce((all, entry) => all + sum(entry, ['points']), 0)).toBe(held);
        for (const lot of of('loyalty_lots')) expect(sum(lot, ['left'])).toBeGreaterThanOrEqual(0);
        const unsent = decided.short.filter(({ type }) => type === 'PointsSent');
        sent += sum(balance, ['sent']) + unsent.reduce((all, { asked, given }) => all + asked - given, 0);
        received += sum(balance, ['received']);
      }
      expect(received).toBe(sent);
      const verdict = await ask(world, suppositions);
      expect(verdict.customers.undecided).toBe(0);
      if (verdict.customers.changed > 0) differing += 1;
    }, 8);
    expect(short).toBeGreaterThan(0);
    expect(differing).toBeGreaterThan(3);
  }, 120_000);
});

/** What a verdict says that moves; nothing where all figures are zero. */
function nothingMoves({ standings, amounts, episodes, shortfall, facts }: Verdict): readonly unknown[] {
  return [
    ...standings.filter(({ moved }) => moved > 0),
    ...amounts.flatMap(({ changed, sums, liability }) => [
      ...(changed > 0 ? [changed] : []),
      ...Object.values(sums).filter(({ before, after }) => before !== after),
      ...(JSON.stringify(liability.money.before) === JSON.stringify(liability.money.after) ? [] : [liability]),
    ]),
    ...episodes.flatMap(({ reasons }) =>
      reasons.filter(({ appeared, disappeared, moved }) => appeared + disappeared + moved > 0),
    ),
    ...(shortfall.count > 0 ? [shortfall] : []),
    ...(facts.derived.before === facts.derived.after ? [] : [facts]),
  ];
}
