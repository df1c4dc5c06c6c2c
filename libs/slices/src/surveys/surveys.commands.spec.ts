import { validateSync } from 'class-validator';
import { AnswerSurvey, SendSurvey } from './surveys.commands.js';
import { surveysSlice } from './surveys.slice.js';

/** The fields that are refused. */
const refused = (command: new () => object, body: object): readonly string[] =>
  validateSync(Object.assign(new command(), { at: '2026-03-02T10:15:00Z', ...body })).map(({ property }) => property);

describe('requests about surveys', () => {
  it.each(surveysSlice.commands.map((command) => [command.name, command] as const))(
    '%s takes its own example',
    (_, command) => expect(refused(command, command.example)).toEqual([]),
  );
  it.each([
    ['surveyId', { surveyId: undefined }],
    ['instrument', { instrument: 'stars' }],
    ['touchpoint', { touchpoint: '' }],
    ['channel', { channel: undefined }],
    ['about', { about: ' p' }],
  ])('SendSurvey refuses a bad %s', (field, bad) =>
    expect(refused(SendSurvey, { ...SendSurvey.example, ...bad })).toEqual([field]),
  );
  it.each([
    ['score', { score: 4.5 }],
    ['score', { score: '5' }],
    ['score', { score: undefined }],
    ['comment', { comment: 'x'.repeat(5_001) }],
    ['instrument', { instrument: 'stars' }],
  ])('AnswerSurvey refuses a bad %s', (field, bad) =>
    expect(refused(AnswerSurvey, { ...AnswerSurvey.example, ...bad })).toEqual([field]),
  );
  it('a row of a questionnaire is an answer without a survey sent', () => {
    const row = {
      customerId: 'synthetic-1',
      surveyId: 'sfo-2686',
      instrument: 'csat',
      touchpoint: 'airport',
      score: 4,
    };
    expect(refused(AnswerSurvey, row)).toEqual([]);
  });
});
