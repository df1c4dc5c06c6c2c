import { InvalidRequest } from '#kernel/errors.js';
import { defineSlice } from '#kernel/slice.js';
import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import { ComplaintRaised, ComplaintResolved } from '../complaints/complaints.events.js';
import { ConsentGranted } from '../consent/consent.events.js';
import { consentSlice } from '../consent/consent.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import {
  ContactNotFound,
  RevisitAlreadyPlanned,
  RevisitNotFound,
  RevisitNotOpen,
  TooManyRevisits,
} from './contacts.errors.js';
import { RevisitCancelled, RevisitCompleted, RevisitMissed } from './contacts.events.js';
import { contactsPolicy, type ContactsPolicy } from './contacts.policy.js';
import { contactsSlice } from './contacts.slice.js';

/** Complaints without their rules: the command `Say` appends the fact it carries. */
const complaintsSaid = defineSlice({
  ...{ name: 'complaints', about: '', policies: [], projections: [] },
  events: [ComplaintRaised, ComplaintResolved],
  commands: [
    class {
      static readonly about = '';
      static readonly example = {};
      readonly type = 'Say';
      customerId = '';
    },
  ],
  decider: {
    initial: null,
    evolve: () => null,
    decide: ({ fact }: { fact: ReturnType<typeof ComplaintResolved> }) => [fact],
  } as never,
});

const contacts = { ...contactsSlice, projections: [] };
const slices = [contacts, consentSlice, purchasesSlice, complaintsSaid];
const given = deciderSpec(...slices);
const withRevisits = (changed: Partial<ContactsPolicy['revisits']>, from?: string) =>
  deciderSpec(slices, {
    policies: [published(contactsPolicy, { revisits: { ...contactsPolicy.defaults.revisits, ...changed } }, from)],
  });

const at = '2026-03-02T12:00:00.000Z';
const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });
const buy = (purchaseId: string, pounds: number, more = {}) => ({
  ...{ type: 'RecordPurchase', purchaseId, total: gbp(pounds * 100) },
  ...more,
});
const plan = { type: 'PlanRevisit', revisitId: 'spring', dueAt: '2026-03-20T09:00Z', channel: 'phone', agent: 'kim' };
const consented = ['care', 'marketing', 'legal'].map((purpose) =>
  ConsentGranted({ channel: 'phone', purpose, source: 'form', proof: null }, '2025-01-01T00:00:00.000Z'),
);
const call = (contactId: string, day: string, purpose = 'marketing', outcome = 'reached') => ({
  ...{ type: 'RecordContact', contactId, channel: 'phone', direction: 'outbound', purpose, outcome },
  at: `${day}T10:00:00Z`,
});

describe('planning a revisit', () => {
  it('records when it is due and when it is missed', () =>
    given()
      .when(plan)
      .then({
        type: 'RevisitPlanned',
        data: {
          ...{ revisitId: 'spring', dueAt: '2026-03-20T09:00:00.000Z', missedAt: '2026-03-27T09:00:00.000Z' },
          ...{ because: { kind: 'request' }, channel: 'phone', agent: 'kim' },
        },
      }));
  it('misses it at the same time of day when the clocks change in between', () => {
    const company = published(
      { name: 'company', defaults: {}, parse: (raw) => raw },
      { zone: 'Europe/London', currency: 'GBP' },
    );
    deciderSpec(slices, { policies: [company] })()
      .when({ ...plan, dueAt: '2026-03-27T09:00:00Z' })
      .then({ type: 'RevisitPlanned', data: { missedAt: '2026-04-03T08:00:00.000Z' } });
  });
  it('changes nothing the second time', () => given().after(plan).when(plan).thenNothing());
  it('changes nothing the second time, after it was completed too', () =>
    given().after(plan, { type: 'CompleteRevisit', revisitId: 'spring' }).when(plan).thenNothing());
  it('is refused for another time under a known name', () =>
    given()
      .after(plan)
      .when({ ...plan, dueAt: '2026-03-21T09:00Z' })
      .thenFails(RevisitAlreadyPlanned, { code: 'contacts.revisit_already_planned' }));
  it('is refused for a time that is over', () =>
    given()
      .when({ ...plan, dueAt: '2026-03-01T09:00Z' })
      .thenFails(InvalidRequest, { errors: [{ path: 'dueAt', message: `must not be before ${at}` }] }));
  it('is refused above the number that may be open', () =>
    withRevisits({ mostOpen: 1 })()
      .after(plan)
      .when({ ...plan, revisitId: 'summer' })
      .thenFails(TooManyRevisits, { code: 'contacts.too_many_revisits', policyVersion: 2 }));
  it('gives the grace of the policy in force, one being published for next month', () => {
    const next = withRevisits({ graceDays: 1 }, '2026-04-01T00:00:00Z');
    const missedAt = (day: string) => ({ type: 'RevisitPlanned', data: { missedAt: `${day}T09:00:00.000Z` } });
    next().when(plan).then(missedAt('2026-03-27'));
    next()
      .when({ ...plan, at: '2026-04-01T00:00:00Z', dueAt: '2026-04-20T09:00Z' })
      .then(missedAt('2026-04-21'));
  });
});

describe('completing and cancelling a revisit', () => {
  const complete = { type: 'CompleteRevisit', revisitId: 'spring' };
  const cancel = { type: 'CancelRevisit', revisitId: 'spring' };

  it('records it', () => {
    given()
      .after(plan)
      .when({ ...complete, note: 'fine' })
      .then(RevisitCompleted({ revisitId: 'spring', note: 'fine' }));
    given()
      .after(plan)
      .when({ ...cancel, reason: 'moved' })
      .then(RevisitCancelled({ revisitId: 'spring', reason: 'moved' }));
  });
  it('changes nothing the second time', () => {
    given().after(plan, complete).when(complete).thenNothing();
    given().after(plan, cancel).when(cancel).thenNothing();
  });
  it('is refused when it ended otherwise', () => {
    given().after(plan, cancel).when(complete).thenFails(RevisitNotOpen, { status: 'cancelled' });
    given().after(plan, complete).when(cancel).thenFails(RevisitNotOpen, { code: 'contacts.revisit_not_open' });
    given()
      .after(plan)
      .settled('2026-03-27T09:00:00Z')
      .when({ ...complete, at: '2026-03-27T10:00:00Z' })
      .thenFails(RevisitNotOpen, { status: 'missed' });
  });
  it('is refused where there is none, and for a contact there is none', () => {
    given().when(complete).thenFails(RevisitNotFound, { code: 'contacts.revisit_not_found' });
    given().when(cancel).thenFails(RevisitNotFound);
    given()
      .after(plan)
      .when({ ...complete, contactId: 'call-9' })
      .thenFails(ContactNotFound);
  });
});

describe('a missed revisit', () => {
  const missed = RevisitMissed({ revisitId: 'spring', dueAt: '2026-03-20T09:00:00.000Z' }, '2026-03-27T09:00:00.000Z');

  it('is settled once its grace is over, not before', () => {
    given().after(plan).settling('2026-03-27T08:59:59.999Z').thenNothing();
    given().after(plan).settling('2026-03-27T09:00:00Z').then(missed);
    given().after(plan).settled('2026-03-28T09:00:00Z').settling('2026-05-01T09:00:00Z').thenNothing();
  });
  it('comes before a contact that is too late, which then completes nothing', () =>
    given(...consented)
      .after(plan)
      .when({ ...call('call-1', '2026-03-28', 'care'), revisitId: 'spring' })
      .then(missed, { type: 'CustomerContacted' }));
  it('is none when it was completed or cancelled', () => {
    for (const type of ['CompleteRevisit', 'CancelRevisit']) {
      given().after(plan, { type, revisitId: 'spring' }).settling('2027-01-01T00:00:00Z').thenNothing();
    }
  });
  it('is settled one by one, in order', () =>
    given()
      .after(
        { ...plan, revisitId: 'b', dueAt: '2026-03-22T09:00Z' },
        { ...plan, revisitId: 'a', dueAt: '2026-03-21T09:00Z' },
      )
      .settling('2026-05-01T00:00:00Z')
      .then(
        { type: 'RevisitMissed', data: { revisitId: 'a' }, occurredAt: '2026-03-28T09:00:00.000Z' },
        { type: 'RevisitMissed', data: { revisitId: 'b' }, occurredAt: '2026-03-29T09:00:00.000Z' },
      ));
});

describe('a large purchase', () => {
  const planned = (because: object) => ({ type: 'RevisitPlanned', data: { because } });

  it('plans a revisit named after the fact that caused it', () =>
    given()
      .when(buy('p-1', 1_000))
      .then(
        { type: 'PurchaseRecorded' },
        {
          type: 'RevisitPlanned',
          data: {
            ...{
              revisitId: 'after-command-1/0',
              dueAt: '2026-03-09T00:00:00.000Z',
              missedAt: '2026-03-16T00:00:00.000Z',
            },
            because: { kind: 'purchase', reference: 'p-1', factId: 'command-1/0' },
          },
          metadata: { derived: true, policies: { contacts: 1 } },
        },
      ));
  it.each([
    ['below the amount', gbp(99_999)],
    ['in a currency without an amount', { units: 9_999_999, scale: 2, currency: 'XAU' }],
  ])('plans none %s', (_, total) =>
    given()
      .when({ ...buy('p-1', 0), total })
      .then({ type: 'PurchaseRecorded' }),
  );
  it('plans none while one for a purchase is open, and again after it', () => {
    const busy = given().after(buy('p-1', 1_000));
    busy.when(buy('p-2', 2_000)).then({ type: 'PurchaseRecorded' });
    given()
      .after(buy('p-1', 1_000), { type: 'CompleteRevisit', revisitId: 'after-command-1/0' })
      .when(buy('p-2', 2_000))
      .then({ type: 'PurchaseRecorded' }, planned({ kind: 'purchase', reference: 'p-2' }));
  });
  it('plans none where the policy has no such rule, or no room', () => {
    withRevisits({ afterPurchase: null })().when(buy('p-1', 1_000)).then({ type: 'PurchaseRecorded' });
    withRevisits({ mostOpen: 1 })().after(plan).when(buy('p-1', 1_000)).then({ type: 'PurchaseRecorded' });
  });
  it('keeps its revisit when another is voided', () =>
    given()
      .after(buy('p-1', 1_000), buy('p-2', 10))
      .when({ type: 'VoidPurchase', purchaseId: 'p-2', reason: 'typo' })
      .then({ type: 'PurchaseVoided' }));
  it('that is voided takes its revisit back', () =>
    given()
      .after(buy('p-1', 1_000))
      .when({ type: 'VoidPurchase', purchaseId: 'p-1', reason: 'typo' })
      .then(
        { type: 'PurchaseVoided' },
        RevisitCancelled({ revisitId: 'after-command-1/0', voidedPurchaseId: 'p-1', reason: null }),
      ));
});

describe('a complaint', () => {
  const about = { complaintId: 'x-1', opening: 1, cause: 'late', raisedOn: '2026-03-02' };
  const promised = {
    ...{ firstResponseWarnAt: at, firstResponseDueAt: at, resolutionWarnAt: at, resolutionDueAt: at },
    priority: 'normal' as const,
  };
  const raised = { type: 'Say', fact: ComplaintRaised({ ...about, ...promised, channel: 'email', text: null }) };
  const resolved = { type: 'Say', fact: ComplaintResolved({ ...about, remedy: { kind: 'apology' }, note: null }) };
  const because = (kind: string) => ({ type: 'RevisitPlanned', data: { because: { kind, reference: 'x-1' } } });

  it('that is resolved plans a revisit, and none while that is open', () => {
    given().when(raised).then({ type: 'ComplaintRaised' });
    given().when(resolved).then({ type: 'ComplaintResolved' }, because('complaint resolved'));
    given().after(resolved).when(resolved).then({ type: 'ComplaintResolved' });
  });
  it('plans its own revisit beside that of another', () => {
    const fact = ComplaintResolved({ ...about, complaintId: 'x-2', remedy: { kind: 'apology' }, note: null });
    const second = { type: 'RevisitPlanned', data: { because: { reference: 'x-2' } } };
    given().after(resolved).when({ type: 'Say', fact }).then({ type: 'ComplaintResolved' }, second);
  });
  it('that is raised plans one where the policy says so', () =>
    withRevisits({ afterComplaintRaised: { afterDays: 1 } })()
      .when(raised)
      .then({ type: 'ComplaintRaised' }, because('complaint raised')));
});

describe('a purchase after an outbound contact', () => {
  const bought = (day: string) => buy('p-1', 10, { at: `${day}T09:00:00Z` });
  const converted = (contactId: string, afterDays: number) => ({
    type: 'ContactConverted',
    data: { contactId, purchaseId: 'p-1', channel: 'phone', purpose: 'marketing', afterDays },
    metadata: { derived: true },
  });
  const history = given(...consented).after(call('one', '2026-01-01'), call('two', '2026-01-10'));

  it('is put down to the last one before it', () => {
    history.when(bought('2026-01-20')).then({ type: 'PurchaseRecorded' }, converted('two', 10));
    history.when(bought('2026-01-05')).then({ type: 'PurchaseRecorded' }, converted('one', 4));
    history.when(bought('2025-12-31')).then({ type: 'PurchaseRecorded' });
  });
  it('counts up to the last day of the window', () => {
    history.when(bought('2026-02-09')).then({ type: 'PurchaseRecorded' }, converted('two', 30));
    history.when(bought('2026-02-10')).then({ type: 'PurchaseRecorded' });
  });
  it('is put down to no attempt, to no inbound contact, and to no purpose the policy leaves out', () =>
    given(...consented)
      .after(
        call('attempt', '2026-01-10', 'marketing', 'not reached'),
        { ...call('asked', '2026-01-10'), direction: 'inbound' },
        call('notice', '2026-01-10', 'legal'),
      )
      .when(bought('2026-01-12'))
      .then({ type: 'PurchaseRecorded' }));
  it('that is voided is put down to nothing', () => {
    const contact = { contactId: 'two', channel: 'phone', contactedAt: '2026-01-10T10:00:00.000Z' } as const;
    const more = { contactedOn: '2026-01-10', purchaseId: 'p-1', purpose: 'marketing', afterDays: 10 };
    const { purpose: _, afterDays: __, ...undone } = { ...contact, ...more };
    given(...consented)
      .after(call('two', '2026-01-10'), bought('2026-01-20'))
      .when({ type: 'VoidPurchase', purchaseId: 'p-1', reason: 'typo' })
      .then({ type: 'PurchaseVoided' }, { type: 'ContactConversionUndone', data: undone });
  });
});
