import fc from 'fast-check';
import type { Recorded } from '#kernel/fact.js';
import type { Json } from '#kernel/ports/read-models.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { AsOf } from '#engine/as-of.js';
import type { Folded } from '#engine/building.js';
import { modelDigest } from '#engine/digest.js';
import { NotFound } from '#engine/errors.js';
import { momentOf, type Moment } from '#engine/past.js';
import type { World } from '#testing/engine-world.js';
import { CUSTOMERS, lived, stepsOf } from './lives.fixture.js';
import { StoreOfSome } from './store-of-some.fixture.js';

type Digests = Readonly<Record<string, string>>;

/** Digests of every read model as of a moment, folded from a store; each customer by themselves is told the same. */
async function digestsThen({ engine }: World, moment: Moment, store = engine.store): Promise<Digests> {
  const { registry, reader, clock } = engine;
  const readModels = new MemoryReadModels();
  const names = [...registry.projections.keys()];
  const asOf = new AsOf({ registry, reader, clock, store });
  const folded = await asOf.models(names, moment, readModels);
  for (const customerId of CUSTOMERS) {
    const documents = await asOf.customer(customerId, moment).catch(nobodyYet);
    expect([customerId, documents]).toEqual([customerId, await ownIn(folded, customerId)]);
  }
  const digests = folded.map(async ({ projection, model }) => {
    return [projection.name, (await modelDigest(model)).digest] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** The documents under a customer's own key; undefined where there is none. */
async function ownIn(folded: readonly Folded[], customerId: string): Promise<unknown> {
  const own: Record<string, Json> = {};
  for (const { projection, model } of folded) {
    const doc = (await model.load([customerId])).get(customerId)?.doc;
    if (projection.perCustomer === true && doc?.['customerId'] === customerId) own[projection.name] = doc;
  }
  return Object.keys(own).length === 0 ? undefined : own;
}

function nobodyYet(error: unknown): undefined {
  if (!(error instanceof NotFound)) throw error;
}

const at = (position: number): Moment => momentOf(String(position), undefined);

describe('whatever commands, restarts, late facts, policies and ticks came in which order', () => {
  it('as of now by recorded time is what is read now, and as of a position what was read then', async () => {
    let looked = 0;
    await fc.assert(
      fc.asyncProperty(stepsOf(CUSTOMERS, 14), fc.nat(), async (steps, when) => {
        const seen: { readonly position: number; readonly digests: Digests }[] = [];
        let done = 0;
        const world = await lived(steps, async (live) => {
          done += 1;
          if (done !== 1 + (when % steps.length)) return;
          seen.push({ digests: await live.digests(), position: await live.store.head() });
        });
        seen.push({ digests: await world.digests(), position: await world.store.head() });
        for (const { position, digests } of seen) {
          expect([position, await digestsThen(world, at(position))]).toEqual([position, digests]);
          looked += 1;
        }
        await world.close();
      }),
      { numRuns: 8 },
    );
    expect(looked).toBeGreaterThan(8);
  }, 60_000);

  it('as of a business time is what a history without the later facts would give', async () => {
    let left = 0;
    await fc.assert(
      fc.asyncProperty(stepsOf(CUSTOMERS, 14), fc.integer({ min: 0, max: 100 }), async (steps, share) => {
        const world = await lived(steps);
        await world.advanceTo(world.engine.now());
        const moments = (await world.store.readStream('calendar')).map(({ data }) => String(data['to'])).sort();
        const until = moments[Math.floor((share * (moments.length - 1)) / 100)] ?? '';
        const earlier = ({ type, data, occurredAt }: Recorded): boolean => {
          if (type === 'PolicyPublished') return String(data['effectiveFrom']) <= until;
          return (type.startsWith('Clock') ? String(data['to']) : occurredAt) <= until;
        };
        const only = new StoreOfSome(world.engine.store, undefined, earlier);
        const head = await world.store.head();
        for await (const { facts } of world.store.readAll()) left += facts.filter((fact) => !earlier(fact)).length;
        const then = await digestsThen(world, momentOf(until, 'business'));
        expect([until, then]).toEqual([until, await digestsThen(world, at(head), only)]);
        await world.close();
      }),
      { numRuns: 8 },
    );
    expect(left).toBeGreaterThan(0);
  }, 60_000);
});
