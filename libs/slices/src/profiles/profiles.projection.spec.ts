import { engineWorld } from '#testing/engine-world.js';
import { named, of, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { IdentityTaken } from '#engine/errors.js';
import {
  ContactPointAdded,
  ContactPointRemoved,
  CustomerIdentified,
  CustomerRegistered,
  IdentityForgotten,
  ProfileUpdated,
} from './profiles.events.js';
import { customerCard } from './profiles.projection.js';
import { customerSegments } from './profiles.segments.projection.js';
import { profilesSlice } from './profiles.slice.js';

const unknown = { name: null, birthday: null, language: null, zone: null, country: null };
const none = { language: null, country: null };
const registered = named(
  'registered',
  CustomerRegistered({ ...unknown, name: 'Ada', language: 'en', before: none }, '2026-03-31T10:00:00.000Z'),
);
const email = { contactPointId: 'email-1', kind: 'email', value: 'ada@example.org' } as const;

describe('the customer card', () => {
  const fold = projectionSpec(customerCard, { slices: [profilesSlice] });

  it('says who the customer is and how to reach them', async () => {
    const identified = CustomerIdentified({ system: 'till', externalId: '7' }, '2026-04-02T10:00:00.000Z');
    const card = (await fold(registered, ContactPointAdded(email, '2026-04-01T10:00:00.000Z'), identified)).get('c-1');
    expect(card).toMatchObject({
      name: 'Ada',
      registeredAt: '2026-03-31T10:00:00.000Z',
      contactPoints: [{ ...email, addedAt: '2026-04-01T10:00:00.000Z' }],
      identities: [{ system: 'till', externalId: '7' }],
      lastFactAt: '2026-04-02T10:00:00.000Z',
      facts: 3,
      why: { facts: ['registered', 'fact-1', 'fact-2'], policy: { name: 'profiles', version: 1 } },
    });
  });

  it('forgets what was removed, cleared or forgotten', async () => {
    const identity = { system: 'till', externalId: '7' };
    const card = (
      await fold(
        ...[registered, ContactPointAdded(email), CustomerIdentified(identity), ContactPointRemoved(email)],
        ProfileUpdated({ ...unknown, changed: ['name'], before: none }),
        IdentityForgotten(identity),
      )
    ).get('c-1');
    expect(card).toMatchObject({ name: null, language: 'en', contactPoints: [], identities: [] });
  });

  it('keeps what was known before a registration that does not say it', async () => {
    const imported = ProfileUpdated({ ...unknown, changed: ['country'], country: 'AT', before: none });
    expect((await fold(imported, registered)).get('c-1')).toMatchObject({ country: 'AT', name: 'Ada' });
  });
});

describe('segments', () => {
  const fold = projectionSpec(customerSegments, { slices: [profilesSlice] });
  const counts = async (...facts: readonly GivenFact[]) =>
    Object.fromEntries([...(await fold(...facts))].map(([key, { customers }]) => [key, customers]));

  it('count customers by what they say of themselves, and move them when that changes', async () => {
    const other = of(
      'c-2',
      CustomerRegistered({ ...unknown, language: 'en', before: none }, '2026-04-01T00:00:00.000Z'),
    );
    const moved = { ...unknown, changed: ['language' as const], language: 'de', before: { ...none, language: 'en' } };
    expect(await counts(registered, other, ProfileUpdated(moved))).toEqual({
      'language/en': 1,
      'language/de': 1,
      'registered/2026-03': 1,
      'registered/2026-04': 1,
    });
  });
});

describe('a segment', () => {
  const fold = projectionSpec(customerSegments, { slices: [profilesSlice] });
  const joined = (n: number, at: string) =>
    named(`fact-of-${n}`, of(`c-${n}`, CustomerRegistered({ ...unknown, language: 'en', before: none }, at)));
  const [first, second, third] = [
    joined(1, '2026-03-30T00:00:00.000Z'),
    joined(2, '2026-03-31T00:00:00.000Z'),
    joined(3, '2026-03-31T00:00:00.000Z'),
  ] as const;

  it('says the same whichever order customers stand in the log, as they stand in another one in another store', async () => {
    const orders = [
      [first, second, third],
      [third, second, first],
      [second, first, third],
      [third, first, second],
    ];
    const folded = await Promise.all(orders.map(async (facts) => Object.fromEntries(await fold(...facts))));
    expect(folded[0]?.['language/en']).toMatchObject({
      ...{ customers: 3, movedAt: '2026-03-31T00:00:00.000Z' },
      why: { facts: ['fact-of-3'] },
    });
    for (const documents of folded) expect(documents).toEqual(folded[0]);
  });
});

describe('identities through the engine', () => {
  it('belong to one customer until they are given back, and are sealed in the store', async () => {
    const world = await engineWorld([profilesSlice]);
    const add = { type: 'AddContactPoint', kind: 'email', value: 'ada@example.org' };
    await world.send(add);
    await expect(world.send({ ...add, customerId: 'c-2', value: 'ADA@example.org' })).rejects.toThrow(IdentityTaken);
    await world.send({ type: 'RemoveContactPoint', contactPointId: 'email-1' });
    await world.send({ ...add, customerId: 'c-2' });
    const [stored] = await world.store.readStream('customer-c-2');
    expect(JSON.stringify(stored?.data)).not.toContain('example.org');
    expect((await world.documents('customer_card')).get('c-2')).toMatchObject({
      contactPoints: [{ value: add.value }],
    });
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
    await world.close();
  });
});
