import fc from 'fast-check';
import type { Json, Stored } from '#kernel/ports/read-models.js';
import { DomainError } from '#kernel/errors.js';
import { plusHours } from '#kernel/time.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { AsOf } from '#engine/as-of.js';
import { momentOf, type Moment } from '#engine/past.js';
import type { Queries } from '#engine/queries.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';

const START = '2025-01-20T09:00:00.000Z';
const CUSTOMERS = ['ann', 'bob', 'cat'];
const usd = (dollars: number) => ({ units: dollars * 100, scale: 2, currency: 'USD' });
const asOf = ({ engine }: World): AsOf => new AsOf(engine);

const docsOf = (found: readonly Stored[]): readonly Json[] => found.map(({ doc }) => doc ?? {});

async function all(queries: Queries, name: string): Promise<readonly Json[]> {
  return (await queries.find(name, { limit: 1_000 })).items;
}

const modelThen = async (world: World, name: string, moment: Moment): Promise<readonly Json[]> =>
  docsOf(await (await asOf(world).model(name, moment, new MemoryReadModels())).scan('', 1_000));

const step = fc.record({
  customerId: fc.constantFrom(...CUSTOMERS),
  dollars: fc.integer({ min: 1, max: 900 }),
  hours: fc.integer({ min: 0, max: 24 * 60 }),
  lateHours: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 900 })),
  looks: fc.boolean(),
});

describe('as of a moment', () => {
  it('by recorded time gives every read model and customer as they were then, whatever came after', async () => {
    let looked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14, size: 'max' }), async (steps) => {
        const world = await engineWorld(slices, { now: START });
        const names = [...world.engine.registry.projections.keys()];
        const seen: { position: number; models: Map<string, readonly Json[]>; customers: Map<string, Json> }[] = [];
        const look = async (): Promise<void> => {
          await world.quiet();
          const models = new Map<string, readonly Json[]>();
          for (const name of names) models.set(name, await all(world.engine.queries, name));
          const customers = new Map<string, Json>();
          for (const id of CUSTOMERS) {
            const own = names.map(
              (name) => [name, models.get(name)?.find((doc) => isOwn(world, name, doc, id))] as const,
            );
            const found = own.filter(([, doc]) => doc !== undefined);
            if (found.length > 0) customers.set(id, Object.fromEntries(found));
          }
          seen.push({ position: await world.store.head(), models, customers });
        };
        let at = START;
        for (const { customerId, dollars, hours, lateHours, looks } of steps) {
          at = plusHours(at, hours);
          await world.advanceTo(at);
          const command = { type: 'RecordPurchase', customerId, total: usd(dollars), at: plusHours(at, -lateHours) };
          await world.send({ ...command, purchaseId: at }).catch(refused);
          if (looks) await look();
        }
        await look();
        for (const { position, models, customers } of seen) {
          const moment = momentOf(String(position), undefined);
          for (const name of names)
            expect([name, await modelThen(world, name, moment)]).toEqual([name, models.get(name)]);
          for (const [id, own] of customers) expect(await asOf(world).customer(id, moment)).toEqual(own);
          looked += 1;
        }
        await world.close();
      }),
      { numRuns: 12 },
    );
    expect(looked).toBeGreaterThan(12);
  }, 120_000);

  describe('of a purchase that was said late', () => {
    let world: World;

    beforeEach(async () => {
      world = await engineWorld(slices, { now: START });
      await world.advanceTo('2025-01-21T00:00:00Z');
      await world.send({ type: 'RecordPurchase', customerId: 'ann', purchaseId: 'one', total: usd(10) });
      await world.advanceTo('2025-03-01T00:00:00Z');
      const late = { purchaseId: 'two', total: usd(20), at: '2025-02-01T12:00:00Z' };
      await world.send({ type: 'RecordPurchase', customerId: 'ann', ...late });
    });
    afterEach(() => world.close());

    const purchases = async (moment: Moment) =>
      (await modelThen(world, 'purchase_history', moment)).map(({ purchaseId }) => purchaseId).sort();

    it('says by recorded time what was known then, by business time what had happened', async () => {
      expect(await purchases(momentOf('2025-02-10T00:00:00Z', 'recorded'))).toEqual(['one']);
      expect(await purchases(momentOf('2025-02-10T00:00:00Z', 'business'))).toEqual(['one', 'two']);
      expect(await purchases(momentOf('2025-01-30T00:00:00Z', 'business'))).toEqual(['one']);
    });

    it('lets time pass up to the moment, between two ticks of the clock', async () => {
      const stage = async (at: string) =>
        (await asOf(world).customer('ann', momentOf(at, 'business')))['lifecycle_stage'];
      await world.advanceTo('2025-12-01T00:00:00Z');
      const churned = (await stage('2025-12-01T00:00:00Z')) as { stage: string; since: string };
      expect(churned.stage).toBe('churned');
      expect(await stage(plusHours(churned.since, -1))).not.toMatchObject({ stage: 'churned' });
      expect(await stage(churned.since)).toEqual(churned);
    });
  });

  it.each<[string, string, string | undefined, string]>([
    ['neither instant nor position', 'yesterday', undefined, 'must be an instant'],
    ['a position by business time', '7', 'business', 'must be recorded'],
    ['another time', '7', 'server', 'must be recorded or business'],
    ['a position that has not come', '999999', undefined, 'has not come'],
    ['an instant that has not come', '2026-03-02T12:06:00Z', undefined, 'has not come: it is 2025-01-20T09:00:00.000Z'],
    [
      'a business time that has not come',
      '2031-01-01T00:00:00Z',
      'business',
      'has not come: business time has reached',
    ],
  ])('%s is refused', async (_, at, by, message) => {
    const world = await engineWorld(slices, { now: START });
    const asked = async (): Promise<unknown> => modelThen(world, 'value_tier', momentOf(at, by));
    await expect(asked()).rejects.toThrow(message);
    await world.close();
  });

  it('a customer who was not there yet is not found', async () => {
    const world = await engineWorld(slices, { now: START });
    const before = await world.store.head();
    await world.send({ type: 'RecordPurchase', customerId: 'ann', purchaseId: 'one', total: usd(10) });
    await expect(asOf(world).customer('ann', momentOf(String(before), undefined))).rejects.toMatchObject({
      code: 'customer.not_found',
    });
    await world.close();
  });
});

const isOwn = ({ engine }: World, name: string, doc: Json, id: string): boolean => {
  const projection = engine.registry.projections.get(name);
  return projection?.perCustomer === true && doc['customerId'] === id && !('purchaseId' in doc) && isKeyedBy(name);
};
/** Those whose documents have the customer's id for their key. */
const KEYED = ['value_tier', 'customer_card', 'loyalty_balance', 'customer_complaints', 'customer_satisfaction'];
const isKeyedBy = (name: string): boolean => [...KEYED, 'consent_status', 'lifecycle_stage'].includes(name);

function refused(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}
