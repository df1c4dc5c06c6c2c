import { clockAt, named, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { PurchaseRecorded } from '../purchases/purchases.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { SurveyAnswered, type Instrument } from '../surveys/surveys.events.js';
import { surveysPolicy } from '../surveys/surveys.policy.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import { lifecycleStage } from './lifecycle.projection.js';
import { lifecycleSlice } from './lifecycle.slice.js';

const folding = projectionSpec(lifecycleStage, {
  slices: [profilesSlice, purchasesSlice, surveysSlice, complaintsSlice, contactsSlice, valueSlice, lifecycleSlice],
});
const fold = async (...facts: readonly GivenFact[]) => (await folding(...facts)).get('c-1');

const at = (day: string): string => `${day}T12:00:00.000Z`;
const total = { units: 1_000, scale: 2, currency: 'GBP' };
const loyal = ['2026-01-10', '2026-01-20', '2026-02-01', '2026-02-10'].map((day) =>
  named(`bought ${day}`, PurchaseRecorded({ purchaseId: day, total, lines: [] }, at(day))),
);
const answered = (id: string, instrument: Instrument, score: number, day: string): GivenFact => {
  const asked = { surveyId: id, instrument, touchpoint: 'delivery', day };
  return named(id, SurveyAnswered({ ...asked, score, scaled: 0, comment: null }, at(day)));
};
const bad = answered('bad', 'nps', 6, '2026-02-20');

describe('a loyal customer who is a detractor', () => {
  it('is active, by the answer that says so', async () => {
    expect(await fold(...loyal)).toMatchObject({ stage: 'loyal', detractor: false });
    const doc = await fold(...loyal, bad);
    expect(doc).toMatchObject({ stage: 'active', since: at('2026-02-20'), detractor: true });
    expect(doc?.why.facts).toContain('bad');
  });
  it('says by which answer as long as it is the last', async () => {
    const again = named('again', PurchaseRecorded({ purchaseId: 'again', total, lines: [] }, at('2026-02-25')));
    const doc = await fold(...loyal, bad, again);
    expect(doc).toMatchObject({ stage: 'active', detractorBy: { fact: 'bad', answeredAt: at('2026-02-20') } });
    expect(doc?.why.facts).toEqual(['bought 2026-01-20', 'bought 2026-02-01', 'bought 2026-02-10', 'again', 'bad']);
  });
  it('is loyal again after a better answer', async () => {
    const doc = await fold(...loyal, bad, answered('good', 'csat', 5, '2026-03-01'));
    expect(doc?.history.slice(-3)).toEqual([
      { stage: 'loyal', since: at('2026-02-10') },
      { stage: 'active', since: at('2026-02-20') },
      { stage: 'loyal', since: at('2026-03-01') },
    ]);
  });
  it('stays one when an older answer comes to light, or one of effort', async () => {
    expect(await fold(...loyal, bad, answered('old', 'nps', 10, '2026-01-05'))).toMatchObject({ stage: 'active' });
    expect(await fold(...loyal, bad, answered('easy', 'ces', 7, '2026-03-01'))).toMatchObject({ stage: 'active' });
  });
  it('is one by the policy in force when it was answered', async () => {
    const kinder = published(surveysPolicy, { detractorAtMost: { nps: 3, csat: 1 } }, '2026-02-15T00:00Z');
    expect(await fold(...loyal, kinder, clockAt(at('2026-02-16')), bad)).toMatchObject({ stage: 'loyal' });
  });
});

it('somebody known by an answer alone is potential, whatever was asked', async () => {
  for (const instrument of ['nps', 'ces'] as const) {
    const doc = await fold(answered('a', instrument, 3, '2026-03-01'));
    expect(doc).toMatchObject({ stage: 'potential', since: at('2026-03-01'), stages: 1, why: { facts: ['a'] } });
  }
});
