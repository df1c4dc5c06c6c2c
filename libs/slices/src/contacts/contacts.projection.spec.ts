import { defineSlice } from '#kernel/slice.js';
import { named, of, published } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import * as complaints from '../complaints/complaints.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from '../purchases/purchases.events.js';
import { SurveyAnswered, SurveyDeclined, SurveySent } from '../surveys/surveys.events.js';
import { channelPerformance, contactResponses } from './contacts.channels.projection.js';
import {
  ContactConversionUndone,
  ContactConverted,
  CustomerContacted,
  RevisitCancelled,
  RevisitCompleted,
  RevisitMissed,
  RevisitPlanned,
} from './contacts.events.js';
import { contactsPolicy } from './contacts.policy.js';
import { revisits } from './contacts.revisits.projection.js';
import { contactsSlice } from './contacts.slice.js';
import { contactTimeline } from './contacts.timeline.projection.js';

const { ComplaintRaised, ComplaintReopened, ComplaintResolved, ComplaintResponded } = complaints;
const others = defineSlice({
  ...{ name: 'others', about: '', commands: [], policies: [], projections: [] },
  events: [
    ...[ComplaintRaised, ComplaintReopened, ComplaintResolved, ComplaintResponded],
    ...[SurveySent, SurveyAnswered, SurveyDeclined],
  ],
});
const slices = [contactsSlice, purchasesSlice, others];

type Contact = CustomerContacted['data'];
const instant = (day: string) => `${day}T10:00:00.000Z`;
const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });
const contacted = (contactId: string, day: string, more: Partial<Contact> = {}) => {
  const usual = {
    channel: 'phone',
    direction: 'outbound',
    purpose: 'care',
    outcome: 'reached',
    reached: true,
  } as const;
  const data = { ...usual, contactId, day, subject: 'oven', note: 'noted', ...more };
  return named(contactId, CustomerContacted(data, instant(day)));
};
const why = (facts: readonly string[], version = 1) => ({ facts, policy: { name: 'contacts', version } });

describe('contact_timeline', () => {
  const fold = projectionSpec(contactTimeline, { slices });

  it('says what passed in the words of every kind of fact, and nothing personal', async () => {
    const documents = await fold(contacted('call-1', '2026-03-02'));
    expect([...documents]).toEqual([
      [
        'c-1/call-1',
        {
          ...{ customerId: 'c-1', at: instant('2026-03-02'), event: 'CustomerContacted', kind: 'contact' },
          ...{ reference: 'call-1', direction: 'outbound', channel: 'phone', detail: 'care: reached' },
          ...{ amount: null, score: null, why: why(['call-1']) },
        },
      ],
    ]);
  });

  const bought = PurchaseRecorded({ purchaseId: 'p-1', total: gbp(900), lines: [], channel: 'web' });
  const about = { complaintId: 'x-1', opening: 1, cause: 'late', raisedOn: '2026-03-02' };
  const at = instant('2026-03-03');
  const promised = { firstResponseWarnAt: at, firstResponseDueAt: at, resolutionWarnAt: at, resolutionDueAt: at };
  const raised = { ...about, ...promised, priority: 'normal' as const };
  const survey = {
    surveyId: 's-1',
    instrument: 'nps',
    touchpoint: 'delivery',
    channel: 'email',
    day: '2026-03-02',
  } as const;
  const purchased = { purchaseId: 'p-1', purchasedAt: at };
  const purchase = { kind: 'purchase', reference: 'p-1' };
  const complaint = { kind: 'complaint', reference: 'x-1' };
  const asked = { kind: 'survey', reference: 's-1', channel: 'email', detail: 'nps: delivery' };

  it.each([
    [bought, { ...purchase, direction: 'inbound', channel: 'web', amount: gbp(900) }],
    [
      PurchaseRefunded({ ...purchased, refundId: 'r', lines: [], amount: gbp(1), net: gbp(899) }),
      { ...purchase, amount: gbp(1) },
    ],
    [
      PurchaseVoided({ purchaseId: 'p-1', purchasedAt: at, net: gbp(900), reason: 'typo' }),
      { ...purchase, amount: gbp(900) },
    ],
    [
      ComplaintRaised({ ...raised, channel: 'email', text: 'secret' }),
      { ...complaint, direction: 'inbound', channel: 'email', detail: 'late' },
    ],
    [
      ComplaintResponded({ ...about, responseId: 'a', first: true, note: null }),
      { ...complaint, direction: 'outbound', detail: 'late' },
    ],
    [
      ComplaintResolved({ ...about, remedy: { kind: 'voucher', amount: gbp(5) }, note: null }),
      { ...complaint, detail: 'voucher', amount: gbp(5) },
    ],
    [ComplaintReopened({ ...raised, reason: 'again' }), { ...complaint, direction: 'inbound', detail: 'late' }],
    [SurveySent(survey), { ...asked, direction: 'outbound', score: null }],
    [
      SurveyAnswered({ ...survey, score: 9, scaled: 9_000, comment: 'secret' }),
      { ...asked, direction: 'inbound', score: 9 },
    ],
    [SurveyDeclined(survey), { ...asked, direction: 'inbound', score: null }],
  ])('tells of %j', async (fact, entry) => {
    const [doc] = (await fold(fact)).values();
    expect(doc).toMatchObject({ ...entry, event: fact.type });
    expect(JSON.stringify(doc)).not.toContain('secret');
  });
});

describe('channel_performance', () => {
  const fold = projectionSpec(channelPerformance, { slices, batch: 3 });
  const converted = (contactId: string, day: string) => ({
    ...{
      contactId,
      channel: 'phone' as const,
      contactedAt: instant(day),
      contactedOn: day,
      purchaseId: `of ${contactId}`,
    },
  });
  const facts = [
    contacted('a', '2026-03-02', { cost: gbp(250) }),
    contacted('b', '2026-03-03', { cost: { units: 1, scale: 3, currency: 'GBP' } }),
    contacted('c', '2026-03-03', { cost: { units: 100, scale: 0, currency: 'JPY' } }),
    contacted('d', '2026-03-04', { reached: false }),
    contacted('e', '2026-03-04', { direction: 'inbound' }),
    contacted('f', '2026-03-04', { channel: 'email' }),
    named(
      'g',
      ContactConverted({ ...converted('a', '2026-03-02'), purpose: 'care', afterDays: 30 }, instant('2026-04-01')),
    ),
    named(
      'h',
      ContactConverted({ ...converted('b', '2026-03-03'), purpose: 'care', afterDays: 1 }, instant('2026-03-04')),
    ),
    named('i', ContactConversionUndone(converted('b', '2026-03-03'), instant('2026-05-01'))),
    of('c-2', contacted('late', '2026-03-01')),
  ];

  it('counts by channel and month of the contact, also what is said late, and adds cost by currency', async () => {
    const documents = await fold(...facts);
    expect([...documents.keys()]).toEqual(['2026-03/email', '2026-03/phone']);
    expect(documents.get('2026-03/phone')).toEqual({
      ...{ month: '2026-03', channel: 'phone', inbound: 1, outbound: 4, attempts: 1, conversions: 1 },
      cost: { GBP: { units: 2_501, scale: 3, currency: 'GBP' }, JPY: { units: 100, scale: 0, currency: 'JPY' } },
      why: why(['a', 'b', 'c', 'd', 'e', 'g', 'h', 'i', 'late']),
    });
  });
});

describe('contact_responses', () => {
  const fold = projectionSpec(contactResponses, { slices });
  const answered = (contactId: string, answeredAfterMinutes: number, more: Partial<Contact> = {}) =>
    contacted(contactId, '2026-03-02', { answers: 'q', answeredAfterMinutes, ...more });

  it('sums and classes the times in which the company and the customer answered', async () => {
    const minutes = [0, 5, 6, 90, 20_161];
    const facts = minutes.map((after, n) => answered(`a-${n}`, after));
    const documents = await fold(
      ...facts,
      contacted('no-answer', '2026-03-02'),
      answered('x', 7, { direction: 'inbound' }),
    );
    expect([...documents.keys()]).toEqual(['2026-03/phone/company', '2026-03/phone/customer']);
    expect(documents.get('2026-03/phone/company')).toMatchObject({
      ...{ month: '2026-03', channel: 'phone', by: 'company', answers: 5, minutes: 20_262 },
      histogram: { 5: 2, 15: 1, 120: 1, more: 1 },
      ...{ medianWithinMinutes: 15, p90WithinMinutes: null },
    });
  });
  it('reads nine in ten from the classes', async () => {
    const facts = Array.from({ length: 10 }, (_, n) => answered(`a-${n}`, n < 9 ? 1 : 10_000));
    const doc = (await fold(...facts)).get('2026-03/phone/company');
    expect(doc).toMatchObject({ medianWithinMinutes: 5, p90WithinMinutes: 5 });
  });
  it('classes by the policy in force, one being published for next month', async () => {
    const next = published(contactsPolicy, { responseMinutes: [10] }, '2026-04-01T00:00:00Z');
    const documents = await fold(next, answered('a', 12), {
      ...answered('b', 8, { day: '2026-04-01' }),
      occurredAt: instant('2026-04-01'),
    });
    expect(documents.get('2026-03/phone/company')).toMatchObject({ histogram: { 15: 1 }, why: why(['a'], 1) });
    expect(documents.get('2026-04/phone/company')).toMatchObject({ histogram: { 10: 1 }, why: why(['b'], 2) });
  });
});

describe('revisits', () => {
  const fold = projectionSpec(revisits, { slices });
  const because = { kind: 'purchase', reference: 'p-1', factId: 'bought' } as const;
  const times = { dueAt: instant('2026-03-09'), missedAt: instant('2026-03-16') };
  const planned = named(
    'planned',
    RevisitPlanned({ revisitId: 'r', ...times, because, note: null }, instant('2026-03-02')),
  );
  const open = {
    ...{ customerId: 'c-1', revisitId: 'r', status: 'open', plannedAt: instant('2026-03-02'), ...times, because },
    ...{ channel: null, agent: null, closedAt: null, contactId: null, why: why(['planned']) },
  };

  it('says what each is for and when it is due', async () => {
    expect((await fold(planned)).get('c-1/r')).toEqual(open);
  });
  it.each([
    [
      'completed',
      RevisitCompleted({ revisitId: 'r', contactId: 'call-1', note: null }, instant('2026-03-10')),
      'call-1',
    ],
    ['cancelled', RevisitCancelled({ revisitId: 'r', reason: null }, instant('2026-03-10')), null],
    ['missed', RevisitMissed({ revisitId: 'r', dueAt: times.dueAt }, instant('2026-03-10')), null],
  ])('that are %s say when and by which facts', async (status, fact, contactId) => {
    const closedAt = instant('2026-03-10');
    const doc = (await fold(planned, named('closed', fact))).get('c-1/r');
    expect(doc).toEqual({ ...open, status, closedAt, contactId, why: why(['planned', 'closed']) });
  });
});
