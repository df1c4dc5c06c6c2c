import { DomainError } from '#kernel/errors.js';

/** No survey of this name is known for this customer, and the request does not name an instrument and a touchpoint. */
export class SurveyNotSent extends DomainError {
  readonly code = 'surveys.not_sent';
  readonly kind = 'not_found';

  constructor(readonly surveyId: string) {
    super(`Survey ${surveyId} was not sent to this customer; an answer without it names instrument and touchpoint.`);
  }
}

/** What the request says of the survey is not what was said of it before. */
export class SurveyDoesNotMatch extends DomainError {
  readonly code = 'surveys.does_not_match';
  readonly kind = 'conflict';

  constructor(
    readonly surveyId: string,
    readonly path: string,
  ) {
    super(`${path}: survey ${surveyId} is known with another.`);
  }
}

/** The score is none of the instrument's scale. */
export class ScoreOutsideScale extends DomainError {
  readonly code = 'surveys.outside_scale';
  readonly kind = 'invalid';

  constructor(
    readonly instrument: string,
    readonly score: number,
    readonly least: number,
    readonly most: number,
  ) {
    super(`score: ${instrument} is answered with ${least} to ${most}, not ${score}.`);
  }
}

/** The survey was answered before; an answer is final. */
export class SurveyAlreadyAnswered extends DomainError {
  readonly code = 'surveys.already_answered';
  readonly kind = 'conflict';

  constructor(
    readonly surveyId: string,
    readonly score: number,
  ) {
    super(`Survey ${surveyId} was answered before, with ${score}.`);
  }
}

/** A touchpoint that is none of those the policy lists. */
export class UnknownTouchpoint extends DomainError {
  readonly code = 'surveys.unknown_touchpoint';
  readonly kind = 'invalid';

  constructor(
    readonly touchpoint: string,
    readonly known: readonly string[],
  ) {
    super(`touchpoint: ${touchpoint} is none of ${known.join(', ')}`);
  }
}
