import { deciderSpec, type Outcome } from '#testing/given.js';
import type { GivenCommand } from '#testing/makers.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { consentSlice } from '../consent/consent.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { lifecycleSlice } from '../lifecycle/lifecycle.slice.js';
import { loyaltySlice } from '../loyalty/loyalty.slice.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import type { AlertRaised } from './retention.events.js';
import { retentionSlice } from './retention.slice.js';

const given = deciderSpec(
  ...[profilesSlice, purchasesSlice, lifecycleSlice, valueSlice, loyaltySlice, consentSlice],
  ...[complaintsSlice, surveysSlice, contactsSlice, retentionSlice],
);

const own = new Set<string>(retentionSlice.events.map(({ type }) => type));
/** This slice's facts of an outcome, each as `type episode day` with what cleared it. */
const alerts = (outcome: Outcome): readonly string[] =>
  outcome.facts().flatMap(({ type, data, occurredAt }) => {
    if (!own.has(type)) return [];
    const { episodeId, by, outcome: came } = data as Record<string, string>;
    const how = type === 'AlertCleared' ? ` ${came}` : '';
    return [`${type} ${episodeId} ${occurredAt.slice(0, 10)}${how}${by === 'time' ? ' by time' : ''}`];
  });
const raised = (outcome: Outcome): AlertRaised['data'] => {
  const fact = outcome.facts().find(({ type }) => type === 'AlertRaised');
  if (fact === undefined) throw new Error('No alert was raised.');
  return (fact as AlertRaised).data;
};

let bought = 0;
/** Dollars spent on a day, at noon. */
const buys = (day: string, dollars = 20): GivenCommand => {
  bought += 1;
  const total = { units: dollars * 100, scale: 2, currency: 'USD' };
  return { type: 'RecordPurchase', at: `${day}T12:00:00Z`, purchaseId: `${day}/${bought}`, total };
};
let acted = 0;
const acts = (episodeId: string, action: string, day: string): GivenCommand => {
  acted += 1;
  return { type: 'RecordRetentionAction', at: `${day}T12:00:00Z`, episodeId, actionId: `a-${acted}`, action };
};

describe('silent', () => {
  const gone = () => given().after(buys('2026-01-05'));
  const alerted = () => gone().settled('2026-03-07T00:00Z');

  it('opens on the day after the silence that the rhythm allows, as the stage at risk begins', () => {
    expect(alerts(gone().settling('2026-03-06T23:59Z'))).toEqual([]);
    expect(alerts(gone().settling('2026-04-01T00:00Z'))).toEqual(['AlertRaised silent-1 2026-03-07']);
  });
  it('says why, what it is worth, and what to do by when', () => {
    expect(raised(gone().settling('2026-04-01T00:00Z'))).toEqual({
      ...{ episodeId: 'silent-1', reason: 'silent', about: '2026-01-05', because: ['command-1/0'] },
      figures: { silentDays: 61, limitDays: 60, rhythmDays: 30, rhythmFrom: 'policy' },
      worth: [{ units: 2000, scale: 2, currency: 'USD' }],
      suggested: expect.objectContaining({ action: 'message', source: 'ours' }) as unknown,
      ...{ since: '2026-01-05T00:00:00.000Z', dueBy: '2026-03-14T00:00:00.000Z' },
      lapsesAt: '2027-03-07T00:00:00.000Z',
    });
  });
  it('goes by the own rhythm of who bought often', () => {
    const slow = given().after(buys('2025-07-01'), buys('2025-09-19'), buys('2025-12-08')); // every 80 days
    expect(alerts(slow.settling('2026-05-17T23:00Z'))).toEqual([]);
    expect(alerts(slow.settling('2026-05-18T00:00Z'))).toEqual(['AlertRaised silent-2 2026-05-18']);
  });
  it('is cleared by a purchase, which is counted for it', () => {
    expect(alerts(alerted().when(buys('2026-03-20')))).toEqual([
      'AlertCleared silent-1 2026-03-20 bought',
      'AlertConverted silent-1 2026-03-20',
    ]);
  });
  it('is cleared by an action, and opens again when the silence lasts for 90 more days', () => {
    const answered = alerted().after(acts('silent-1', 'message', '2026-03-10'));
    expect(alerts(alerted().when(acts('silent-1', 'message', '2026-03-10')))).toEqual([
      'RetentionActionRecorded silent-1 2026-03-10',
      'AlertCleared silent-1 2026-03-10 message',
    ]);
    expect(alerts(answered.settling('2026-06-07T23:00Z'))).toEqual([]);
    expect(alerts(answered.settling('2026-06-08T00:00Z'))).toEqual(['AlertRaised silent-2 2026-06-08']);
  });
  it('opens again after a purchase and another silence', () =>
    expect(alerts(alerted().after(buys('2026-03-20')).settling('2026-10-01T00:00Z'))).toEqual([
      'AlertRaised silent-2 2026-08-16', // the only gap is 74 days
    ]));
  it('stays closed for the same silence, and lapses unanswered', () => {
    const closed = alerted().after({
      type: 'CloseAlert',
      episodeId: 'silent-1',
      outcome: 'lost',
      at: '2026-03-08T00:00Z',
    });
    expect(alerts(closed.settling('2029-01-01T00:00Z'))).toEqual([]);
    expect(alerts(alerted().settling('2029-01-01T00:00Z'))).toEqual([
      'AlertCleared silent-1 2027-03-07 lapsed by time',
    ]);
  });
  it('is over when the only purchase never happened', () => {
    const { purchaseId } = buys('2026-01-05');
    const past = given()
      .after({ ...buys('2026-01-05'), purchaseId })
      .settled('2026-03-07T00:00Z');
    const voided = past.when({ type: 'VoidPurchase', purchaseId, reason: 'till error', at: '2026-03-09T00:00Z' });
    expect(alerts(voided)).toEqual(['AlertCleared silent-1 2026-03-09 corrected']);
  });
  it('is cleared by a purchase that comes to light late, and opens anew from that', () => {
    const late = alerted().after({ ...buys('2026-02-01'), at: '2026-02-01T12:00Z' });
    expect(alerts(late.settling('2026-05-01T00:00Z'))).toEqual(['AlertRaised silent-2 2026-04-03']);
  });
});

describe('complaint overdue', () => {
  const at = '2026-03-02T10:00:00Z'; // a Monday
  const complained = () =>
    given().after({ type: 'RaiseComplaint', complaintId: 'k', cause: 'late', channel: 'web', at });
  const late = () => complained().settled('2026-03-04T00:00Z');
  const resolves = (complaintId: string, on: string): GivenCommand => ({
    ...{ type: 'ResolveComplaint', complaintId, remedy: { kind: 'refund' }, at: on },
  });
  const again = (on: string): GivenCommand => ({
    type: 'RaiseComplaint',
    complaintId: 'l',
    cause: 'late',
    channel: 'web',
    at: on,
  });

  it('opens when a promise is missed', () => {
    const outcome = complained().settling('2026-03-04T00:00Z');
    expect(alerts(outcome)).toEqual(['AlertRaised complaint_overdue-1 2026-03-03']);
    const { about, figures, suggested } = raised(complained().settling('2026-03-04T00:00Z'));
    expect([about, figures['sla'], suggested.action]).toEqual(['k', 'first_response', 'escalation']);
  });
  it('is cleared by the answer that was owed, or by the resolution', () => {
    const response = { type: 'RespondToComplaint', complaintId: 'k', responseId: 'r', at: '2026-03-05T09:00:00Z' };
    expect(alerts(late().when(response))).toEqual(['AlertCleared complaint_overdue-1 2026-03-05 responded']);
    expect(alerts(late().when(resolves('k', '2026-03-05T00:00Z')))).toEqual([
      'AlertCleared complaint_overdue-1 2026-03-05 resolved',
    ]);
  });
  it('stays open while another complaint is overdue', () => {
    const both = complained().after(again('2026-03-02T11:00:00Z')).settled('2026-03-04T00:00Z');
    expect(alerts(both.when(resolves('k', '2026-03-05T00:00Z')))).toEqual([]);
    expect(alerts(both.after(resolves('k', '2026-03-05T00:00Z')).when(resolves('l', '2026-03-06T00:00Z')))).toEqual([
      'AlertCleared complaint_overdue-1 2026-03-06 resolved',
    ]);
  });
  it('is cleared by an action, and opened again by the next promise that is missed', () => {
    const acting = acts('complaint_overdue-1', 'escalation', '2026-03-05');
    expect(alerts(late().when(acting))).toContain('AlertCleared complaint_overdue-1 2026-03-05 escalation');
    expect(alerts(late().after(acting).settling('2026-04-01T00:00Z'))).toEqual([
      'AlertRaised complaint_overdue-2 2026-03-09', // the resolution
    ]);
  });
});

describe('low score', () => {
  const scores = (surveyId: string, score: number, at: string, instrument = 'nps'): GivenCommand => ({
    ...{ type: 'AnswerSurvey', surveyId, score, instrument, touchpoint: 'delivery', at },
  });
  const unhappy = () => given().after(scores('s-1', 6, '2026-03-02T00:00Z'));

  it('opens with the answer of a detractor, and says which', () => {
    expect(alerts(given().when(scores('s-1', 7, '2026-03-02T00:00Z')))).toEqual([]);
    const outcome = given().when(scores('s-1', 6, '2026-03-02T00:00Z'));
    expect(alerts(outcome)).toEqual(['AlertRaised low_score-1 2026-03-02']);
    expect(raised(outcome)).toMatchObject({ about: 's-1', figures: { score: 6 } });
    expect(raised(outcome).suggested.source).toContain('Reichheld');
  });
  it('is cleared by a later good answer, not by one that tells nothing or came before', () => {
    expect(alerts(unhappy().when(scores('s-2', 7, '2026-03-09T00:00Z', 'ces')))).toEqual([]);
    expect(alerts(unhappy().when(scores('s-2', 9, '2026-02-09T00:00Z')))).toEqual([]);
    expect(alerts(unhappy().when(scores('s-2', 2, '2026-03-09T00:00Z', 'csat')))).toEqual([]);
    expect(alerts(unhappy().when(scores('s-2', 3, '2026-03-09T00:00Z', 'csat')))).toEqual([
      'AlertCleared low_score-1 2026-03-09 good_score',
    ]);
  });
  it('is cleared by an action, and opened again by the next low answer', () => {
    const called = acts('low_score-1', 'call', '2026-03-03');
    expect(alerts(unhappy().when(called))).toContain('AlertCleared low_score-1 2026-03-03 call');
    expect(
      alerts(
        unhappy()
          .after(called)
          .when(scores('s-2', 0, '2026-03-09T00:00Z')),
      ),
    ).toEqual(['AlertRaised low_score-2 2026-03-09']);
  });
  it('lapses after 90 days', () =>
    expect(alerts(unhappy().settling('2027-01-01T00:00Z'))).toEqual([
      'AlertCleared low_score-1 2026-05-31 lapsed by time',
    ]));
});
