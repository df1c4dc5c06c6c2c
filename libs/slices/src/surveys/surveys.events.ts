import { defineEvent, type EventOf } from '#kernel/event.js';
import { day, int, oneOf, optional, personal, present, text, type Raw } from '#kernel/parse.js';

/** Net Promoter Score, customer satisfaction, customer effort score. */
export const INSTRUMENTS = ['nps', 'csat', 'ces'] as const;
export type Instrument = (typeof INSTRUMENTS)[number];

const survey = (raw: Raw) =>
  present({
    surveyId: text(raw['surveyId']),
    instrument: oneOf(...INSTRUMENTS)(raw['instrument']),
    /** Where in the customer's journey it was asked, such as `delivery`. */
    touchpoint: text(raw['touchpoint']),
    channel: optional(raw['channel'], text),
    /** What it is about: a purchase, contact or complaint by the caller's name. */
    about: optional(raw['about'], text),
    /** The business day of this fact, in the company's zone. */
    day: day(raw['day']),
  });

/** A customer was asked. */
export const SurveySent = defineEvent({ type: 'SurveySent', parse: survey });
export type SurveySent = EventOf<typeof SurveySent>;

/** A customer answered, whether asked through us or not. */
export const SurveyAnswered = defineEvent({
  type: 'SurveyAnswered',
  personal: ['comment'],
  parse: (raw) => ({
    ...survey(raw),
    /** On the instrument's own scale. */
    score: int(raw['score']),
    /** Hundredths of a point between 0 and 100; see `scaledOf`. */
    scaled: int(raw['scaled']),
    comment: personal(raw['comment'], text),
  }),
});
export type SurveyAnswered = EventOf<typeof SurveyAnswered>;

/** A customer would not answer. */
export const SurveyDeclined = defineEvent({ type: 'SurveyDeclined', parse: survey });
export type SurveyDeclined = EventOf<typeof SurveyDeclined>;

export type SurveyEvent = SurveySent | SurveyAnswered | SurveyDeclined;
