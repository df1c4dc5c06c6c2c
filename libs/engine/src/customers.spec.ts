import { setTimeout as delay } from 'node:timers/promises';
import { StoreRefused, StoreUnavailable, WrongExpectedRevision } from '#kernel/ports/event-store.js';
import { customerStream, type Proposed } from '#kernel/fact.js';
import { plusHours } from '#kernel/time.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { InsufficientPoints } from '#slices/loyalty/loyalty.errors.js';
import { loyaltySlice } from '#slices/loyalty/loyalty.slice.js';
import { purchasesSlice } from '#slices/purchases/purchases.slice.js';
import { engineWorld, type World, type WorldOptions } from '#testing/engine-world.js';
import { AtInFuture, CommandIdReused, RevisionMismatch } from './errors.js';

const worlds: World[] = [];
const opened = async (options?: WorldOptions): Promise<World> => {
  const world = await engineWorld([purchasesSlice, loyaltySlice], options);
  worlds.push(world);
  return world;
};
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

const bonus = (n: number, points = 10) => ({ type: 'EarnPoints', earningId: `e-${n}`, points });
const redeem = (points: number) => ({ type: 'RedeemPoints', redemptionId: 'r', points });
const count = async ({ store }: World): Promise<number> => (await store.readStream(customerStream('c-1'))).length;

describe('a command sent again', () => {
  it('is answered again and done once', async () => {
    const world = await opened();
    const first = await world.send(bonus(1), { commandId: 'a' });
    expect(await world.send(bonus(1), { commandId: 'a' })).toEqual({ ...first, repeated: true });
    expect(await count(world)).toBe(1);
  });
  it('is answered again after a restart', async () => {
    const world = await opened();
    const first = await world.send(bonus(1), { commandId: 'a' });
    const again = await opened({ store: world.store });
    expect(await again.send(bonus(1), { commandId: 'a' })).toEqual({ ...first, repeated: true });
  });
  it('is done once though ten come at the same time', async () => {
    const world = await opened();
    const receipts = await Promise.all(Array.from({ length: 10 }, () => world.send(bonus(1), { commandId: 'a' })));
    expect(receipts.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(await count(world)).toBe(1);
  });
  it('is refused with another body', async () => {
    const world = await opened();
    await world.send(bonus(1), { commandId: 'a' });
    await expect(world.send(bonus(2), { commandId: 'a' })).rejects.toBeInstanceOf(CommandIdReused);
  });
  it('is decided again where it was refused', async () => {
    const world = await opened();
    await expect(world.send(redeem(5), { commandId: 'a' })).rejects.toBeInstanceOf(InsufficientPoints);
    await world.send(bonus(1));
    expect(await world.send(redeem(5), { commandId: 'a' })).toMatchObject({ repeated: false, facts: [{}] });
  });
});

describe('a command', () => {
  it('with If-Match is done at that revision only', async () => {
    const world = await opened();
    const { revision } = await world.send(bonus(1));
    await world.send(bonus(2), { ifMatch: revision });
    await expect(world.send(bonus(3), { ifMatch: revision })).rejects.toBeInstanceOf(RevisionMismatch);
    expect(await count(world)).toBe(2);
  });
  it('as a dry run answers with its facts and appends none', async () => {
    const world = await opened();
    const head = await world.store.head();
    const receipt = await world.send(bonus(1), { dryRun: true });
    expect(receipt).toMatchObject({ dryRun: true, revision: -1, facts: [{ type: 'PointsEarned' }] });
    expect(await world.store.head()).toBe(head);
  });
  it('from the future is refused', async () => {
    const world = await opened();
    await expect(world.send({ ...bonus(1), at: '2026-03-02T12:05:00.001Z' })).rejects.toBeInstanceOf(AtInFuture);
    await world.send({ ...bonus(1), at: '2026-03-02T12:05:00.000Z' });
  });
  it('settles what time owed before it', async () => {
    const world = await opened();
    await world.send(bonus(1));
    world.clock.set('2027-05-01T00:00:00.000Z');
    const { facts } = await world.send(bonus(2));
    expect(facts.map(({ type }) => type)).toEqual(['PointsExpired', 'PointsEarned']);
  });
  it('settles first, in several appends where more is due than one holds', async () => {
    const world = await opened();
    const lots = Array.from({ length: 600 }, (_, n) => ({
      points: 1,
      expiresAt: plusHours('2027-01-01T00:00:00.000Z', n),
    }));
    await world.send({ type: 'ReceivePoints', transferId: 't', from: 'c-2', lots });
    world.clock.set('2028-01-01T00:00:00.000Z');
    const sent = await world.send(bonus(1), { commandId: 'a' });
    expect(sent).toMatchObject({ revision: 1_200, repeated: false });
    expect(await world.send(bonus(1), { commandId: 'a' })).toEqual({ ...sent, repeated: true });
    expect((await world.documents('loyalty_balance')).get('c-1')).toMatchObject({ expired: 600, available: 10 });
  });
});

describe('two engines on one store', () => {
  it('both get their commands done', async () => {
    const one = await opened();
    const other = await opened({ store: one.store });
    await one.send(bonus(0));
    await other.send(bonus(100));
    const both = Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? one : other).send(bonus(n + 200), { commandId: `k-${n}` }),
    );
    const receipts = await Promise.all(both);
    expect(new Set(receipts.map(({ revision }) => revision)).size).toBe(20);
    expect(await count(one)).toBe(22);
  });
  it('look again before they refuse, or say that nothing changes', async () => {
    const one = await opened();
    const other = await opened({ store: one.store });
    await one.send(bonus(0));
    await other.send(bonus(1, 500));
    await expect(one.send(redeem(300))).resolves.toMatchObject({ facts: [{ type: 'PointsRedeemed' }] });
    const { facts, revision } = await other.send({ ...redeem(300) });
    expect([facts, revision]).toEqual([[], 3]);
  });
});

/** Takes what it is given and says that it does not know whether it did, as when a connection is cut. */
class DoubtfulStore extends MemoryEventStore {
  doubtful = false;
  override async append(stream: string, expected: number, facts: readonly Proposed[]) {
    const appended = await super.append(stream, expected, facts);
    if (this.doubtful) throw new StoreUnavailable('the connection was cut');
    return appended;
  }
}

/** Takes nothing into one stream, or takes it and does not say so. */
class PartlyClosedStore extends MemoryEventStore {
  constructor(
    public closedTo: string = customerStream('c-2'),
    private readonly silently = false,
  ) {
    super();
  }
  override async append(stream: string, expected: number, facts: readonly Proposed[]) {
    const isClosed = stream === this.closedTo;
    if (isClosed && this.silently) await super.append(stream, expected, facts);
    if (isClosed) throw new StoreUnavailable('not now');
    return super.append(stream, expected, facts);
  }
}

describe('an append whose outcome is unknown', () => {
  it('is an error, and done once when sent again', async () => {
    const store = new DoubtfulStore();
    const world = await opened({ store });
    await world.send(bonus(0));
    store.doubtful = true;
    await expect(world.send(bonus(1), { commandId: 'a' })).rejects.toBeInstanceOf(StoreUnavailable);
    store.doubtful = false;
    expect(await world.send(bonus(1), { commandId: 'a' })).toMatchObject({ repeated: true, revision: 1 });
    expect(await world.send(bonus(2))).toMatchObject({ revision: 2 });
  });
});

describe('a long stream', () => {
  it('is loaded from its snapshot as from its facts', async () => {
    const world = await opened();
    for (let n = 0; n < 700; n += 1) await world.send(bonus(n), { commandId: `k-${n}` });
    await world.send({ type: 'RecordPurchase', purchaseId: 'p', total: { units: 5000, scale: 2, currency: 'GBP' } });
    const restarted = await world.restarted();
    worlds.push(restarted);
    expect(await (await restarted.readModels.snapshots()).load('c-1')).toBeDefined();
    const fresh = await opened({ store: world.store });
    const states = (from: World) =>
      from.engine.customers.current('c-1', (customer) => JSON.parse(JSON.stringify(customer.states)) as unknown);
    expect(await states(restarted)).toEqual(await states(fresh));
    expect(await restarted.send(bonus(3), { commandId: 'k-3' })).toMatchObject({ repeated: true, revision: 3 });
    expect((await restarted.send(redeem(7_000))).facts.map(({ type }) => type)).toContain('PointsRedeemed');
  });
});

describe('a customer in memory', () => {
  it('leaves a snapshot at an orderly end, and is folded as from its facts', async () => {
    const world = await opened();
    for (let n = 0; n < 20; n += 1) await world.send(bonus(n), { commandId: `k-${n}` });
    await world.send({ ...bonus(0), customerId: 'c-2' });
    const states = (from: World) =>
      from.engine.customers.current('c-1', (customer) => JSON.parse(JSON.stringify(customer.states)) as unknown);
    const before = await states(world);
    const restarted = await world.restarted();
    worlds.push(restarted);
    const snapshots = await restarted.readModels.snapshots();
    expect(await snapshots.load('c-1')).toBeDefined();
    expect(await snapshots.load('c-2')).toBeUndefined(); // a short stream is folded
    expect(await states(restarted)).toEqual(before);
    expect(await restarted.send(bonus(7), { commandId: 'k-7' })).toMatchObject({ repeated: true });
  });
});

describe('a transfer', () => {
  const transfer = { type: 'TransferPoints', transferId: 't', to: 'c-2', points: 5 };

  it('arrives, once', async () => {
    const world = await opened();
    await world.send(bonus(1));
    await world.send(transfer, { commandId: 'a' });
    await world.send(transfer, { commandId: 'a' });
    await world.advanceTo('2026-03-02T14:00:00.000Z');
    const balances = await world.documents('loyalty_balance');
    expect(balances.get('c-1')).toMatchObject({ sent: 5, available: 5 });
    expect(balances.get('c-2')).toMatchObject({ received: 5, available: 5 });
    expect((await world.documents('follow_ups_pending')).size).toBe(0);
  });
  it('arrives later where its second half failed', async () => {
    const store = new PartlyClosedStore();
    const world = await opened({ store });
    await world.send(bonus(1));
    await world.send(transfer);
    await world.advanceTo('2026-03-02T14:00:00.000Z'); // does not stop the clock
    expect((await world.documents('follow_ups_pending')).size).toBe(1);
    store.closedTo = '';
    await world.advanceTo('2026-03-02T15:00:00.000Z');
    expect((await world.documents('loyalty_balance')).get('c-2')).toMatchObject({ received: 5 });
    expect((await world.documents('follow_ups_pending')).size).toBe(0);
  });
  it.each([
    ['its second half was kept back', 'c-2', {}],
    ['nobody knows whether its first half was taken', 'c-1', { and: 'tells nobody' }],
  ])('arrives without a tick of the clock once the store answers again, where %s', async (_, closedTo, how) => {
    const store = new PartlyClosedStore('', 'and' in how);
    const world = await opened({ store });
    await world.send(bonus(1));
    store.closedTo = customerStream(closedTo);
    await Promise.allSettled([world.send(transfer)]);
    store.closedTo = '';
    for (const until = Date.now() + 5_000; Date.now() < until; await delay(20)) {
      if ((await world.documents('loyalty_balance')).has('c-2')) break;
    }
    expect((await world.documents('loyalty_balance')).get('c-2')).toMatchObject({ received: 5 });
    expect((await world.documents('follow_ups_pending')).size).toBe(0);
  });
});

describe('a customer who left memory', () => {
  it('is read again by the next command, which goes on from there', async () => {
    const world = await opened();
    for (let n = 1; n <= 20; n += 1) await world.send(bonus(n));
    const { customers } = world.engine;
    await Promise.all([world.send(bonus(21), { commandId: 'a' }), customers.leave(), customers.leave()]);
    let reads = 0;
    const { readStream } = world.store;
    world.store.readStream = (...asked) => ((reads += 1), readStream.apply(world.store, asked));
    expect(await world.send(bonus(22))).toMatchObject({ revision: 21 });
    expect(reads).toBe(1);
    expect(await world.send(bonus(21), { commandId: 'a' })).toMatchObject({ revision: 20, repeated: true });
  });
});

describe('a customer whose facts are gone from the store', () => {
  it('is refused, whether a command is sent again or is a new one; nothing is answered as done', async () => {
    const world = await opened();
    for (let n = 1; n <= 3; n += 1) await world.send(bonus(n), { commandId: `k-${n}` });
    const { readStream, append } = world.store;
    world.store.readStream = async (...asked) => (await readStream.apply(world.store, asked)).slice(0, 0);
    world.store.append = (stream, expected, facts) => {
      if (expected > 1) throw new WrongExpectedRevision(stream, expected, 1);
      return append.call(world.store, stream, expected, facts);
    };
    await expect(world.send(bonus(3), { commandId: 'k-3' })).rejects.toThrow(
      /customer-c-1 lacks facts that were there/,
    );
    await expect(world.send(bonus(4))).rejects.toBeInstanceOf(StoreRefused);
    Object.assign(world.store, { readStream, append });
    expect(await world.send(bonus(3), { commandId: 'k-3' })).toMatchObject({ repeated: true, revision: 2 });
    expect(await world.send(bonus(4))).toMatchObject({ revision: 3 });
  });
});
