import { projectionSpec } from '#testing/projection-spec.js';
import { named, published, type GivenFact } from '#testing/makers.js';
import { companyPolicy } from '#kernel/company.policy.js';
import {
  AlertAcknowledged,
  AlertCleared,
  AlertClosed,
  AlertConversionUndone,
  AlertConverted,
  AlertRaised,
  REASONS,
  RetentionActionRecorded,
  type AlertRaised as Raised,
} from './retention.events.js';
import { retentionOutcomes } from './retention.outcomes.projection.js';
import { retentionAlerts } from './retention.projection.js';
import { retentionSlice } from './retention.slice.js';
import { wordsOf } from './retention.words.js';

const slices = [retentionSlice];
const policies = [published(companyPolicy, { currency: 'GBP' })];
const alertsOf = projectionSpec(retentionAlerts, { slices, policies });
const outcomesOf = projectionSpec(retentionOutcomes, { slices, policies });

const raisedAt = '2026-03-07T00:00:00.000Z';
const silent = { episodeId: 'silent-1', reason: 'silent' as const, raisedAt };
const gbp = { units: 12_345, scale: 2, currency: 'GBP' };
const usd = { units: 5, scale: 0, currency: 'USD' };
const raised = (changed: Partial<Raised['data']> = {}, at = raisedAt): GivenFact =>
  named(
    `raised-${changed.episodeId ?? 'silent-1'}`,
    AlertRaised(
      {
        ...{ episodeId: 'silent-1', reason: 'silent', about: '2026-01-05', because: ['p-1', 'p-2'], worth: [gbp, usd] },
        figures: { silentDays: 61, limitDays: 60, rhythmDays: 22.5, rhythmFrom: 'gaps' },
        suggested: { action: 'message', text: 'Write.', source: 'ours' },
        ...{ since: '2026-01-05T00:00:00.000Z', dueBy: '2026-03-14T00:00:00.000Z' },
        ...changed,
      },
      at,
    ),
  );
const later = '2026-03-09T10:00:00.000Z';
const acted = named(
  'acted',
  RetentionActionRecorded({ ...silent, actionId: 'a', action: 'call', channel: 'phone', note: 'private' }, later),
);
const cleared = (by: string, outcome: string) => named('cleared', AlertCleared({ ...silent, by, outcome }, later));
const converted = named(
  'converted',
  AlertConverted({ ...silent, purchaseId: 'p-3', by: 'p-3', amount: gbp, afterDays: 2, acted: true }, later),
);
const alert = async (...facts: readonly GivenFact[]) => (await alertsOf(...facts)).get('c-1/silent-1');

describe('retention_alerts', () => {
  it('shows who, why in words and ids, what it is worth, and what to do under which policy', async () => {
    expect(await alert(raised())).toMatchObject({
      ...{ customerId: 'c-1', episodeId: 'silent-1', reason: 'silent', status: 'open', raisedAt },
      ...{ worth: [gbp, usd], worthSort: 123_450, dueBy: '2026-03-14T00:00:00.000Z' },
      suggested: { action: 'message', text: 'Write.', source: 'ours', policy: { name: 'retention', version: 1 } },
      why: {
        words: 'Bought nothing for 61 days since 2026-01-05; 60 are usual at most, by a rhythm of 22.5 days.',
        facts: ['p-1', 'p-2', 'raised-silent-1'],
        policy: { name: 'retention', version: 1 },
      },
    });
  });
  it('sorts who spent nothing in the currency of the company last', async () =>
    expect(await alert(raised({ worth: [usd] }))).toMatchObject({ worthSort: 0 }));
  it('shows who acknowledged it and what was done, without what is private', async () => {
    const acknowledged = AlertAcknowledged({ ...silent, agent: 'maria' }, later);
    expect(await alert(raised(), acknowledged)).toMatchObject({
      status: 'acknowledged',
      acknowledged: { at: later, agent: 'maria' },
    });
    const doc = await alert(raised(), acted);
    expect(doc).toMatchObject({ status: 'acted', actions: [{ actionId: 'a', action: 'call', channel: 'phone' }] });
    expect(JSON.stringify(doc)).not.toContain('private');
  });
  it('shows by what it ended, and keeps that fact among those that decide', async () => {
    const byFact = await alert(raised(), cleared('p-3', 'bought'));
    expect(byFact).toMatchObject({ status: 'closed', ended: { at: later, by: 'fact', outcome: 'bought' } });
    expect(byFact?.why.facts).toEqual(['p-1', 'p-2', 'raised-silent-1', 'cleared', 'p-3']);
    expect(await alert(raised(), cleared('time', 'lapsed'))).toMatchObject({ ended: { by: 'time' } });
    expect(await alert(raised(), acted, cleared('action', 'call'))).toMatchObject({
      ...{ status: 'closed', ended: { by: 'action' }, actions: [{ action: 'call' }] },
    });
    expect(await alert(raised(), AlertClosed({ ...silent, outcome: 'lost' }, later))).toMatchObject({
      ...{ status: 'closed', ended: { by: 'person', outcome: 'lost' } },
    });
  });
  it('shows the purchase it ended in, until that turns out never to have happened', async () => {
    const undone = AlertConversionUndone({ ...silent, purchaseId: 'p-3', acted: true }, later);
    expect(await alert(raised(), converted)).toMatchObject({ converted: { purchaseId: 'p-3', afterDays: 2 } });
    expect(await alert(raised(), converted, undone)).toMatchObject({ converted: null });
  });
  it('keeps a bounded number of actions and facts', async () => {
    const many = Array.from({ length: 50 }, (_, n) => named(`acted-${n}`, acted));
    const doc = await alert(raised({ because: many.map(({ id }) => id) }), ...many);
    expect([doc?.actions.length, doc?.why.facts.length, doc?.why.facts.at(-1)]).toEqual([20, 20, 'acted-49']);
  });
});

describe('retention_outcomes', () => {
  it('counts by reason and month of the raising how alerts ended and how many in a purchase', async () => {
    const second = raised({ episodeId: 'silent-2' }, '2026-04-01T00:00:00.000Z');
    const aprils = { ...silent, episodeId: 'silent-2', raisedAt: '2026-04-01T00:00:00.000Z' };
    const docs = await outcomesOf(
      ...[raised(), AlertAcknowledged(silent, later), acted, cleared('action', 'call'), converted, second],
      AlertClosed({ ...aprils, outcome: 'lost' }, '2026-05-01T00:00:00.000Z'),
    );
    expect(docs.get('silent/2026-03')).toMatchObject({
      ...{ reason: 'silent', month: '2026-03', raised: 1, acknowledged: 1, actions: 1, closed: 0 },
      ...{ clearedByFact: 0, clearedByTime: 0, clearedByAction: 1, converted: 1, convertedAfterAction: 1 },
    });
    expect(docs.get('silent/2026-04')).toMatchObject({ raised: 1, closed: 1, outcomes: { lost: 1 }, converted: 0 });
  });
  it('is the same in whatever order the facts of different customers came', async () => {
    const many = Array.from({ length: 30 }, (_, number) => ({
      ...raised({ episodeId: `silent-${number}` }),
      customerId: `c-${number}`,
      id: `raised-${number}`,
    }));
    const [one, other] = [await outcomesOf(...many), await outcomesOf(...many.toReversed())];
    expect(other).toEqual(one);
    expect(one.get('silent/2026-03')?.why.facts).toHaveLength(20);
  });
  it('tells clearing by a fact from clearing by time, and takes back what was undone', async () => {
    const undone = AlertConversionUndone({ ...silent, purchaseId: 'p-3', acted: true }, later);
    const facts = await outcomesOf(raised(), cleared('p-3', 'bought'), converted, undone);
    expect(facts.get('silent/2026-03')).toMatchObject({ clearedByFact: 1, converted: 0, convertedAfterAction: 0 });
    const time = await outcomesOf(raised(), cleared('time', 'lapsed'));
    expect(time.get('silent/2026-03')).toMatchObject({ clearedByFact: 0, clearedByTime: 1 });
  });
});

it('says every reason in words that need no other figure', () => {
  const figures = {
    ...{ silentDays: 61, limitDays: 60, rhythmDays: 30, rhythmFrom: 'policy' },
    ...{ sla: 'first_response', priority: 'high', cause: 'late parcel', promisedBy: '2026-03-03T10:00:00.000Z' },
    ...{ instrument: 'nps', score: 3, touchpoint: 'delivery', from: 'VIP', to: 'high', windowDays: 365 },
    ...{ points: 150, expiresAt: '2026-04-01T00:00:00.000Z', tier: 'VIP', uncontactedDays: 60 },
  };
  const words = REASONS.map((reason) => wordsOf(reason, '2026-01-05T10:00:00.000Z', figures));
  expect(words.join(' ')).not.toContain('undefined');
  expect(words.slice(1)).toEqual([
    'Complaint 2026-01-05T10:00:00.000Z (late parcel, high) has waited for its first response since 2026-03-03T10:00:00.000Z.',
    'Answered NPS with 3 after delivery.',
    'Fell from VIP to high: purchases of 365 days ago count no longer.',
    '150 points expire on 2026-04-01.',
    'VIP, and nobody was in touch for 60 days, since 2026-01-05.',
  ]);
});
