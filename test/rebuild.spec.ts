import fc from 'fast-check';
import { DomainError } from '#kernel/errors.js';
import { plusHours } from '#kernel/time.js';
import { loyaltyPolicy } from '#slices/loyalty/loyalty.policy.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import type { GivenCommand } from '#testing/makers.js';

const START = '2025-01-20T09:00:00.000Z';
const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });
const customerId = fc.constantFrom('ann', 'bob', 'cat', 'dan', 'eve');
const name = fc.constantFrom('a', 'b', 'c');

const command: fc.Arbitrary<GivenCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 900 }).map((n) => ({ type: 'RecordPurchase', total: usd(n) })) },
  { weight: 1, arbitrary: name.map((id) => ({ type: 'RefundPurchase', purchaseId: id, refundId: id })) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 90 }).map((points) => ({ type: 'RedeemPoints', points })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(customerId, fc.integer({ min: 1, max: 50 }))
      .map(([to, points]) => ({ type: 'TransferPoints', to, points })),
  },
  {
    weight: 1,
    arbitrary: name.map((id) => ({ type: 'RaiseComplaint', complaintId: id, cause: 'late', channel: 'web' })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 0, max: 10 }).map((score) => ({
      ...{ type: 'AnswerSurvey', score, instrument: 'nps', touchpoint: 'delivery' },
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('reached', 'not reached').map((outcome) => ({
      ...{ type: 'RecordContact', channel: 'phone', direction: 'inbound', purpose: 'service', outcome },
    })),
  },
);

/** What comes next, how long after, how late it is said, and what happens beside it. */
const step = fc.record({
  command,
  customerId,
  hours: fc.oneof(fc.integer({ min: 0, max: 48 }), fc.integer({ min: 0, max: 24 * 80 })),
  lateHours: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_000 }) },
  ),
  beside: fc.oneof(
    { weight: 6, arbitrary: fc.constant('tick' as const) },
    { weight: 4, arbitrary: fc.constant('nothing' as const) },
    { weight: 1, arbitrary: fc.constantFrom('restart' as const, 'policy' as const) },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const namedAs = (n: number): Record<string, string> => ({
  ...{ purchaseId: 'abc'[n] ?? `p-${n}`, surveyId: `s-${n}`, contactId: `c-${n}` },
  ...{ redemptionId: `r-${n}`, transferId: `t-${n}` },
});

async function lived(steps: readonly Step[]): Promise<World> {
  let world = await engineWorld(slices, { now: START });
  let at = START;
  for (const [n, { command: given, hours, lateHours, beside, customerId: whose }] of steps.entries()) {
    at = plusHours(at, hours);
    if (beside === 'tick') await world.advanceTo(at);
    if (beside === 'restart') world = await world.restarted();
    if (beside === 'policy') {
      const rules = { ...loyaltyPolicy.defaults, expireAfterMonths: 1 + (n % 9), pendingDays: n % 30 };
      const effectiveFrom = plusHours(at, (n * 37) % 1_000);
      await world.engine.policies.publish({ name: 'loyalty', rules, effectiveFrom }).catch(refused);
    }
    world.clock.set(at);
    const said = { ...namedAs(n), ...given, customerId: whose, at: plusHours(at, -lateHours) };
    await world.send(said).catch(refused);
  }
  return world;
}

/** A story may ask for what a customer cannot have; that is a refusal, and anything else a fault. */
function refused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

describe('a rebuild, whatever was lived through', () => {
  it('gives every document as following the log gave it, customer by customer or in one walk', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40, size: 'max' }), async (steps) => {
        const world = await lived(steps);
        const { live, rebuilt } = await world.rebuildAll();
        expect(rebuilt).toEqual(live);
        Object.defineProperty(world.store, 'portions', { value: undefined });
        expect((await world.rebuildAll()).rebuilt).toEqual(live);
        told += (await world.documents('loyalty_lots')).size;
        await world.close();
      }),
      { numRuns: 40 },
    );
    expect(told).toBeGreaterThan(100);
  }, 120_000);
});
