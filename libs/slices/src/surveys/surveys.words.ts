import type { Words } from '#kernel/statement.js';
import type { SurveyAnswered } from './surveys.events.js';
import { SCALES } from './surveys.policy.js';

export const surveysWords: Words<SurveyAnswered> = {
  SurveyAnswered: ({ data: { instrument, score, touchpoint } }) => ({
    what: `answered ${instrument.toUpperCase()} after ${touchpoint}`,
    amount: `${score} of ${SCALES[instrument].most}`,
  }),
};
