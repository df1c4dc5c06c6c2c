import { readFileSync } from 'node:fs';
import { withSharedData } from '#testing/shared-data.js';
import { gunzipSync } from 'node:zlib';
import { engineWorld } from '#testing/engine-world.js';
import { clockAt, named, of, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { customerSatisfaction } from './surveys.customer.projection.js';
import { SurveyAnswered, SurveyDeclined, SurveySent, type Instrument } from './surveys.events.js';
import { surveysPolicy } from './surveys.policy.js';
import { satisfaction } from './surveys.projection.js';
import { scaledOf } from './surveys.scores.policy.js';
import { surveysSlice } from './surveys.slice.js';

const day = '2026-03-02';
const asked = { surveyId: 's-1', instrument: 'nps', touchpoint: 'check-in/desk', channel: 'e-mail', day } as const;
const sent = SurveySent(asked);
const answered = (instrument: Instrument, score: number, rest: object = {}, at = '2026-03-02T12:00:00.000Z') =>
  SurveyAnswered({ ...asked, instrument, score, scaled: scaledOf(instrument, score), comment: null, ...rest }, at);
const declined = SurveyDeclined(asked);

describe('satisfaction', () => {
  const fold = projectionSpec(satisfaction, { slices: [surveysSlice] });

  it('counts by month, channel and touchpoint, and over all of either', async () => {
    const documents = await fold(sent, declined, answered('nps', 9), answered('csat', 3, { channel: 'sms' }));
    expect([...documents.keys()].sort()).toEqual([
      ...['2026-03//', '2026-03//check-in%2Fdesk', '2026-03/e-mail/', '2026-03/e-mail/check-in%2Fdesk'],
      ...['2026-03/sms/', '2026-03/sms/check-in%2Fdesk'],
    ]);
    expect(documents.get('2026-03/e-mail/check-in%2Fdesk')).toMatchObject({
      ...{
        month: '2026-03',
        channel: 'e-mail',
        touchpoint: 'check-in/desk',
        sent: 1,
        declined: 1,
        answers: 1,
        mean: 9_000,
      },
    });
    expect(documents.get('2026-03//')).toMatchObject({
      ...{ channel: null, touchpoint: null, answers: 2, mean: 7_000, atTarget: 1, shareAtTarget: 5_000 },
      ...{ counts: { nps: { '9': 1 }, csat: { '3': 1 }, ces: {} }, target: 8_000, meetsTarget: false },
      byInstrument: { nps: { mean: 9_000 }, csat: { mean: 5_000 }, ces: { mean: null } },
      nps: { promoters: 1, passives: 0, detractors: 0, score: 10_000, confidencePercent: 95 },
    });
  });
  it('says nothing of a target without answers', async () => {
    const document = (await fold(sent)).get('2026-03//');
    expect(document).toMatchObject({ sent: 1, answers: 0, mean: null, meetsTarget: null, nps: null });
  });
  it('keeps answers without a channel apart', async () => {
    const { channel: _, ...unsaid } = answered('nps', 9).data;
    const documents = await fold(SurveyAnswered(unsaid));
    expect(documents.get('2026-03/unknown/')).toMatchObject({ channel: 'unknown', answers: 1 });
  });
  it('is held against the target in force when it was answered, and says which', async () => {
    const higher = published(surveysPolicy, { target: 95 }, '2026-04-01T00:00Z');
    const april = answered('nps', 9, { day: '2026-04-02' }, '2026-04-02T12:00:00.000Z');
    const documents = await fold(higher, answered('nps', 9), clockAt('2026-04-01T00:00Z'), named('apr', april));
    expect(documents.get('2026-03//')).toMatchObject({ meetsTarget: true, why: { policy: { version: 1 } } });
    expect(documents.get('2026-04//')).toMatchObject({
      ...{ meetsTarget: false, target: 9_500 },
      why: { facts: ['apr'], policy: { name: 'surveys', version: 2 } },
    });
  });
  it('does not depend on the order of answers', async () => {
    const answers = [2, 5, 9, 10, 7, 7].map((score, n) => of(`c-${n}`, named(`f-${n}`, answered('nps', score))));
    const told = async (facts: readonly GivenFact[]) =>
      [...(await fold(...facts)).values()].map((document) => ({ ...document, why: undefined }));
    expect(await told([...answers].reverse())).toEqual(await told(answers));
  });
});

describe('a customer’s satisfaction', () => {
  const folding = projectionSpec(customerSatisfaction, { slices: [surveysSlice] });
  const fold = async (...facts: readonly GivenFact[]) => (await folding(...facts)).get('c-1');

  it('is the last answer, with the customer’s words', async () => {
    const at = '2026-03-02T12:00:00.000Z';
    expect(await fold(sent, named('a', answered('nps', 9, { comment: 'Early!' })), declined)).toEqual({
      ...{ customerId: 'c-1', sent: 1, answers: 1, declined: 1, answersBy: { nps: 1, csat: 0, ces: 0 } },
      last: {
        ...{ factId: 'a', answeredAt: at, surveyId: 's-1', instrument: 'nps', touchpoint: 'check-in/desk' },
        ...{ channel: 'e-mail', about: null, score: 9, scaled: 9_000, comment: 'Early!' },
      },
      ...{ detractor: false, detractorBy: { factId: 'a', answeredAt: at } },
      why: { facts: ['a'], policy: { name: 'surveys', version: 1 } },
    });
  });
  it.each([
    ['nps', 6, true],
    ['nps', 7, false],
    ['csat', 2, true],
    ['csat', 3, false],
  ] as const)('%s %d makes a detractor: %s', async (instrument, score, detractor) =>
    expect(await fold(answered(instrument, score))).toMatchObject({ detractor }),
  );
  it('is as it was told last, by when it was told', async () => {
    const early = named('old', answered('nps', 1, {}, '2026-01-01T00:00:00.000Z'));
    const late = named('new', answered('nps', 9));
    expect(await fold(early, late)).toMatchObject({ detractor: false, last: { score: 9 }, why: { facts: ['new'] } });
    expect(await fold(late, early)).toMatchObject({ detractor: false, last: { score: 9 }, answers: 2 });
  });
  it('is told by NPS and CSAT alone', async () => {
    const effort = named('effort', answered('ces', 7, {}, '2026-03-03T00:00:00.000Z'));
    expect(await fold(effort)).toMatchObject({ detractor: false, detractorBy: null, why: { facts: ['effort'] } });
    expect(await fold(named('bad', answered('nps', 2)), effort)).toMatchObject({
      ...{ detractor: true, last: { instrument: 'ces' }, why: { facts: ['bad', 'effort'] } },
    });
  });
});

describe('surveys in a whole world', () => {
  it('fold the same again, and let no store see a comment', async () => {
    const world = await engineWorld([surveysSlice]);
    await world.send({ type: 'SendSurvey', ...asked, day: undefined });
    await world.send({ type: 'AnswerSurvey', surveyId: 's-1', score: 3, comment: 'my secret' });
    const stored = await world.store.readStream('customer-c-1', { from: 0, limit: 10 });
    expect(JSON.stringify(stored)).not.toContain('my secret');
    const documents = await world.documents('customer_satisfaction');
    expect(documents.get('c-1')).toMatchObject({ detractor: true, last: { comment: 'my secret' } });
    const { live, rebuilt } = await world.rebuildAll();
    expect(rebuilt).toEqual(live);
    await world.close();
  });
});

withSharedData('surveys/sfo_2012.csv.gz', (file) => {
  it('count the passengers of San Francisco as the city did', async () => {
    const [head = '', ...rows] = gunzipSync(readFileSync(file)).toString('latin1').split('\r\n');
    const column = head.split(',').indexOf('Q8N_WHOLE');
    const scores = rows.map((row) => Number(row.split(',')[column])).filter((score) => score >= 1 && score <= 5);
    const facts = scores.map((score) => answered('csat', score));
    const document = (await projectionSpec(satisfaction, { slices: [surveysSlice], batch: 500 })(...facts)).get(
      '2026-03//',
    );
    expect(document).toMatchObject({
      ...{ answers: 3_348, counts: { csat: { '5': 782, '4': 1_856, '3': 639, '2': 64, '1': 7 } } },
      ...{ mean: 7_496, atTarget: 782, shareAtTarget: 2_336, meetsTarget: false },
    });
  });
});
