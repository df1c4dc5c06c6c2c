import { defineSlice } from '#kernel/slice.js';
import { AnswerSurvey, DeclineSurvey, SendSurvey } from './surveys.commands.js';
import { customerSatisfaction } from './surveys.customer.projection.js';
import { surveys } from './surveys.decider.js';
import { SurveyAnswered, SurveyDeclined, SurveySent } from './surveys.events.js';
import { surveysPolicy } from './surveys.policy.js';
import { satisfaction } from './surveys.projection.js';
import { surveysWords } from './surveys.words.js';

export const surveysSlice = defineSlice({
  name: 'surveys',
  about: 'What customers were asked, what they answered, and how satisfied that makes them.',
  events: [SurveySent, SurveyAnswered, SurveyDeclined],
  commands: [SendSurvey, AnswerSurvey, DeclineSurvey],
  policies: [surveysPolicy],
  decider: surveys,
  projections: [satisfaction, customerSatisfaction],
  words: surveysWords,
});
