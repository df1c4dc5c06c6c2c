import { customerStream } from '#kernel/fact.js';
import { companyPolicy } from '#kernel/company.policy.js';
import { loyaltyPolicy } from '#slices/loyalty/loyalty.policy.js';
import { loyaltySlice } from '#slices/loyalty/loyalty.slice.js';
import { purchasesSlice } from '#slices/purchases/purchases.slice.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { ClockWouldFall } from './errors.js';

let world: World;
beforeEach(async () => {
  world = await engineWorld([purchasesSlice, loyaltySlice]);
});
afterEach(() => world.close());

const bonus = (customerId: string, points = 10) => ({ type: 'EarnPoints', earningId: 'e', customerId, points });
const typesOf = async (stream: string) => (await world.store.readStream(stream)).map(({ type }) => type);

describe('the calendar', () => {
  it('never falls', async () => {
    const { calendar } = world.engine;
    await calendar.advance('2026-03-03T00:00:00.000Z');
    await calendar.advance('2026-03-02T00:00:00.000Z');
    expect(calendar.to).toBe('2026-03-03T00:00:00.000Z');
    await expect(calendar.fix('2026-03-02T00:00:00.000Z')).rejects.toBeInstanceOf(ClockWouldFall);
    expect(calendar.now()).toBe('2026-03-03T00:00:00.000Z');
  });
  it('stands still until it is lifted, also after a restart', async () => {
    await world.engine.calendar.fix('2026-04-01T00:00:00.000Z');
    world.clock.set('2026-06-01T00:00:00.000Z');
    world = await world.restarted();
    expect(world.engine.now()).toBe('2026-04-01T00:00:00.000Z');
    await world.engine.calendar.lift();
    expect(world.engine.now()).toBe('2026-06-01T00:00:00.000Z');
    expect(await typesOf('calendar')).toEqual(['ClockFixed', 'ClockLifted']);
  });
});

describe('the clock process', () => {
  it('settles customers whom nobody commands', async () => {
    await world.send(bonus('a'));
    await world.advanceTo('2027-04-01T00:00:00.000Z');
    expect(await typesOf(customerStream('a'))).toEqual(['PointsEarned', 'PointsExpired']);
    await world.advanceTo('2027-04-02T00:00:00.000Z');
    expect(await typesOf(customerStream('a'))).toHaveLength(2);
  });
  it('lowers a tier without any event of the customer', async () => {
    await world.send(bonus('a', 500));
    await world.advanceTo('2028-02-01T00:00:00.000Z');
    expect((await world.documents('loyalty_balance')).get('a')).toMatchObject({ tier: 'basic', expired: 500 });
  });
  it('goes on where one customer cannot be read', async () => {
    await world.send(bonus('a'));
    await world.send(bonus('b'));
    const broken = { id: 'x', type: 'Unheard', version: 1, occurredAt: '2026-03-02T12:00:00.000Z', data: {} };
    await world.store.append(customerStream('a'), 1, [{ ...broken, metadata: { commandId: 'x' } }]);
    world = await world.restarted();
    await world.quiet();
    await world.advanceTo('2027-04-01T00:00:00.000Z');
    expect(await typesOf(customerStream('b'))).toEqual(['PointsEarned', 'PointsExpired']);
  });
  it('asks anew when time owes what, after a policy came into force', async () => {
    await world.send(bonus('a', 500));
    await world.engine.policies.publish({
      ...{ name: 'loyalty', effectiveFrom: '2027-06-01T00:00:00.000Z' },
      rules: { ...loyaltyPolicy.defaults, graceDays: 10 },
    });
    await world.advanceTo('2027-06-02T00:00:00.000Z');
    expect((await world.documents('settlement_due')).get('a')).toMatchObject({ dueAt: '2028-01-11T00:00:00.000Z' });
    await world.advanceTo('2028-01-11T00:00:00.000Z');
    const facts = await world.store.readStream(customerStream('a'));
    expect(facts.at(-1)).toMatchObject({ type: 'LoyaltyTierChanged', metadata: { policies: { loyalty: 2 } } });
  });
});

describe('policies', () => {
  const publish = (zone: string, effectiveFrom: string) =>
    world.engine.policies.publish({ name: companyPolicy.name, rules: { zone, currency: 'EUR' }, effectiveFrom });

  it('are published with their defaults once', async () => {
    world = await world.restarted();
    expect(world.engine.policies.versions('loyalty')).toHaveLength(1);
    expect(await typesOf('policy-loyalty')).toEqual(['PolicyPublished']);
  });
  it('hold from when they say, the newest first', async () => {
    await publish('Asia/Tokyo', '2026-04-01T00:00:00.000Z');
    await publish('Europe/Paris', '2026-03-01T00:00:00.000Z');
    const { references } = world.engine;
    const zone = (at: string) => references.inForce(companyPolicy, at, Infinity).rules;
    expect(zone('2026-02-28T23:59:59.999Z')).toMatchObject({ zone: 'UTC', version: 1 });
    expect(zone('2026-05-01T00:00:00.000Z')).toMatchObject({ zone: 'Europe/Paris', version: 3 });
  });
  it('are refused where their rules do not hold, or no slice declares them', async () => {
    await expect(publish('Mars/Olympus', '2026-04-01T00:00:00.000Z')).rejects.toMatchObject({
      code: 'request.invalid',
    });
    const unknown = { name: 'magic', rules: {}, effectiveFrom: '2026-04-01T00:00:00.000Z' };
    await expect(world.engine.policies.publish(unknown)).rejects.toMatchObject({ code: 'policy.not_found' });
  });
});
