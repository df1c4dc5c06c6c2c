import { customerStream } from '#kernel/fact.js';
import { defineEvent, type EventOf } from '#kernel/event.js';
import { text } from '#kernel/parse.js';
import { defineSlice } from '#kernel/slice.js';
import { identityStream } from '#kernel/system.events.js';
import { engineWorld, type World } from '#testing/engine-world.js';
import { IdentityTaken } from './errors.js';

const parse = (raw: Readonly<Record<string, unknown>>) => ({ email: text(raw['email']) });
const EmailAdded = defineEvent({ type: 'EmailAdded', personal: ['email'], parse });
const EmailRemoved = defineEvent({ type: 'EmailRemoved', personal: ['email'], parse });
type EmailAdded = EventOf<typeof EmailAdded>;

class AddEmail {
  static readonly about = 'Add.';
  static readonly example = {};
  readonly type: string = 'AddEmail';
  customerId!: string;
}
class RemoveEmail extends AddEmail {
  override readonly type = 'RemoveEmail';
}
const claim = ({ email }: { readonly email: string }) => [{ kind: 'email', value: email }];
const emails = defineSlice({
  ...{ name: 'emails', about: 'E-mails.', events: [EmailAdded, EmailRemoved], commands: [AddEmail, RemoveEmail] },
  ...{ policies: [], projections: [], claims: { EmailAdded: claim }, releases: { EmailRemoved: claim } },
  decider: {
    initial: 0,
    evolve: (count: number, { type }: EmailAdded) => count + (String(type) === 'EmailAdded' ? 1 : -1),
    decide: ({ type, email }: AddEmail & { email: string }) => [
      type === 'AddEmail' ? EmailAdded({ email }) : EmailRemoved({ email }),
    ],
  } as never,
});

let world: World;
beforeEach(async () => {
  world = await engineWorld([emails]);
});
afterEach(() => world.close());

const email = 'ann@example.org';
const add = (customerId: string) => world.send({ type: 'AddEmail', customerId, email });
const remove = (customerId: string) => world.send({ type: 'RemoveEmail', customerId, email });
const identity = () => world.engine.identities.digestOf({ kind: 'email', value: email });
const history = async () => (await world.store.readStream(identityStream(identity()))).map(({ type }) => type);

describe('an identity', () => {
  it('is held by one customer, and known by its keyed digest only', async () => {
    await add('a');
    const { facts } = await add('a');
    expect(facts).toMatchObject([{ data: { email } }]);
    await expect(add('b')).rejects.toBeInstanceOf(IdentityTaken);
    expect(await history()).toEqual(['IdentityClaimed']);
    expect((await world.documents('identity_map')).get(identity())).toMatchObject({
      customerId: 'a',
      pendingSince: null,
    });
    const everything: unknown[] = [];
    for await (const { facts: batch } of world.store.readAll()) everything.push(...batch);
    expect(JSON.stringify(everything)).not.toContain(email);
  });
  it('is taken by one of two who come at once', async () => {
    const outcomes = await Promise.allSettled([add('a'), add('b')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
  it('is free again once it is given back', async () => {
    await add('a');
    await remove('a');
    await add('b');
    expect(await history()).toEqual(['IdentityClaimed', 'IdentityReleased', 'IdentityClaimed']);
    expect((await world.documents('identity_map')).get(identity())).toMatchObject({
      customerId: 'b',
      pendingSince: null,
    });
  });
  it('is freed after an hour where its customer’s fact never came', async () => {
    const orphan = { fact: { type: 'EmailAdded', data: { email }, metadata: { commandId: 'lost' } }, version: 1 };
    await world.engine.identities.claim('a', [orphan as never]);
    await world.quiet();
    await world.advanceTo('2026-03-02T12:30:00.000Z');
    await expect(add('b')).rejects.toBeInstanceOf(IdentityTaken);
    await world.advanceTo('2026-03-02T13:30:00.000Z');
    await add('b');
    expect((await world.store.readStream(customerStream('a'))).length).toBe(0);
  });
});
