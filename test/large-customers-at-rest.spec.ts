import { canonicalJson } from '#kernel/canonical.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import type { Customer } from '#engine/customer.js';
import { FoldContext } from '#engine/context.js';
import { packed, unpacked } from '#engine/packed.js';
import { openNone } from '#engine/reader.js';
import { bytesOf, partsOf } from '#engine/snapshot-bytes.js';
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
  it('are at each command what their facts make of them, and none of those is read again', async () => {
    const store = new CountingStore(new FixedClock(NOW), 'store-1');
    const world = await engineWorld(slices, { store, now: NOW, memory: { readyFacts: 30, restingBytes: 60_000 } });
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
    expect(store.factsRead).toBe(0);
    for (const customerId of CUSTOMERS) {
      const again = await world.send(mixed(customerId, 0), { commandId: `${customerId}-0` });
      expect(again).toMatchObject({ repeated: true });
      const current = await customers.current(customerId, textOf);
      expect(current).toBe(textOf(await customers.load(customerId)));
    }
    await world.close();
  });

  it('are handed on as they lie, but for what came since, and in few pieces', async () => {
    const world = await engineWorld(slices, { now: NOW });
    const { customers, registry, references, reader, store } = world.engine;
    const context = new FoldContext(references);
    for (let number = 0; number < 90; number += 1) await world.send(purchase('ann', number));
    let rests = packed(await customers.load('ann'), registry);
    expect(rests.pieces).toHaveLength(1);
    let [headBytes, made] = [0, 0];
    for (let number = 0; number < 300; number += 1) {
      await world.send(mixed('ann', number));
      const customer = unpacked(rests, registry);
      for (const recorded of await store.readStream(customer.stream, { from: customer.count }))
        customer.fold(await reader.read(recorded, openNone), recorded.position, registry, context);
      const next = packed(customer, registry);
      headBytes = Math.max(headBytes, next.head.length);
      if (next.pieces.at(-1) !== rests.pieces.at(-1)) made += 1;
      expect(next.pieces.length).toBeLessThan(6);
      rests = next;
    }
    expect(made).toBeGreaterThan(5);
    expect(made).toBeLessThan(40);
    expect(headBytes).toBeLessThan(8_000);
    const whole = await customers.load('ann');
    expect(textOf(unpacked(rests, registry))).toBe(textOf(whole));
    const snapshot = { id: 'ann', ...partsOf(bytesOf(rests)) };
    expect(textOf(unpacked(snapshot, registry))).toBe(textOf(whole));
    await world.close();
  });
});
