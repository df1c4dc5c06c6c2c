import { companyPolicy } from '#kernel/company.policy.js';
import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import { throughSnapshot } from '#testing/through-snapshot.js';
import {
  ScoreOutsideScale,
  SurveyAlreadyAnswered,
  SurveyDoesNotMatch,
  SurveyNotSent,
  UnknownTouchpoint,
} from './surveys.errors.js';
import { surveysPolicy } from './surveys.policy.js';
import { surveysSlice } from './surveys.slice.js';

const given = deciderSpec(surveysSlice);
const asked = { surveyId: 's-1', instrument: 'nps', touchpoint: 'delivery', channel: 'e-mail', about: 'p-1' };
const send = { type: 'SendSurvey', ...asked };
const answer = { type: 'AnswerSurvey', surveyId: 's-1', score: 9 };
const decline = { type: 'DeclineSurvey', surveyId: 's-1' };
const unsent = { ...answer, instrument: 'csat', touchpoint: 'airport', score: 4 };

describe('sending a survey', () => {
  it('says what was asked, where and about what', () =>
    given()
      .when(send)
      .then({ type: 'SurveySent', data: { ...asked, day: '2026-03-02' } }));
  it('takes the day in the company’s zone', () => {
    const tokyo = deciderSpec([surveysSlice], { policies: [published(companyPolicy, { zone: 'Asia/Tokyo' })] });
    tokyo()
      .when({ ...send, at: '2026-03-02T15:00Z' })
      .then({ type: 'SurveySent', data: { day: '2026-03-03' } });
  });
  it('changes nothing the second time, answered or not', () => {
    given().after(send).when(send).thenNothing();
    given().after(send, answer).when(send).thenNothing();
  });
  it.each([{ instrument: 'ces' }, { touchpoint: 'shop' }, { channel: 'sms' }, { about: 'p-2' }, { about: undefined }])(
    'is refused under a name that stands for another: %j',
    (other) =>
      given()
        .after(send)
        .when({ ...send, ...other })
        .thenFails(SurveyDoesNotMatch, { path: Object.keys(other)[0] }),
  );
  it('is recorded after an answer that came before it', () => {
    given()
      .after(unsent)
      .when({ ...unsent, type: 'SendSurvey', channel: 'kiosk' })
      .then({ type: 'SurveySent' });
    given().after(unsent).when(send).thenFails(SurveyDoesNotMatch, { code: 'surveys.does_not_match' });
  });
  it('is refused at a touchpoint the policy does not list', () => {
    const listed = deciderSpec([surveysSlice], { policies: [published(surveysPolicy, { touchpoints: ['shop'] })] });
    listed().when(send).thenFails(UnknownTouchpoint, { code: 'surveys.unknown_touchpoint' });
    listed().when(unsent).thenFails(UnknownTouchpoint, { touchpoint: 'airport' });
    listed()
      .when({ ...send, touchpoint: 'shop' })
      .then({ type: 'SurveySent' });
  });
});

describe('answering a survey', () => {
  it('is about what was asked', () =>
    given()
      .after(send)
      .when({ ...answer, comment: 'Early!' })
      .then({ type: 'SurveyAnswered', data: { ...asked, score: 9, scaled: 9_000, comment: 'Early!' } }));
  it('may come on another channel', () =>
    given()
      .after(send)
      .when({ ...answer, channel: 'web' })
      .then({ type: 'SurveyAnswered', data: { channel: 'web' } }));
  it('needs no survey sent where it says what was asked and where', () =>
    given()
      .when(unsent)
      .then({ type: 'SurveyAnswered', data: { instrument: 'csat', score: 4, scaled: 7_500, comment: null } }));
  it.each([answer, { ...answer, instrument: 'csat' }, { ...answer, touchpoint: 'airport' }])(
    'is refused where neither says it: %j',
    (command) => given().when(command).thenFails(SurveyNotSent, { code: 'surveys.not_sent', kind: 'not_found' }),
  );
  it.each([
    ['nps', -1],
    ['nps', 11],
    ['csat', 0],
    ['csat', 6],
    ['ces', 0],
    ['ces', 8],
  ])('is refused outside its scale: %s %d', (instrument, score) =>
    given()
      .when({ ...unsent, instrument, score })
      .thenFails(ScoreOutsideScale, { code: 'surveys.outside_scale', kind: 'invalid' }),
  );
  it.each([
    ['nps', 0],
    ['nps', 10],
    ['csat', 1],
    ['csat', 5],
    ['ces', 1],
    ['ces', 7],
  ])('is taken at the ends of its scale: %s %d', (instrument, score) =>
    given()
      .when({ ...unsent, instrument, score })
      .then({ type: 'SurveyAnswered', data: { score } }),
  );
  it('changes nothing the second time, whatever the comment', () => {
    given()
      .after(send, answer)
      .when({ ...answer, comment: 'more' })
      .thenNothing();
    given().after(unsent).when(unsent).thenNothing();
  });
  it('is refused the second time with another score', () =>
    given()
      .after(send, answer)
      .when({ ...answer, score: 3 })
      .thenFails(SurveyAlreadyAnswered, {
        code: 'surveys.already_answered',
        score: 9,
      }));
  it.each([{ instrument: 'csat' }, { touchpoint: 'shop' }, { about: 'p-2' }])(
    'is refused about another survey than was sent: %j',
    (other) =>
      given()
        .after(send)
        .when({ ...answer, ...other })
        .thenFails(SurveyDoesNotMatch),
  );
  it('is taken of a customer who had declined', () =>
    given().after(send, decline).when(answer).then({ type: 'SurveyAnswered' }));
});

describe('declining a survey', () => {
  it('says what was not answered', () =>
    given()
      .after(send)
      .when(decline)
      .then({ type: 'SurveyDeclined', data: { ...asked, day: '2026-03-02' } }));
  it('changes nothing the second time', () => given().after(send, decline).when(decline).thenNothing());
  it('is refused where none was sent, and after an answer', () => {
    given().when(decline).thenFails(SurveyNotSent);
    given().after(send, answer).when(decline).thenFails(SurveyAlreadyAnswered);
  });
});

it('the state of surveys is read from a snapshot as it was', () => {
  const { decider } = surveysSlice;
  const fact = given().when(unsent).facts()[0];
  const state = decider?.evolve(decider.initial, fact as never, undefined as never) as unknown;
  const read = throughSnapshot(decider, state);
  expect(decider?.decide(unsent as never, read, undefined as never)).toEqual([]);
});
