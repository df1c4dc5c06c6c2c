import { deciderSpec } from '#testing/given.js';
import { published, type GivenFact } from '#testing/makers.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { consentSlice } from '../consent/consent.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { lifecyclePolicy } from '../lifecycle/lifecycle.policy.js';
import { lifecycleSlice } from '../lifecycle/lifecycle.slice.js';
import { loyaltySlice } from '../loyalty/loyalty.slice.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import { AlertNotFound, AlertNotOpen, UnknownAction, UnknownOutcome } from './retention.errors.js';
import {
  AlertAcknowledged,
  AlertClosed,
  AlertConverted,
  AlertRaised,
  RetentionActionRecorded,
  type Reason,
} from './retention.events.js';
import { retentionPolicy } from './retention.policy.js';
import { retentionSlice } from './retention.slice.js';

const slices = [
  ...[profilesSlice, purchasesSlice, lifecycleSlice, valueSlice, loyaltySlice, consentSlice],
  ...[complaintsSlice, surveysSlice, contactsSlice, retentionSlice],
];
const given = deciderSpec(...slices);
const raisedAt = '2026-02-20T00:00:00.000Z';
const raised = (reason: Reason, number = 1): GivenFact =>
  AlertRaised(
    {
      ...{ episodeId: `${reason}-${number}`, reason, about: 'x', because: ['f'], figures: {}, worth: [] },
      ...{ suggested: { action: 'call', text: 'Call.', source: 'ours' }, since: raisedAt, dueBy: raisedAt },
    },
    raisedAt,
  );
const silent = { episodeId: 'silent-1', reason: 'silent' as const, raisedAt };
const acknowledge = { type: 'AcknowledgeAlert', episodeId: 'silent-1', agent: 'maria' };
const call = { type: 'RecordRetentionAction', episodeId: 'silent-1', actionId: 'a', action: 'call', channel: 'phone' };
const close = { type: 'CloseAlert', episodeId: 'silent-1', outcome: 'lost' };

describe('acknowledging an alert', () => {
  it('says who will see to it', () =>
    given(raised('silent'))
      .when(acknowledge)
      .then(AlertAcknowledged({ ...silent, agent: 'maria' })));
  it('changes nothing the second time, nor after an action', () => {
    given(raised('silent')).after(acknowledge).when(acknowledge).thenNothing();
    const acted = { ...call, action: 'reminder' };
    given(raised('silent')).after(acted).when(acknowledge).thenNothing();
  });
  it('is refused for an alert that is not there, is over, or was followed by a newer one', () => {
    given().when(acknowledge).thenFails(AlertNotFound, { code: 'retention.alert_not_found' });
    given(raised('silent'))
      .when({ ...acknowledge, episodeId: 'silent-2' })
      .thenFails(AlertNotFound);
    given(raised('silent'))
      .when({ ...acknowledge, episodeId: 'silent-01' })
      .thenFails(AlertNotFound);
    given(raised('silent')).after(close).when(acknowledge).thenFails(AlertNotOpen);
    given(raised('silent'), raised('silent', 2))
      .when(acknowledge)
      .thenFails(AlertNotOpen, { code: 'retention.alert_not_open' });
  });
});

describe('recording an action', () => {
  it('clears every open alert that the policy says it answers', () =>
    given(raised('silent'), raised('low_score'), raised('points_lapsing'))
      .when({ ...call, note: 'on holiday' })
      .then(
        RetentionActionRecorded({ ...silent, actionId: 'a', action: 'call', channel: 'phone', note: 'on holiday' }),
        { type: 'AlertCleared', data: { ...silent, by: 'action', outcome: 'call' } },
        { type: 'AlertCleared', data: { episodeId: 'low_score-1', reason: 'low_score', raisedAt, by: 'action' } },
      ));
  it('leaves an alert open that it does not answer, and its note sealed', () => {
    const reminder = { ...call, action: 'reminder' };
    given(raised('silent'))
      .when(reminder)
      .then({ type: 'RetentionActionRecorded', data: { note: null } });
    given(raised('silent'))
      .after(reminder)
      .when(close)
      .then(AlertClosed({ ...silent, outcome: 'lost' }));
    expect(RetentionActionRecorded.personal).toEqual(['note']);
  });
  it('changes nothing the second time, even after the alert is over', () => {
    given(raised('silent')).after(call).when(call).thenNothing();
    given(raised('silent'))
      .after(call)
      .when({ ...call, actionId: 'b' })
      .thenFails(AlertNotOpen);
  });
  it('is refused for an action that the policy does not know', () => {
    given(raised('silent'))
      .when({ ...call, action: 'bribe' })
      .thenFails(UnknownAction, { code: 'retention.unknown_action' });
    given(raised('silent'))
      .when({ ...call, action: 'toString' })
      .thenFails(UnknownAction);
  });
});

describe('closing an alert', () => {
  it('says what came of it', () =>
    given(raised('silent'))
      .when(close)
      .then(AlertClosed({ ...silent, outcome: 'lost' })));
  it('changes nothing the second time, and is refused with another outcome', () => {
    given(raised('silent')).after(close).when(close).thenNothing();
    given(raised('silent'))
      .after(close)
      .when({ ...close, outcome: 'kept' })
      .thenFails(AlertNotOpen);
  });
  it('is refused for an outcome that the policy does not know', () =>
    given(raised('silent'))
      .when({ ...close, outcome: 'bored' })
      .thenFails(UnknownOutcome, { code: 'retention.unknown_outcome' }));
});

describe('a purchase after an alert', () => {
  const total = { units: 999, scale: 2, currency: 'GBP' };
  const buys = (at: string, purchaseId = 'p') => ({ type: 'RecordPurchase', at, purchaseId, total });
  const name = { episodeId: 'low_score-1', reason: 'low_score' as const, raisedAt };
  const types = (facts: readonly { readonly type: string }[]) =>
    facts.map(({ type }) => type).filter((type) => type.startsWith('Alert'));
  const converted = (afterDays: number, acted: boolean) =>
    AlertConverted({ ...name, purchaseId: 'p', by: 'command-1/0', amount: total, afterDays, acted });

  it('is counted up to 90 days after it was raised, once', () => {
    const [fact] = given(raised('low_score'))
      .when(buys('2026-05-21T12:00Z'))
      .facts()
      .filter(({ type }) => type === 'AlertConverted');
    expect(fact?.data).toEqual(converted(90, false).data);
    expect(types(given(raised('low_score')).when(buys('2026-05-22T00:00Z')).facts())).toEqual([]);
    const twice = given(raised('low_score')).after(buys('2026-03-01T00:00Z')).when(buys('2026-03-02T00:00Z', 'q'));
    expect(types(twice.facts())).toEqual([]);
  });
  it('is counted from the last action, also when that cleared the alert', () => {
    const acted = { ...call, episodeId: 'low_score-1', at: '2026-05-01T00:00Z' };
    const facts = given(raised('low_score')).after(acted).when(buys('2026-07-30T00:00Z')).facts();
    expect(facts.find(({ type }) => type === 'AlertConverted')?.data).toMatchObject({ afterDays: 90, acted: true });
  });
  it('is not counted when it happened before', () =>
    expect(types(given(raised('low_score')).when(buys('2026-02-19T00:00Z')).facts())).toEqual([]));
  it('counts no longer when it never happened', () => {
    const past = given(raised('low_score')).after(buys('2026-03-01T00:00Z'));
    past
      .when({ type: 'VoidPurchase', purchaseId: 'p', reason: 'twice' })
      .then({ type: 'PurchaseVoided' }, { type: 'PointsReversed' }, { type: 'AlertConversionUndone', data: name });
  });
});

describe('the policy of retention', () => {
  const { defaults, parse } = retentionPolicy;
  const raw = (rules: object) => JSON.parse(JSON.stringify({ ...defaults, ...rules })) as Record<string, unknown>;
  it('reads what it published', () => expect(parse(raw({}))).toEqual(defaults));
  it('refuses a suggestion that does not answer its reason, and windows that cannot be held', () => {
    const silentRule = { ...defaults.reasons.silent, suggested: { action: 'reminder', text: 't', source: 's' } };
    expect(() => parse(raw({ reasons: { ...defaults.reasons, silent: silentRule } }))).toThrow('must clear it');
    expect(() => parse(raw({ worthDays: 367 }))).toThrow('worthDays');
    expect(() => parse(raw({ convertedWithinDays: 0 }))).toThrow('convertedWithinDays');
    expect(() => parse(raw({ actions: { call: { clears: ['boredom'] } } }))).toThrow('one of');
  });
  it('holds from its day on: what it calls too long a silence by then is raised on that day', () => {
    const stricter = published(lifecyclePolicy, { atRiskRhythms: 1, atRiskLeastDays: 20 }, '2026-02-20T00:00Z');
    const total = { units: 999, scale: 2, currency: 'GBP' };
    const bought = { type: 'RecordPurchase', at: '2026-01-05T12:00Z', purchaseId: 'p', total };
    const past = deciderSpec(slices, { policies: [stricter] })().after(bought);
    const [fact, ...more] = past.settling('2026-03-01T00:00Z').facts();
    expect([fact?.type, fact?.occurredAt, more]).toEqual(['AlertRaised', '2026-02-20T00:00:00.000Z', []]);
  });
});
