import { companyPolicy } from '#kernel/company.policy.js';
import type { Decider } from '#kernel/decider.js';
import type { Proposal } from '#kernel/event.js';
import { present } from '#kernel/parse.js';
import type { Context } from '#kernel/policy.js';
import { dayOf, type Instant } from '#kernel/time.js';
import type { AnswerSurvey, DeclineSurvey, SendSurvey, SurveyCommand } from './surveys.commands.js';
import {
  ScoreOutsideScale,
  SurveyAlreadyAnswered,
  SurveyDoesNotMatch,
  SurveyNotSent,
  UnknownTouchpoint,
} from './surveys.errors.js';
import { SurveyAnswered, SurveyDeclined, SurveySent, type SurveyEvent } from './surveys.events.js';
import { SCALES, surveysPolicy } from './surveys.policy.js';
import { scaledOf } from './surveys.scores.policy.js';
import { evolve, kept, noSurveys, restored, type Surveys, type SurveyState } from './surveys.state.js';

export const surveys: Decider<Surveys, SurveyCommand, SurveyEvent> = {
  initial: noSurveys,
  keep: kept,
  restore: restored,
  evolve,
  decide: (command, { byId }, context) => {
    const known = byId.get(command.surveyId);
    switch (command.type) {
      case 'SendSurvey':
        return send(command, known, context);
      case 'AnswerSurvey':
        return answer(command, known, context);
      case 'DeclineSurvey':
        return decline(command, known, context);
    }
  },
};

function send(command: SendSurvey, known: SurveyState | undefined, context: Context): readonly Proposal[] {
  const { surveyId, instrument, touchpoint, channel, about, at } = command;
  if (known !== undefined) {
    mustMatch(command, known, ['instrument', 'touchpoint']);
    if (known.sent && known.channel !== channel) throw new SurveyDoesNotMatch(surveyId, 'channel');
    if (known.sent && known.about !== about) throw new SurveyDoesNotMatch(surveyId, 'about');
    if (known.sent) return [];
  }
  mustBeListed(touchpoint, context);
  return [SurveySent(present({ surveyId, instrument, touchpoint, channel, about, day: dayIn(at, context) }))];
}

function answer(command: AnswerSurvey, known: SurveyState | undefined, context: Context): readonly Proposal[] {
  const { surveyId, score, comment = null, at } = command;
  if (known !== undefined) mustMatch(command, known, ['instrument', 'touchpoint', 'about']);
  const { instrument, touchpoint } = known ?? command;
  if (instrument === undefined || touchpoint === undefined) throw new SurveyNotSent(surveyId);
  const { least, most } = SCALES[instrument];
  if (score < least || score > most) throw new ScoreOutsideScale(instrument, score, least, most);
  if (known?.score !== undefined) {
    if (known.score !== score) throw new SurveyAlreadyAnswered(surveyId, known.score);
    return [];
  }
  if (known === undefined) mustBeListed(touchpoint, context);
  const channel = command.channel ?? known?.channel;
  const about = command.about ?? known?.about;
  const asked = present({ surveyId, instrument, touchpoint, channel, about, day: dayIn(at, context) });
  return [SurveyAnswered({ ...asked, score, scaled: scaledOf(instrument, score), comment })];
}

function decline(
  { surveyId, at }: DeclineSurvey,
  known: SurveyState | undefined,
  context: Context,
): readonly Proposal[] {
  if (known === undefined) throw new SurveyNotSent(surveyId);
  if (known.score !== undefined) throw new SurveyAlreadyAnswered(surveyId, known.score);
  if (known.declined) return [];
  const { instrument, touchpoint, channel, about } = known;
  return [SurveyDeclined(present({ surveyId, instrument, touchpoint, channel, about, day: dayIn(at, context) }))];
}

const dayIn = (at: Instant, context: Context) => dayOf(at, context.policy(companyPolicy).zone);

type Named = 'instrument' | 'touchpoint' | 'about';

/** @throws {SurveyDoesNotMatch} where a field is named and known with another value */
function mustMatch(command: SendSurvey | AnswerSurvey, known: SurveyState, fields: readonly Named[]): void {
  for (const field of fields) {
    const named = command[field];
    if (named !== undefined && known[field] !== undefined && named !== known[field]) {
      throw new SurveyDoesNotMatch(command.surveyId, field);
    }
  }
}

/** @throws {UnknownTouchpoint} unless the policy allows any */
function mustBeListed(touchpoint: string, context: Context): void {
  const { touchpoints } = context.policy(surveysPolicy);
  if (touchpoints.length > 0 && !touchpoints.includes(touchpoint)) throw new UnknownTouchpoint(touchpoint, touchpoints);
}
