import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { SystemIds } from '#adapters/system/system-ids.js';
import { Engine } from '#engine/engine.js';
import { slices } from '#slices/index.js';
import { CountingStore } from '#testing/counting-store.js';

const COMMANDS = 50_000;
const SAMPLE = 1_000;
const MOST_DOCUMENT_BYTES = 128 * 1024;

describe('a customer with 100,000 facts', () => {
  const store = new CountingStore();
  const readModels = new MemoryReadModels();
  const keys = new MemoryKeys();
  const deps = (eventStore: MemoryEventStore) => ({
    ...{ store: eventStore, keys, clock: new FixedClock('2027-06-01T00:00:00.000Z'), ids: new SystemIds(), slices },
  });
  const open = (): Promise<Engine> => Engine.open({ ...deps(store), readModels, project: false });

  const purchase = (engine: Engine, number: number, customerId = 'long', everyMs = 600_000) => {
    const { command: RecordPurchase, slice } = engine.registry.commands.get('RecordPurchase') ?? {};
    if (RecordPurchase === undefined || slice === undefined) throw new Error('RecordPurchase is not there');
    const at = new Date(Date.UTC(2025, 6, 1) + number * everyMs).toISOString();
    const fields = { purchaseId: `p-${number}`, total: { units: 1_000, scale: 2, currency: 'GBP' } };
    const command = Object.assign(new RecordPurchase(), { customerId, at, ...fields });
    return { commandId: `command-${number}`, command: command as never, part: engine.registry.part(slice) };
  };

  it('is kept in documents and facts that do not grow with it, and its last thousand commands cost what the first did', async () => {
    const engine = await open();
    const thousands: number[] = [];
    for (let start = 0; start < COMMANDS; start += SAMPLE) {
      const began = performance.now();
      for (let number = start; number < start + SAMPLE; number += 1) await engine.execute(purchase(engine, number));
      thousands.push(performance.now() - began);
    }
    const facts = await store.readStream('customer-long', { from: 0, limit: 300_000 });
    expect(facts.length).toBeGreaterThanOrEqual(2 * COMMANDS);
    const bytes = (fact: unknown): number => JSON.stringify(fact).length;
    const first = Math.max(...facts.slice(0, SAMPLE).map(bytes));
    expect(Math.max(...facts.slice(-SAMPLE).map(bytes))).toBeLessThan(2 * first);
    await engine.close();
    const ratio = (thousands.at(-1) ?? NaN) / (thousands[1] ?? NaN); // the first thousand also warms the machine up
    process.stdout.write(`the last 1,000 commands took ${ratio.toFixed(2)} × the second 1,000\n`); // a timing fails no test
  }, 240_000);

  it('is loaded from a snapshot and the facts behind it, not from its first fact', async () => {
    const fallen = await open();
    store.factsRead = 0;
    await fallen.execute(purchase(fallen, COMMANDS));
    expect(store.factsRead).toBeLessThan(COMMANDS);
    const engine = await open(); // the one before came to no orderly end, at which it would have taken a snapshot
    store.factsRead = 0;
    const receipt = await engine.execute(purchase(engine, COMMANDS + 1));
    expect(receipt.facts.map(({ type }) => type).slice(0, 2)).toEqual(['PurchaseRecorded', 'PointsEarned']);
    expect(store.factsRead).toBeGreaterThan(0);
    expect(store.factsRead).toBeLessThan(COMMANDS);
    await engine.close();
    await fallen.close();
  }, 60_000);

  it('answers a command of its early days again', async () => {
    const engine = await open();
    const receipt = await engine.execute(purchase(engine, 7));
    expect(receipt).toMatchObject({ repeated: true, revision: expect.any(Number) as number });
    expect(receipt.facts[0]).toMatchObject({ type: 'PurchaseRecorded', data: { purchaseId: 'p-7' } });
    await engine.close();
  }, 60_000);

  it('has read models of documents that are bounded, however many days they bought on', async () => {
    const wide = new MemoryEventStore();
    const engine = await Engine.open({ ...deps(wide), readModels: new MemoryReadModels(), project: true });
    for (let number = 0; number < 2_500; number += 1)
      await engine.execute(purchase(engine, number, 'wide', 5 * 3_600_000));
    engine.projector?.start();
    await engine.projector?.allCaughtUp(await wide.head());
    for (const name of engine.registry.projections.keys()) {
      const document = await engine.queries.get(name, 'wide');
      const length = JSON.stringify(document?.doc ?? {}).length;
      expect([name, length < MOST_DOCUMENT_BYTES]).toEqual([name, true]);
    }
    await engine.close();
  }, 240_000);
});
