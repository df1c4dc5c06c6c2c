import { companyPolicy } from '#kernel/company.policy.js';
import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import {
  ComplaintAlreadyRaised,
  ComplaintAlreadyResolved,
  ComplaintNotOpen,
  ComplaintNotRaised,
  ComplaintNotResolved,
  ResponseAlreadyGiven,
  UnknownTerm,
} from './complaints.errors.js';
import { complaintsPolicy } from './complaints.policy.js';
import { complaintsSlice } from './complaints.slice.js';

// Monday noon, UTC; business is open from nine to five
const now = '2026-03-02T12:00:00.000Z';
const given = deciderSpec(complaintsSlice);

const named = { complaintId: 'case-1' };
const raise = { type: 'RaiseComplaint', ...named, cause: 'late parcel', channel: 'phone', at: now };
const assign = { type: 'AssignComplaint', ...named, agent: 'agent-7' };
const respond = { type: 'RespondToComplaint', ...named, responseId: 'mail-1', channel: 'e-mail' };
const gbp = (units: number, scale = 2) => ({ units, scale, currency: 'GBP' });
const remedy = { kind: 'refund', amount: gbp(1500) };
const resolve = { type: 'ResolveComplaint', ...named, remedy };
const close = { type: 'CloseComplaint', ...named };
const reopen = { type: 'ReopenComplaint', ...named, reason: 'came broken' };
const about = { ...named, opening: 1, cause: 'late parcel', raisedOn: '2026-03-02' };

describe('raising a complaint', () => {
  it('promises an answer in 8 business hours and a resolution in 5 business days', () =>
    given()
      .when({ ...raise, text: 'Where is it?' })
      .then({
        type: 'ComplaintRaised',
        data: {
          ...about,
          ...{ priority: 'normal', channel: 'phone', text: 'Where is it?' },
          ...{ firstResponseWarnAt: '2026-03-03T10:24:00.000Z', firstResponseDueAt: '2026-03-03T12:00:00.000Z' },
          ...{ resolutionWarnAt: '2026-03-06T16:00:00.000Z', resolutionDueAt: '2026-03-09T17:00:00.000Z' },
        },
      }));
  it.each([
    ['low', '2026-03-03T12:00:00.000Z', '2026-03-09T17:00:00.000Z'],
    ['high', '2026-03-02T16:00:00.000Z', '2026-03-05T17:00:00.000Z'],
    ['urgent', '2026-03-02T14:00:00.000Z', '2026-03-04T17:00:00.000Z'],
  ])('promises by priority: %s', (priority, firstResponseDueAt, resolutionDueAt) =>
    given()
      .when({ ...raise, priority })
      .then({ type: 'ComplaintRaised', data: { priority, firstResponseDueAt, resolutionDueAt } }),
  );
  it('takes the day and the opening hours in the company’s zone', () => {
    const tokyo = deciderSpec([complaintsSlice], { policies: [published(companyPolicy, { zone: 'Asia/Tokyo' })] });
    tokyo()
      .when({ ...raise, at: '2026-03-02T22:00:00Z' })
      .then({
        type: 'ComplaintRaised',
        data: { raisedOn: '2026-03-03', firstResponseDueAt: '2026-03-03T08:00:00.000Z' },
      });
  });
  it('keeps no text where there is none', () =>
    given()
      .when(raise)
      .then({ type: 'ComplaintRaised', data: { text: null } }));
  it('changes nothing the second time', () =>
    given()
      .after(raise)
      .when({ ...raise, priority: 'normal', text: 'retold' })
      .thenNothing());
  it.each([{ cause: 'rude' }, { priority: 'high' }, { channel: 'web' }, { purchaseId: 'p-1' }])(
    'is refused under a name that stands for another: %j',
    (other) =>
      given()
        .after(raise)
        .when({ ...raise, ...other })
        .thenFails(ComplaintAlreadyRaised, named),
  );
  it('is refused for a cause the policy does not list', () => {
    const listed = deciderSpec([complaintsSlice], { policies: [published(complaintsPolicy, { causes: ['rude'] })] });
    listed().when(raise).thenFails(UnknownTerm, { code: 'complaints.unknown_term', term: 'late parcel' });
    listed()
      .when({ ...raise, cause: 'rude' })
      .then({ type: 'ComplaintRaised' });
  });
});

describe('assigning a complaint', () => {
  it('says who sees to it', () =>
    given()
      .after(raise)
      .when(assign)
      .then({ type: 'ComplaintAssigned', data: { ...about, agent: 'agent-7' } }));
  it('changes nothing the second time, even once it is resolved', () => {
    given().after(raise, assign).when(assign).thenNothing();
    given().after(raise, assign, resolve).when(assign).thenNothing();
  });
  it('hands it to another', () =>
    given()
      .after(raise, assign)
      .when({ ...assign, agent: 'agent-8' })
      .then({ type: 'ComplaintAssigned' }));
  it('is refused before it was raised, and once it is resolved', () => {
    given().when(assign).thenFails(ComplaintNotRaised, { code: 'complaints.not_raised' });
    given().after(raise, resolve).when(assign).thenFails(ComplaintNotOpen, { status: 'resolved' });
  });
});

describe('responding to a complaint', () => {
  const met = { type: 'ComplaintSlaMet', data: { ...about, sla: 'first_response', dueAt: '2026-03-03T12:00:00.000Z' } };

  it('keeps the first promise', () =>
    given()
      .after(raise)
      .when(respond)
      .then({ type: 'ComplaintResponded', data: { ...about, first: true } }, met));
  it('changes nothing the second time', () => {
    given().after(raise, respond).when(respond).thenNothing();
    given().after(raise, respond, resolve, close).when(respond).thenNothing();
  });
  it('keeps no promise with a further answer', () =>
    given()
      .after(raise, respond)
      .when({ ...respond, responseId: 'mail-2', note: 'once more' })
      .then({ type: 'ComplaintResponded', data: { first: false, note: 'once more' } }));
  it.each([{ channel: 'phone' }, { agent: 'agent-8' }])(
    'is refused under a name that stands for another: %j',
    (other) =>
      given()
        .after(raise, respond)
        .when({ ...respond, ...other })
        .thenFails(ResponseAlreadyGiven),
  );
  it('is refused before it was raised, and once it is resolved', () => {
    given().when(respond).thenFails(ComplaintNotRaised);
    given().after(raise, resolve).when(respond).thenFails(ComplaintNotOpen, { code: 'complaints.not_open' });
  });
});

describe('resolving a complaint', () => {
  const resolved = { type: 'ComplaintResolved', data: { ...about, remedy, note: null } };
  const met = (sla: string) => ({ type: 'ComplaintSlaMet', data: { sla } });

  it('keeps the second promise', () => given().after(raise, respond).when(resolve).then(resolved, met('resolution')));
  it('keeps both where it is the first answer', () =>
    given().after(raise).when(resolve).then(resolved, met('first_response'), met('resolution')));
  it('changes nothing the second time, at whatever scale', () => {
    given().after(raise, resolve).when(resolve).thenNothing();
    const thousandths = { ...resolve, remedy: { ...remedy, amount: gbp(15_000, 3) } };
    given().after(raise, resolve, close).when(thousandths).thenNothing();
  });
  it.each([{ kind: 'apology' }, { ...remedy, points: 5 }, { kind: 'refund' }, { kind: 'refund', amount: gbp(1) }])(
    'is refused with another remedy: %j',
    (other) =>
      given()
        .after(raise, resolve)
        .when({ ...resolve, remedy: other })
        .thenFails(ComplaintAlreadyResolved, {
          code: 'complaints.already_resolved',
        }),
  );
  it('is refused before it was raised', () => given().when(resolve).thenFails(ComplaintNotRaised));
  it('is refused with a remedy the policy does not list', () => {
    const listed = deciderSpec([complaintsSlice], {
      policies: [published(complaintsPolicy, { remedies: ['points'] })],
    });
    listed().after(raise).when(resolve).thenFails(UnknownTerm, { path: 'remedy.kind' });
    listed()
      .after(raise)
      .when({ ...resolve, remedy: { kind: 'points', points: 5 } })
      .then({ type: 'ComplaintResolved' }, met('first_response'), met('resolution'));
  });
});

describe('closing a complaint', () => {
  it('puts it away', () => given().after(raise, resolve).when(close).then({ type: 'ComplaintClosed', data: about }));
  it('changes nothing the second time', () => given().after(raise, resolve, close).when(close).thenNothing());
  it('is refused while it is open', () => {
    given().when(close).thenFails(ComplaintNotRaised);
    given().after(raise).when(close).thenFails(ComplaintNotResolved, { code: 'complaints.not_resolved' });
  });
});

describe('reopening a complaint', () => {
  const later = { ...reopen, at: '2026-03-10T12:00:00Z' };
  const reopened = {
    type: 'ComplaintReopened',
    data: {
      ...{ ...about, opening: 2, reason: 'came broken' },
      ...{ firstResponseDueAt: '2026-03-11T12:00:00.000Z', resolutionDueAt: '2026-03-17T17:00:00.000Z' },
    },
  };

  it('makes new promises, whether it was closed or not', () => {
    given().after(raise, resolve).when(later).then(reopened);
    given().after(raise, resolve, close).when(later).then(reopened);
  });
  it('lets the new promises be kept', () =>
    given()
      .after(raise, resolve, later)
      .when({ ...respond, at: '2026-03-10T13:00:00Z' })
      .then(
        { type: 'ComplaintResponded', data: { opening: 2, first: true } },
        { type: 'ComplaintSlaMet', data: { opening: 2, sla: 'first_response' } },
      ));
  it('changes nothing the second time', () => given().after(raise, resolve, later).when(later).thenNothing());
  it('is refused while it is open', () => {
    given().when(reopen).thenFails(ComplaintNotRaised);
    given().after(raise).when(reopen).thenFails(ComplaintNotResolved);
    given()
      .after(raise, resolve, later)
      .when({ ...later, reason: 'other' })
      .thenFails(ComplaintNotResolved);
  });
});
