import { defineFolding } from '#kernel/slice.js';
import { customerSatisfaction } from './surveys.customer.projection.js';
import { SurveyAnswered, SurveyDeclined, SurveySent } from './surveys.events.js';
import { surveysPolicy } from './surveys.policy.js';
import { satisfaction } from './surveys.projection.js';

export const surveysFolding = defineFolding({
  name: 'surveys',
  about: 'What customers were asked, what they answered, and how satisfied that makes them.',
  events: [SurveySent, SurveyAnswered, SurveyDeclined],
  policies: [surveysPolicy],
  projections: [satisfaction, customerSatisfaction],
});
