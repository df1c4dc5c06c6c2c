import { deciderSpec } from '#testing/given.js';
import { named, published } from '#testing/makers.js';
import { ConsentGranted, ConsentWithdrawn, QuietHoursStated } from '../consent/consent.events.js';
import { consentPolicy } from '../consent/consent.policy.js';
import { consentSlice } from '../consent/consent.slice.js';
import { CustomerRegistered, ProfileUpdated } from '../profiles/profiles.events.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import {
  ContactAlreadyRecorded,
  ContactInQuietHours,
  ContactNotFound,
  ContactWithoutConsent,
  NotAnAnswer,
  NotListed,
  RevisitNotFound,
} from './contacts.errors.js';
import { contactsPolicy } from './contacts.policy.js';
import { contactsSlice } from './contacts.slice.js';

const slices = [{ ...contactsSlice, projections: [] }, consentSlice, profilesSlice];
const given = deciderSpec(...slices);
const under = (...policies: ReturnType<typeof published>[]) => deciderSpec(slices, { policies });

const january = '2026-01-05T10:00:00.000Z';
const granted = (channel: 'phone' | 'email' = 'phone', purpose = 'care', at = january) =>
  named(`granted-${purpose}`, ConsentGranted({ channel, purpose, source: 'form', proof: null }, at));
const quiet = (zone: string) =>
  named('quiet', QuietHoursStated({ from: '21:30', to: '08:00', zone }, '2026-01-06T10:00:00.000Z'));
const inbound = {
  ...{ type: 'RecordContact', contactId: 'mail-1', channel: 'email', direction: 'inbound', purpose: 'service' },
  outcome: 'reached',
};
const call = {
  ...{ type: 'RecordContact', contactId: 'call-1', channel: 'phone', direction: 'outbound', purpose: 'care' },
  outcome: 'reached',
};
const contacted = (data: object) => ({ type: 'CustomerContacted', data });

describe('recording a contact', () => {
  it('keeps who came to whom, for what, what came of it and what it cost', () => {
    const cost = { units: 250, scale: 2, currency: 'GBP' };
    const more = { agent: 'kim', campaign: 'spring', cost, subject: 'parcel', note: 'calls back' };
    const { type: _, ...said } = inbound;
    given()
      .when({ ...inbound, ...more })
      .then(contacted({ ...said, ...more, reached: true, day: '2026-03-02' }));
  });
  it('says on which business day it was', () =>
    under(published({ name: 'company', defaults: {}, parse: (raw) => raw }, { zone: 'Asia/Tokyo', currency: 'JPY' }))()
      .when({ ...inbound, at: '2026-03-02T16:00:00Z' })
      .then(contacted({ day: '2026-03-03' })));
  it('changes nothing the second time', () =>
    given()
      .after(inbound)
      .when({ ...inbound, at: '2026-03-03T10:00:00Z' })
      .thenNothing());
  it('is refused with other content under a known name', () =>
    given()
      .after(inbound)
      .when({ ...inbound, channel: 'phone' })
      .thenFails(ContactAlreadyRecorded, { code: 'contacts.already_recorded' }));
  it('tells an attempt from a contact, as the policy lists outcomes', () =>
    given()
      .when({ ...inbound, outcome: 'not reached' })
      .then(contacted({ reached: false })));
  it.each([
    ['outcome', { outcome: 'abducted' }, 1],
    ['outcome', { outcome: 'constructor' }, 1],
    ['purpose', { purpose: 'astrology' }, 1],
  ])('is refused where the policies do not list its %s: %j', (field, change, policyVersion) =>
    given()
      .when({ ...inbound, ...change })
      .thenFails(NotListed, { code: 'contacts.not_listed', field, policyVersion }),
  );
});

describe('an outbound contact', () => {
  const refused = { code: 'contacts.without_consent', channel: 'phone', purpose: 'care', policyVersion: 1 };

  it('is refused where the customer said nothing', () =>
    given()
      .when(call)
      .thenFails(ContactWithoutConsent, { ...refused, rule: 'no consent', facts: [] }));
  it('is recorded with consent', () =>
    given(granted())
      .when(call)
      .then(contacted({ direction: 'outbound' })));
  it('is refused after a withdrawal, naming the fact', () => {
    const withdrawn = ConsentWithdrawn({ channel: 'phone', purpose: 'care', reason: null }, '2026-02-01T10:00:00.000Z');
    const history = given(granted(), named('withdrawn', withdrawn));
    history.when(call).thenFails(ContactWithoutConsent, { ...refused, rule: 'withdrawn', facts: ['withdrawn'] });
    history.when({ ...call, at: '2026-01-20T10:00:00Z' }).then(contacted({ day: '2026-01-20' }));
  });
  it('is refused over another channel, or for another purpose, than was granted', () => {
    given(granted('email')).when(call).thenFails(ContactWithoutConsent);
    given(granted('phone', 'sales')).when(call).thenFails(ContactWithoutConsent);
  });
  it.each(['service', 'legal'])('needs no consent for %s', (purpose) =>
    given()
      .when({ ...call, purpose })
      .then(contacted({ purpose })),
  );
  it('is told apart from an inbound one, which nobody forbids', () =>
    given(quiet('UTC'))
      .when({ ...call, direction: 'inbound', at: '2026-03-02T23:00:00Z' })
      .then(contacted({ direction: 'inbound' })));
  it('is judged by the policy in force at its time: one is published for next month', () => {
    const next = under(published(consentPolicy, { exempt: ['service'] }, '2026-04-01T00:00:00Z'));
    next()
      .when({ ...call, purpose: 'legal', at: '2026-03-31T23:59:59Z' })
      .then(contacted({ purpose: 'legal' }));
    next()
      .when({ ...call, purpose: 'legal', at: '2026-04-01T00:00:00Z' })
      .thenFails(ContactWithoutConsent, { rule: 'no consent', policyVersion: 2 });
  });
});

describe('an outbound contact in quiet hours', () => {
  const refused = { code: 'contacts.quiet_hours', rule: 'quiet hours', policyVersion: 1, facts: ['quiet'] };

  it.each([
    ['before midnight', '2026-01-10T21:30:00Z', 'Europe/London'],
    ['after midnight', '2026-01-11T00:30:00Z', 'Europe/London'],
    ['07:15 on the day before summer time', '2026-03-28T07:15:00Z', 'Europe/London'],
    ['07:15 New York on the day before summer time', '2026-03-07T12:15:00Z', 'America/New_York'],
  ])('is refused: %s', (_, at, zone) =>
    given(granted(), quiet(zone))
      .when({ ...call, at })
      .thenFails(ContactInQuietHours, refused),
  );
  it.each([
    ['08:15 on the day summer time begins', '2026-03-29T07:15:00Z', 'Europe/London'],
    ['08:15 New York on the day summer time begins', '2026-03-08T12:15:00Z', 'America/New_York'],
    ['21:29', '2026-01-10T21:29:59Z', 'Europe/London'],
  ])('is recorded outside them: %s', (_, at, zone) =>
    given(granted(), quiet(zone))
      .when({ ...call, at })
      .then(contacted({})),
  );
  it('is recorded for an exempt purpose, and over a channel that disturbs nobody', () => {
    const at = '2026-01-10T23:00:00Z';
    given(quiet('UTC'))
      .when({ ...call, purpose: 'service', at })
      .then(contacted({}));
    const letter = ConsentGranted({ channel: 'post', purpose: 'care', source: 'form', proof: null }, january);
    given(letter, quiet('UTC'))
      .when({ ...call, channel: 'post', at })
      .then(contacted({}));
  });
  describe('where the customer stated none', () => {
    const nightly = under(published(consentPolicy, { quietHours: { from: '21:00', to: '08:00' } }));
    const profile = { name: null, birthday: null, language: null, country: null };
    const before = { language: null, country: null };
    const zone = 'America/New_York';
    const registered = (said: string | null) => CustomerRegistered({ ...profile, zone: said, before }, january);
    const updated = (changed: 'zone' | 'name', said: string | null) =>
      ProfileUpdated({ ...profile, changed: [changed], zone: said, before }, january);
    const early = { ...call, at: '2026-01-10T12:30:00Z' }; // 07:30 in New York
    const refusal = { policyVersion: 2, facts: [] };

    it.each([
      ['registered there', [registered(zone)]],
      ['moved there', [registered('UTC'), updated('zone', zone)]],
      ['moved there before the registration', [updated('zone', zone), registered(null)]],
      ['renamed there', [registered(zone), updated('name', null)]],
    ])("follows the policy's hours in the zone of the profile: %s", (_, profiled) =>
      nightly(...profiled, granted())
        .when(early)
        .thenFails(ContactInQuietHours, refusal),
    );
    it.each([
      ['no profile', []],
      ['a zone taken back', [registered(zone), updated('zone', null)]],
    ])("follows them in the company's zone: %s", (_, profiled) =>
      nightly(...profiled, granted())
        .when(early)
        .then(contacted({})),
    );
  });
});

describe('answering a contact', () => {
  const answer = { ...inbound, contactId: 'mail-2', direction: 'outbound', answers: 'mail-1', outcome: 'sent' };
  const asked = given().after({ ...inbound, at: '2026-03-02T10:00:00Z' });

  it('says how many whole minutes it took', () =>
    asked
      .when({ ...answer, at: '2026-03-02T11:30:59Z' })
      .then(contacted({ answers: 'mail-1', answeredAfterMinutes: 90 })));
  it('takes the time of the first answer only, and of none that reached nobody', () => {
    const [attempt] = asked.when({ ...answer, outcome: 'bounced' }).facts();
    expect(attempt?.data).not.toHaveProperty('answeredAfterMinutes');
    const history = given().after({ ...inbound, at: '2026-03-02T10:00:00Z' }, answer);
    const [second] = history.when({ ...answer, contactId: 'mail-3' }).facts();
    expect(second?.data).toMatchObject({ answers: 'mail-1' });
    expect(second?.data).not.toHaveProperty('answeredAfterMinutes');
  });
  it('is refused where there is no such contact', () =>
    given().when(answer).thenFails(ContactNotFound, { code: 'contacts.not_found', contactId: 'mail-1' }));
  it('is refused in the same direction, and before what it answers', () => {
    asked.when({ ...answer, direction: 'inbound' }).thenFails(NotAnAnswer, { code: 'contacts.not_an_answer' });
    asked.when({ ...answer, at: '2026-03-02T09:59:59Z' }).thenFails(NotAnAnswer);
  });
});

describe('the contact that is a revisit', () => {
  const plan = (revisitId: string, dueAt: string) => ({
    ...{ type: 'PlanRevisit', revisitId, dueAt },
    at: '2026-03-01T10:00:00Z',
  });
  const planned = given(granted('phone', 'revisit'), granted()).after(
    plan('late', '2026-03-20T09:00:00Z'),
    plan('early', '2026-03-10T09:00:00Z'),
  );
  const revisit = { ...call, purpose: 'revisit' };
  const done = (revisitId: string) => ({ type: 'RevisitCompleted', data: { revisitId, contactId: 'call-1' } });

  it('completes the one that is due first', () => planned.when(revisit).then(contacted({}), done('early')));
  it('completes the one it names, whatever its purpose', () =>
    planned.when({ ...call, revisitId: 'late' }).then(contacted({ revisitId: 'late' }), done('late')));
  it('may come from the customer', () =>
    planned.when({ ...revisit, direction: 'inbound' }).then(contacted({}), done('early')));
  it('completes nothing where nobody was reached', () =>
    planned.when({ ...revisit, outcome: 'not reached' }).then(contacted({ reached: false })));
  it('completes nothing that was planned later', () =>
    planned.when({ ...revisit, at: '2026-02-28T10:00:00Z' }).then(contacted({})));
  it('completes nothing twice', () =>
    given()
      .after(plan('early', '2026-03-10T09:00:00Z'), { type: 'CompleteRevisit', revisitId: 'early' })
      .when({ ...inbound, revisitId: 'early' })
      .then(contacted({ revisitId: 'early' })));
  it('is refused where it names none', () =>
    planned.when({ ...call, revisitId: 'never' }).thenFails(RevisitNotFound, { code: 'contacts.revisit_not_found' }));
});

describe('the policy', () => {
  it.each([
    ['graceDays: must be a whole number from 1 to 36525', { revisits: { graceDays: 0, mostOpen: 5 } }],
    ['responseMinutes: each must be above the one before', { responseMinutes: [5, 5] }],
    ['withinDays: must be a whole number from 0 to 36525', { conversion: { withinDays: -1, purposes: [] } }],
  ])('is refused: %s', (message, change) => {
    expect(() => contactsPolicy.parse({ ...contactsPolicy.defaults, ...change })).toThrow(message);
  });
  it('reads its own defaults', () => {
    expect(contactsPolicy.parse({ ...contactsPolicy.defaults })).toEqual(contactsPolicy.defaults);
  });
});
