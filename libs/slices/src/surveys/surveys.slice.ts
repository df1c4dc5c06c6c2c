import { defineSlice } from '#kernel/slice.js';
import { AnswerSurvey, DeclineSurvey, SendSurvey } from './surveys.commands.js';
import { surveys } from './surveys.decider.js';
import { surveysWords } from './surveys.words.js';
import { surveysFolding } from './surveys.folding.js';

export const surveysSlice = defineSlice({
  ...surveysFolding,
  commands: [SendSurvey, AnswerSurvey, DeclineSurvey],
  decider: surveys,
  stateVersion: 3, // snapshots keep rows without names
  words: surveysWords,
});
