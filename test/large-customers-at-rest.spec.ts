import { canonicalJson } from '#kernel/canonical.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import type { Customer } from '#engine/customer.js';
import { atRest, packed, unpacked } from '#engine/packed.js';
import { slices } from '#slices/index.js';
import { CountingStore } from '#testing/counting-store.js';
import { engineWorld } from '#testing/engine-world.js';
import type { GivenCommand } from '#testing/makers.js';

const CUSTOMERS = ['ann', 'bob', 'cat'] as const;
const NOW = '2026-03-02T12:00:00.000Z';

const purchase = (customerId: string, number: number): GivenCommand => ({
  ...{ type: 'RecordPurchase', customerId, purchaseId: `p-${number}` },
  total: { units: 1_000 + number, scale: 2, currency: 'GBP' },
});
const redemption = (customerId: string, number: number): GivenCommand => ({
  ...{ type: 'RedeemPoints', customerId, redemptionId: `r-${number}`, points: 1 + (number % 3) },
});
const bonus = (customerId: string, number: number): GivenCommand => ({
  ...{ type: 'EarnPoints', customerId, earningId: `e-${number}`, points: 10 },
});
/** Two purchases, then points earned and redeemed. */
const mixed = (customerId: string, number: number): GivenCommand =>
  ([purchase, purchase, bonus, redemption][number % 4] as typeof purchase)(customerId, 100 + number);
const textOf = ({ states, commands, count, dueAt }: Customer): string =>
  canonicalJson(JSON.parse(JSON.stringify({ states, commands: [...commands.entries()], count, dueAt })));

describe('customers with long histories, of whom one is ready and the others rest', () => {
  it('are at each command what their facts make of them, and little of those is read again', async () => {
    const store = new CountingStore(new FixedClock(NOW), 'store-1');
    const world = await engineWorld(slices, { store, now: NOW, memory: { readyFacts: 30, restingBytes: 1_000_000 } });
    const { customers } = world.engine;
    for (let number = 0; number < 90; number += 1)
      for (const customerId of CUSTOMERS) await world.send(purchase(customerId, number));
    store.factsRead = 0;
    for (let number = 0; number < 40; number += 1) {
      for (const customerId of CUSTOMERS) {
        const { repeated } = await world.send(mixed(customerId, number), { commandId: `${customerId}-${number}` });
        expect(repeated).toBe(false);
      }
    }
    const readAgain = store.factsRead / (40 * CUSTOMERS.length);
    expect(readAgain).toBeGreaterThan(1); // they lay there as before, and took in what had come since
    expect(readAgain).toBeLessThan(16);
    for (const customerId of CUSTOMERS) {
      const again = await world.send(mixed(customerId, 0), { commandId: `${customerId}-0` });
      expect(again).toMatchObject({ repeated: true });
      const current = await customers.current(customerId, textOf);
      expect(current).toBe(textOf(await customers.load(customerId)));
    }
    await world.close();
  });

  it('lie as they were opened while fewer than sixteen facts came since, and say so', async () => {
    const world = await engineWorld(slices, { now: NOW });
    const { customers, registry } = world.engine;
    for (let number = 0; number < 90; number += 1) await world.send(purchase('ann', number));
    const bytes = packed(await customers.load('ann'), registry);
    expect(bytes.json.length).toBeGreaterThan(16_000);
    const opened = unpacked(bytes, registry);
    expect(atRest(opened, registry)).toMatchObject({ json: bytes.json, count: bytes.count });
    expect(atRest(opened, registry).isBehind).toBeUndefined();
    const later = Object.assign(opened, { count: bytes.count + 15 });
    expect(atRest(later, registry)).toMatchObject({ json: bytes.json, count: bytes.count, isBehind: true });
    const again = unpacked(atRest(later, registry), registry);
    expect(again).toMatchObject({ count: bytes.count, isBehind: true });
    expect(atRest(again, registry)).toMatchObject({ count: bytes.count, isBehind: true }); // before it took anything in
    const much = Object.assign(opened, { count: bytes.count + 16 });
    expect(atRest(much, registry)).toMatchObject({ count: bytes.count + 16 });
    await world.close();
  });
});
