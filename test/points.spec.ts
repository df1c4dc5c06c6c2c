import fc from 'fast-check';
import type { Json } from '#kernel/ports/read-models.js';
import { DomainError } from '#kernel/errors.js';
import { plusHours } from '#kernel/time.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { loyaltyPolicy } from '#slices/loyalty/loyalty.policy.js';
import { loyaltySlice } from '#slices/loyalty/loyalty.slice.js';
import { purchasesSlice } from '#slices/purchases/purchases.slice.js';
import type { Receipt } from '#engine/requests.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import type { GivenCommand } from '#testing/makers.js';

const SLICES = [purchasesSlice, loyaltySlice];
const START = '2026-01-20T09:00:00.000Z';
const ZONE = { zone: 'Europe/London', currency: 'GBP' };

const CUSTOMERS = ['ann', 'bob', 'cat'] as const;

/** A step of a history: what is sent, how long after the one before, and how late it is said. */
const step = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('buy', 'earn', 'reserve') },
    { weight: 4, arbitrary: fc.constantFrom('refund part', 'refund', 'redeem', 'cancel', 'confirm', 'send') },
    { weight: 2, arbitrary: fc.constantFrom('void', 'add', 'adjust', 'reverse') },
  ),
  customerId: fc.constantFrom(...CUSTOMERS),
  to: fc.constantFrom(...CUSTOMERS),
  units: fc.integer({ min: 1, max: 60_000 }),
  points: fc.integer({ min: 1, max: 300 }),
  pick: fc.nat(),
  afterHours: fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 5 }) },
    { weight: 2, arbitrary: fc.integer({ min: 6, max: 200 }) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 3_000 }) },
  ),
  lateHours: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }) },
    { weight: 1, arbitrary: fc.integer({ min: 400, max: 9_000 }) },
  ),
  ticks: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
const history = fc.array(step, { minLength: 10, maxLength: 80, size: 'max' });

const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });

/** The names a history has given so far, by kind and customer: later commands refer to them. */
class Names {
  private readonly known = new Map<string, string[]>();

  add(kind: string, { customerId }: Step, name: string): string {
    const key = `${kind} ${customerId}`;
    this.known.set(key, [...(this.known.get(key) ?? []), name]);
    return name;
  }

  some(kind: string, { customerId, pick }: Step): string {
    const names = this.known.get(`${kind} ${customerId}`) ?? ['none'];
    return names[pick % names.length] ?? 'none';
  }
}

function commandOf(step: Step, names: Names, fresh: string): GivenCommand {
  const { customerId, to, units, points, pick } = step;
  const purchaseId = names.some('purchase', step);
  const reservationId = names.some('reservation', step);
  const line = { lineId: fresh, sku: 'mug', quantity: 1, amount: gbp(units) };
  switch (step.kind) {
    case 'buy':
      names.add('purchase', step, fresh);
      return { type: 'RecordPurchase', customerId, purchaseId: fresh, total: gbp(units) };
    case 'refund part':
      return { type: 'RefundPurchase', customerId, purchaseId, refundId: fresh, amount: gbp(Math.ceil(units / 3)) };
    case 'refund':
      return { type: 'RefundPurchase', customerId, purchaseId, refundId: fresh };
    case 'void':
      return { type: 'VoidPurchase', customerId, purchaseId, reason: 'mistake' };
    case 'add':
      return { type: 'AddPurchaseLines', customerId, purchaseId, lines: [line] };
    case 'redeem':
      return { type: 'RedeemPoints', customerId, redemptionId: fresh, points };
    case 'reserve':
      names.add('reservation', step, fresh);
      return { type: 'ReservePoints', customerId, reservationId: fresh, points };
    case 'confirm':
      return { type: 'ConfirmReservation', customerId, reservationId };
    case 'cancel':
      return { type: 'CancelReservation', customerId, reservationId };
    case 'adjust':
      return {
        type: 'AdjustPoints',
        customerId,
        adjustmentId: fresh,
        points: pick % 2 ? points : -points,
        reason: '-',
      };
    case 'send':
      return { type: 'TransferPoints', customerId, transferId: fresh, to, points };
    case 'earn':
      return { type: 'EarnPoints', customerId, earningId: fresh, points };
    case 'reverse':
      return { type: 'ReverseEarning', customerId, lotId: names.some('lot', step), reason: 'fraud' };
  }
}

interface Done {
  readonly command: GivenCommand;
  readonly commandId: string;
  readonly receipt: Receipt;
}

/** Lives a history through; gives what was done, refusals left out. */
async function live(world: World, steps: readonly Step[], names = new Names(), from = 0): Promise<readonly Done[]> {
  const done: Done[] = [];
  for (const [index, step] of steps.entries()) {
    const now = plusHours(world.clock.now(), step.afterHours);
    if (step.ticks) await world.advanceTo(now);
    else world.clock.set(now);
    const commandId = `command-${from + index}`;
    const command = { ...commandOf(step, names, `n${from + index}`), at: plusHours(now, -step.lateHours) };
    try {
      const receipt = await world.send(command, { commandId });
      done.push({ command, commandId, receipt });
      for (const { type, id } of receipt.facts) if (type === 'PointsEarned') names.add('lot', step, id);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
  }
  return done;
}

async function opened(batch?: number): Promise<World> {
  const world = await engineWorld(SLICES, { now: START, ...(batch !== undefined && { batch }) });
  await world.engine.policies.publish({ name: 'company', rules: ZONE, effectiveFrom: '1900-01-01T00:00:00.000Z' });
  return world;
}

const number = (doc: Json, field: string): number => doc[field] as number;
const total = (docs: Iterable<Json>, ...fields: readonly string[]): number =>
  [...docs].reduce((sum, doc) => fields.reduce((inner, field) => inner + number(doc, field), sum), 0);

const IN = ['earned', 'adjustedIn', 'received'];
const OUT = ['redeemed', 'expired', 'reversed', 'adjustedOut', 'sent'];
const NOW = ['reserved', 'pending', 'available'];

async function equationHolds(world: World): Promise<void> {
  const balances = await world.documents('loyalty_balance');
  const lots = [...(await world.documents('loyalty_lots')).values()];
  const ledger = [...(await world.documents('loyalty_ledger')).values()];
  for (const [customerId, doc] of balances) {
    const mine = (docs: readonly Json[]): readonly Json[] => docs.filter((other) => other['customerId'] === customerId);
    const held = total([doc], 'pending', 'available');
    expect(total([doc], ...IN)).toBe(total([doc], ...OUT, ...NOW) - number(doc, 'debt'));
    expect(total(mine(lots), 'left')).toBe(held);
    expect(total(mine(ledger), 'points')).toBe(held);
    expect(total(mine(ledger), 'debt')).toBe(number(doc, 'debt'));
    for (const field of [...IN, ...OUT, ...NOW, 'debt'])
      expect([field, number(doc, field) >= 0]).toEqual([field, true]);
    for (const sums of ['maturing', 'expiring']) {
      const amounts = Object.values(doc[sums] as Record<string, number>);
      expect([sums, amounts.every((amount) => amount > 0)]).toEqual([sums, true]);
    }
    expect(
      total(
        Object.values(doc['expiring'] as object).map((n: number) => ({ n })),
        'n',
      ),
    ).toBe(held);
  }
  for (const lot of lots) expect(number(lot, 'left')).toBeGreaterThanOrEqual(0);
  expect(total(balances.values(), 'sent')).toBe(total(balances.values(), 'received'));
  const liability = (await world.documents('loyalty_liability')).get('all');
  if (liability === undefined) return;
  const owed = total(balances.values(), ...NOW);
  expect(number(liability, 'held') + number(liability, 'reserved')).toBe(owed);
  expect(liability['liability']).toEqual({ ...loyaltyPolicy.defaults.costPerPoint, units: owed });
}

describe('points over random histories', () => {
  const property = (check: (world: World, steps: readonly Step[]) => Promise<void>, runs: number) =>
    fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const world = await opened();
        try {
          await check(world, steps);
        } finally {
          await world.close();
        }
      }),
      { numRuns: runs },
    );

  it('what came in is what went out and what is there', async () => {
    await property(async (world, steps) => {
      await live(world, steps);
      await equationHolds(world);
      await world.advanceTo(plusHours(world.clock.now(), 24 * 500));
      await equationHolds(world);
    }, 40);
  }, 120_000);

  it('a command twice is a command once', async () => {
    await property(async (world, steps) => {
      const done = await live(world, steps);
      const head = await world.store.head();
      for (const { command, commandId, receipt } of done) {
        if (receipt.facts.length === 0) continue;
        expect(await world.send(command, { commandId })).toEqual({ ...receipt, repeated: true });
      }
      expect(await world.store.head()).toBe(head);
    }, 25);
  }, 120_000);

  it('folding anew gives what stands there, whatever the batch and however often it was stopped', async () => {
    await property(async (first, steps) => {
      let world = first;
      const names = new Names();
      const third = Math.ceil(steps.length / 3);
      for (let start = 0; start < steps.length; start += third) {
        await live(world, steps.slice(start, start + third), names, start);
        world = await world.restarted({ batch: [1, 7, 500][start % 3] ?? 1 });
      }
      try {
        const { live: stood, rebuilt } = await world.rebuildAll();
        expect(rebuilt).toEqual(stood);
        for (const batch of [1, 7, 500]) {
          world = await world.restarted({ batch, readModels: new MemoryReadModels() });
          expect(await world.digests()).toEqual(stood);
        }
      } finally {
        await world.close();
      }
    }, 25);
  }, 120_000);
});
