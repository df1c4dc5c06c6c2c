import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import {
  AlreadyRegistered,
  BirthdayAhead,
  ContactPointIdTaken,
  ContactPointNotFound,
  NotAContactPoint,
  ProfileIsFull,
} from './profiles.errors.js';
import {
  ContactPointAdded,
  ContactPointRemoved,
  CustomerIdentified,
  CustomerRegistered,
  IdentityForgotten,
  ProfileUpdated,
} from './profiles.events.js';
import { profilesPolicy } from './profiles.policy.js';
import { profilesSlice } from './profiles.slice.js';

const given = deciderSpec(profilesSlice);
const tight = deciderSpec([profilesSlice], {
  policies: [published(profilesPolicy, { mostContactPoints: 1, mostIdentities: 1 })],
});

const unknown = { name: null, birthday: null, language: null, zone: null, country: null };
const ada = { name: 'Ada', birthday: '1990-12-10', language: 'en', zone: 'Europe/London', country: 'GB' };
const registered = CustomerRegistered({ ...ada, before: { language: null, country: null } });
const register = { type: 'RegisterCustomer', ...ada };
const before = { language: 'en', country: 'GB' };

describe('registering a customer', () => {
  it('records what is known', () => given().when(register).then(registered));
  it('needs nothing but an id', () => {
    const data = { ...unknown, before: { language: null, country: null } };
    given().when({ type: 'RegisterCustomer' }).then(CustomerRegistered(data));
  });
  it('changes nothing the second time', () => given(registered).when(register).thenNothing());
  it('changes nothing the second time, after the profile was updated too', () => {
    const renamed = ProfileUpdated({ ...unknown, changed: ['name'], name: 'Ada King', before });
    given(registered, renamed).when(register).thenNothing();
  });
  it('is refused when it says something else', () =>
    given(registered)
      .when({ ...register, name: 'Eve' })
      .thenFails(AlreadyRegistered, { code: 'profiles.already_registered' }));
  it('says what was known before, where facts came before it', () => {
    const imported = ProfileUpdated({ ...unknown, changed: ['language'], language: 'de', before: { ...unknown } });
    given(imported)
      .when(register)
      .then(CustomerRegistered({ ...ada, before: { language: 'de', country: null } }));
  });
  it('is refused with a birthday to come', () =>
    given()
      .when({ ...register, birthday: '2026-03-03', at: '2026-03-02T23:59:00Z' })
      .thenFails(BirthdayAhead));
});

describe('updating a profile', () => {
  const update = { type: 'UpdateProfile', name: 'Ada King', country: null };
  const updated = ProfileUpdated({ ...unknown, changed: ['name', 'country'], name: 'Ada King', before });

  it('names what changed, and null clears', () => given(registered).when(update).then(updated));
  it('changes nothing the second time', () => given(registered, updated).when(update).thenNothing());
  it('leaves alone what was not said', () =>
    given(registered).when({ type: 'UpdateProfile', language: 'en' }).thenNothing());
  it('is allowed before a registration', () =>
    given()
      .when({ type: 'UpdateProfile', zone: 'Asia/Tokyo' })
      .then(
        ProfileUpdated({
          ...{ ...unknown, changed: ['zone'], zone: 'Asia/Tokyo' },
          before: { language: null, country: null },
        }),
      ));
  it('is refused with a birthday to come', () =>
    given(registered).when({ type: 'UpdateProfile', birthday: '2027-01-01' }).thenFails(BirthdayAhead));
});

describe('adding a contact point', () => {
  const add = { type: 'AddContactPoint', kind: 'email', value: ' Ada@Example.org ' };
  const added = ContactPointAdded({ contactPointId: 'email-1', kind: 'email', value: 'ada@example.org' });

  it('keeps it in its one form, under a name of its own', () => given().when(add).then(added));
  it('keeps the name the caller gives', () =>
    given()
      .when({ ...add, contactPointId: 'work' })
      .then(ContactPointAdded({ contactPointId: 'work', kind: 'email', value: 'ada@example.org' })));
  it('changes nothing the second time, however it is written', () =>
    given(added)
      .when({ ...add, value: 'ADA@example.org' })
      .thenNothing());
  it('never gives a name twice', () => {
    const removed = ContactPointRemoved({ contactPointId: 'email-1', kind: 'email', value: 'ada@example.org' });
    given(added, removed)
      .when(add)
      .then({ type: 'ContactPointAdded', data: { contactPointId: 'email-2' } });
  });
  it('is refused under a name that stands for another', () =>
    given(added)
      .when({ ...add, contactPointId: 'email-1', value: 'other@example.org' })
      .thenFails(ContactPointIdTaken));
  it.each(['ada', 'ada@', '@example.org', 'a b@example.org', 'ada@example', 'a@b@c.org', 'ada@-x.org'])(
    'is refused for %s, which is no e-mail address',
    (value) =>
      given()
        .when({ ...add, value })
        .thenFails(NotAContactPoint),
  );
  it.each([
    ['+44 (0)20 7946-0000', '+442079460000'],
    ['0044 20 7946 0000', '+442079460000'],
    ['+1 (212) 555.0100', '+12125550100'],
  ])('keeps the phone number %s as %s', (value, kept) =>
    given()
      .when({ ...add, kind: 'phone', value })
      .then({ type: 'ContactPointAdded', data: { contactPointId: 'phone-1', value: kept } }),
  );
  it.each(['020 7946 0000', '+44', '+0123456789', 'call me'])('is refused for the phone number %s', (value) =>
    given()
      .when({ ...add, kind: 'phone', value })
      .thenFails(NotAContactPoint),
  );
  it('is refused where the profile is full', () =>
    tight(added)
      .when({ ...add, value: 'second@example.org' })
      .thenFails(ProfileIsFull));
});

describe('removing a contact point', () => {
  const data = { contactPointId: 'work', kind: 'phone', value: '+442079460000' } as const;
  const remove = { type: 'RemoveContactPoint', contactPointId: 'work' };

  it('says what it was, so that its claim is given back', () =>
    given(ContactPointAdded(data)).when(remove).then(ContactPointRemoved(data)));
  it('changes nothing the second time', () =>
    given(ContactPointAdded(data), ContactPointRemoved(data)).when(remove).thenNothing());
  it('is refused where it was never known', () => given().when(remove).thenFails(ContactPointNotFound));
  it('can be added again', () =>
    given(ContactPointAdded(data), ContactPointRemoved(data))
      .when({ type: 'AddContactPoint', ...data })
      .then(ContactPointAdded(data)));
});

describe('identifying a customer in another system', () => {
  const data = { system: 'webshop', externalId: '10042' };
  const identify = { type: 'IdentifyCustomer', ...data };
  const forget = { type: 'ForgetIdentity', ...data };

  it('records the id', () => given().when(identify).then(CustomerIdentified(data)));
  it('changes nothing the second time', () => given(CustomerIdentified(data)).when(identify).thenNothing());
  it('allows several ids of one system', () =>
    given(CustomerIdentified(data))
      .when({ ...identify, externalId: '10043' })
      .then(CustomerIdentified({ ...data, externalId: '10043' })));
  it('is refused where the profile is full', () =>
    tight(CustomerIdentified(data))
      .when({ ...identify, system: 'till' })
      .thenFails(ProfileIsFull));
  it('is forgotten on request', () => given(CustomerIdentified(data)).when(forget).then(IdentityForgotten(data)));
  it('is forgotten once', () => given().when(forget).thenNothing());
});
