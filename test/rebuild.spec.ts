import fc from 'fast-check';
import { DomainError } from '#kernel/errors.js';
import type { Portions } from '#kernel/ports/event-store.js';
import type { ReadModel, ReadModelSpec } from '#kernel/ports/read-models.js';
import { plusHours } from '#kernel/time.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
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
    { weight: 1, arbitrary: fc.constantFrom('restart' as const, 'policy' as const, 'kill' as const) },
    { weight: 1, arbitrary: fc.constantFrom('rebuild' as const, 'killed rebuild' as const) },
    { weight: 2, arbitrary: fc.constant('rebuild during what comes' as const) },
  ),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const namedAs = (n: number): Record<string, string> => ({
  ...{ purchaseId: 'abc'[n] ?? `p-${n}`, surveyId: `s-${n}`, contactId: `c-${n}` },
  ...{ redemptionId: `r-${n}`, transferId: `t-${n}` },
});

/** Read models of a process that may fall: it writes nothing any more then. */
class Mortal extends MemoryReadModels {
  isDead = false;

  override async open(spec: ReadModelSpec): Promise<ReadModel> {
    const model = await super.open(spec);
    const write = model.write.bind(model);
    model.write = (...given) => (this.isDead ? Promise.reject(new Error('killed')) : write(...given));
    return model;
  }

  override async abandon(build: ReadModel): Promise<void> {
    if (!this.isDead) await super.abandon(build);
  }
}

/** The process falls, as it is after so many portions of a build or at once, and another one begins. */
async function killed(world: World, readModels: Mortal, partitions: number, portions?: number): Promise<World> {
  if (portions !== undefined) {
    const { portions: whole } = world.store;
    let left = portions;
    const byStream: Portions['byStream'] = (...asked) => {
      if (left === 0) readModels.isDead = true;
      if (readModels.isDead) throw new Error('killed');
      left -= 1;
      return whole?.byStream(...asked) ?? nothing();
    };
    Object.defineProperty(world.store, 'portions', { configurable: true, value: { ...whole, byStream } });
    await world.engine.projector?.rebuild(namesOf(world)).catch(() => undefined);
    Reflect.deleteProperty(world.store, 'portions');
  }
  readModels.isDead = true;
  await world.close().catch(() => undefined);
  readModels.isDead = false;
  const { store, clock, engine } = world;
  return engineWorld(slices, { store, readModels, clock, keys: engine.keys, partitions });
}

async function* nothing(): AsyncGenerator<never> {
  // no portion
}

const namesOf = ({ engine }: World): string[] => [...engine.registry.projections.keys()];

async function lived(steps: readonly Step[]): Promise<World> {
  const readModels = new Mortal();
  let world = await engineWorld(slices, { now: START, readModels });
  let at = START;
  let rebuilding: Promise<unknown> | undefined = Promise.resolve();
  for (const [n, { command: given, hours, lateHours, beside, customerId: whose }] of steps.entries()) {
    at = plusHours(at, hours);
    if (!['tick', 'nothing', 'policy'].includes(beside)) await rebuilding; // one at a time, and to its end where the process ends
    if (beside === 'rebuild during what comes') rebuilding = world.engine.projector?.rebuild(namesOf(world));
    if (beside === 'tick') await world.advanceTo(at);
    const partitions = n % 2 === 0 ? 1 : 4;
    if (beside === 'restart') world = await world.restarted({ partitions });
    if (beside === 'rebuild') await world.engine.projector?.rebuild(namesOf(world));
    if (beside === 'kill') world = await killed(world, readModels, partitions);
    if (beside === 'killed rebuild') world = await killed(world, readModels, partitions, n % 5);
    if (beside === 'policy') {
      const rules = { ...loyaltyPolicy.defaults, expireAfterMonths: 1 + (n % 9), pendingDays: n % 30 };
      const effectiveFrom = plusHours(at, (n * 37) % 1_000);
      await world.engine.policies.publish({ name: 'loyalty', rules, effectiveFrom }).catch(refused);
    }
    world.clock.set(at);
    const said = { ...namedAs(n), ...given, customerId: whose, at: plusHours(at, -lateHours) };
    await world.send(said).catch(refused);
  }
  await rebuilding;
  return world;
}

/** A story may ask for what a customer cannot have; that is a refusal, and anything else a fault. */
function refused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

async function rebuilt(world: World): Promise<Readonly<Record<string, string>>> {
  await world.engine.projector?.rebuild(namesOf(world));
  return world.digests();
}

describe('a rebuild, whatever was lived through and whenever processes fell', () => {
  it('gives every document as following the log gave it, by 1 or 4 partitions of customers or in one walk', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 40, size: 'max' }), async (steps) => {
        let world = await lived(steps);
        const live = await world.digests();
        for (const partitions of [1, 4]) {
          world = await world.restarted({ partitions });
          expect(await rebuilt(world)).toEqual(live);
        }
        Object.defineProperty(world.store, 'portions', { value: undefined });
        expect(await rebuilt(world)).toEqual(live);
        told += (await world.documents('loyalty_lots')).size;
        await world.close();
      }),
      { numRuns: 40 },
    );
    expect(told).toBeGreaterThan(100);
  }, 120_000);
});
