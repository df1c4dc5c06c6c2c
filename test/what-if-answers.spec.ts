import { plusHours } from '#kernel/time.js';
import type { Verdict } from '#engine/verdict.js';
import { WhatIf } from '#engine/what-if.js';
import { slices } from '#slices/index.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import type { GivenCommand } from '#testing/makers.js';
import { ask, START, suppose, usd } from './what-if.fixture.js';

describe('what if', () => {
  let world: World;
  const ann = (command: GivenCommand) => world.send({ customerId: 'ann', ...command });
  const buys = (purchaseId: string, dollars: number) =>
    ann({ type: 'RecordPurchase', purchaseId, total: usd(dollars) });
  const daysLater = (days: number) => world.advanceTo(plusHours(world.clock.now(), 24 * days));

  beforeEach(async () => {
    world = await engineWorld(slices, { now: START });
    await world.advanceTo(START);
  });
  afterEach(() => world.close());

  const points = (verdict: Verdict, field: string) => verdict.amounts[0]?.sums[field];

  describe('points had been earned at another rate', () => {
    beforeEach(async () => {
      await buys('one', 100);
      await daysLater(20);
    });

    it('twice as many are earned, and owed', async () => {
      const verdict = await ask(world, [suppose(world, 'loyalty', { earn: { points: 2, perUnits: 1 } })]);
      expect(points(verdict, 'earned')).toEqual({ before: 100, after: 200 });
      expect(verdict.amounts[0]?.liability).toEqual({
        amount: { before: 100, after: 200 },
        money: { before: [usd(1)], after: [usd(2)] },
      });
      expect(verdict.customers).toMatchObject({ all: 1, changed: 1 });
      expect(verdict.amounts[0]?.examples).toMatchObject([
        { customerId: 'ann', before: 100, after: 200, why: { after: { policy: { name: 'loyalty', version: 2 } } } },
      ]);
    });

    it('a redemption takes what is there, and the rest is said as short', async () => {
      await ann({ type: 'RedeemPoints', redemptionId: 'r', points: 80 });
      const verdict = await ask(world, [suppose(world, 'loyalty', { earn: { points: 1, perUnits: 2 } })]);
      expect(verdict.shortfall).toMatchObject({
        ...{ count: 1, missing: 30 },
        byType: [{ type: 'PointsRedeemed', count: 1, asked: 80, given: 50 }],
        examples: [{ customerId: 'ann', asked: 80, given: 50 }],
      });
      expect(points(verdict, 'redeemed')).toEqual({ before: 80, after: 50 });
      expect(points(verdict, 'available')).toEqual({ before: 20, after: 0 });
    });

    it('a reservation that could not be made is short once, though it was confirmed later', async () => {
      await ann({ type: 'ReservePoints', reservationId: 'r', points: 80 });
      await ann({ type: 'ConfirmReservation', reservationId: 'r' });
      const verdict = await ask(world, [suppose(world, 'loyalty', { earn: { points: 0, perUnits: 1 } })]);
      expect(verdict.shortfall.byType).toEqual([{ type: 'PointsReserved', count: 1, asked: 80, given: 0 }]);
      expect(points(verdict, 'redeemed')).toEqual({ before: 80, after: 0 });
    });

    it('a confirmation of a reservation that had lapsed is short', async () => {
      await ann({ type: 'ReservePoints', reservationId: 'r', points: 80 });
      await world.advanceTo(plusHours(world.clock.now(), 20));
      await ann({ type: 'ConfirmReservation', reservationId: 'r' });
      const verdict = await ask(world, [suppose(world, 'loyalty', { reservationHours: 2 })]);
      expect(verdict.shortfall.byType).toEqual([{ type: 'ReservationConfirmed', count: 1, asked: 80, given: 0 }]);
      expect(points(verdict, 'available')).toEqual({ before: 20, after: 100 });
    });

    it('what another customer received stays, and what was sent too much is short', async () => {
      await ann({ type: 'TransferPoints', transferId: 't', to: 'bob', points: 80 });
      const verdict = await ask(world, [suppose(world, 'loyalty', { earn: { points: 1, perUnits: 2 } })]);
      expect(verdict.shortfall.byType).toEqual([{ type: 'PointsSent', count: 1, asked: 80, given: 50 }]);
      expect(points(verdict, 'received')).toEqual({ before: 80, after: 80 });
      expect(points(verdict, 'sent')).toEqual({ before: 80, after: 50 });
    });

    it('from an instant on, what was earned before stays', async () => {
      const from = world.clock.now();
      await daysLater(1);
      await buys('two', 50);
      const verdict = await ask(world, [suppose(world, 'loyalty', { earn: { points: 3, perUnits: 1 } }, from)]);
      expect(points(verdict, 'earned')).toEqual({ before: 150, after: 250 });
    });
  });

  it('points had lasted less long: they expire, where nobody settled in history', async () => {
    await buys('one', 300);
    await daysLater(120);
    const verdict = await ask(world, [suppose(world, 'loyalty', { expireAfterMonths: 2 })]);
    expect(points(verdict, 'expired')).toEqual({ before: 0, after: 300 });
    expect(verdict.amounts[0]?.liability.amount).toEqual({ before: 300, after: 0 });
    const lapsing = verdict.episodes[0]?.reasons.find(({ reason }) => reason === 'points_lapsing');
    expect(lapsing).toMatchObject({ appeared: 1, disappeared: 0, raised: { before: 0, after: 1 } });
  });

  it('a tier had begun lower: who would have it', async () => {
    await buys('one', 300);
    const verdict = await ask(world, [suppose(world, 'loyalty', { tiers: [{ name: 'silver', from: 200 }] })]);
    const tier = verdict.standings.find(({ model }) => model === 'loyalty_balance');
    expect(tier).toMatchObject({ moved: 1, moves: [{ from: 'basic', to: 'silver', customers: 1 }] });
    expect(tier?.counts).toEqual({ basic: { before: 1, after: 0 }, silver: { before: 0, after: 1 } });
  });

  describe('a silence had been called one later', () => {
    beforeEach(async () => {
      for (const purchaseId of ['one', 'two', 'three']) {
        await buys(purchaseId, 20);
        await daysLater(10);
      }
      await daysLater(80);
      await ann({ type: 'AcknowledgeAlert', episodeId: 'silent-1', agent: 'kim' });
    });
    const silent = (verdict: Verdict) => verdict.episodes[0]?.reasons.find(({ reason }) => reason === 'silent');

    it('the alert disappears, and what was done about it finds nothing to be about', async () => {
      const verdict = await ask(world, [suppose(world, 'lifecycle', { atRiskLeastDays: 120 })]);
      expect(silent(verdict)).toMatchObject({ raised: { before: 1, after: 0 }, disappeared: 1, appeared: 0 });
      expect(verdict.facts.withoutObject).toEqual({ AlertAcknowledged: 1 });
      const stage = verdict.standings.find(({ model }) => model === 'lifecycle_stage');
      expect(stage?.moves).toEqual([{ from: 'at risk', to: 'active', customers: 1 }]);
      expect(stage?.examples).toMatchObject([{ customerId: 'ann', why: { before: { policy: { version: 1 } } } }]);
    });

    it('a little later, it is the same alert at another time, and what was done about it stays', async () => {
      const verdict = await ask(world, [suppose(world, 'lifecycle', { atRiskLeastDays: 70 })]);
      expect(silent(verdict)).toMatchObject({ appeared: 0, disappeared: 0, moved: 1 });
      expect(verdict.facts.withoutObject).toEqual({});
    });
  });

  it('complaints had been promised an answer sooner: a promise is missed', async () => {
    await ann({ type: 'RaiseComplaint', complaintId: 'c', cause: 'late', channel: 'phone', text: 'Where is it?' });
    await world.advanceTo('2025-01-20T15:00:00Z');
    await ann({ type: 'RespondToComplaint', complaintId: 'c', responseId: 'a' });
    const verdict = await ask(world, [suppose(world, 'complaints', { firstResponseHours: 2 })]);
    const overdue = verdict.episodes[0]?.reasons.find(({ reason }) => reason === 'complaint_overdue');
    expect(overdue).toMatchObject({ appeared: 1, raised: { before: 0, after: 1 }, open: { before: 0, after: 0 } });
  });

  it('a policy says what is published already: nothing is supposed', async () => {
    await buys('one', 300);
    const verdict = await ask(world, [suppose(world, 'loyalty', {}), suppose(world, 'value', {})]);
    expect(verdict.policies.map(({ differs }) => differs)).toEqual([false, false]);
    expect(verdict).toMatchObject({ measurements: 'as published', customers: { changed: 0 } });
  });

  it('looks at no more of history than it is told to', async () => {
    await buys('one', 300);
    const position = await world.store.head();
    await daysLater(1);
    await buys('two', 300);
    const suppositions = [suppose(world, 'loyalty', { earn: { points: 2, perUnits: 1 } })];
    const verdict = await new WhatIf(world.engine).ask({ suppositions, moment: { at: position, by: 'recorded' } });
    expect(points(verdict, 'earned')).toEqual({ before: 300, after: 600 });
    expect(verdict.asOf.position).toBe(position);
    const business = { at: plusHours(START, 12), by: 'business' } as const;
    expect(points(await new WhatIf(world.engine).ask({ suppositions, moment: business }), 'earned')).toEqual({
      ...{ before: 300, after: 600 },
    });
  });

  it('says the same over a store that reads one stream at a time', async () => {
    for (const customerId of ['ann', 'bob', 'cat']) {
      await world.send({ type: 'RecordPurchase', customerId, purchaseId: 'one', total: usd(200) });
      await daysLater(3);
    }
    const suppositions = [suppose(world, 'loyalty', { earn: { points: 3, perUnits: 1 } })];
    const verdict = await ask(world, suppositions);
    expect(points(verdict, 'earned')).toEqual({ before: 600, after: 1_800 });
    Object.defineProperty(world.store, 'portions', { value: undefined });
    expect(await ask(world, suppositions)).toEqual(verdict);
  });

  it('ends when nobody wants it any more', async () => {
    for (let n = 0; n < 5; n += 1)
      await world.send({ type: 'RecordPurchase', customerId: `c-${n}`, purchaseId: 'p', total: usd(5) });
    const gone = new AbortController();
    gone.abort();
    await expect(new WhatIf(world.engine).ask({ suppositions: [] }, { signal: gone.signal })).rejects.toThrow(
      'aborted',
    );
  });
});
