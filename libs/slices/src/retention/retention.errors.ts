import { DomainError } from '#kernel/errors.js';

/** This customer never had an alert of this name. */
export class AlertNotFound extends DomainError {
  readonly code = 'retention.alert_not_found';
  readonly kind = 'not_found';

  constructor(readonly episodeId: string) {
    super(`This customer has no alert ${episodeId}.`);
  }
}

/** The alert was cleared or closed before. Retrying cannot help: a new alert has a new name. */
export class AlertNotOpen extends DomainError {
  readonly code = 'retention.alert_not_open';
  readonly kind = 'conflict';

  constructor(readonly episodeId: string) {
    super(`Alert ${episodeId} was cleared or closed.`);
  }
}

/** The policy knows no such action, so it cannot say what it clears. */
export class UnknownAction extends DomainError {
  readonly code = 'retention.unknown_action';
  readonly kind = 'invalid';

  constructor(
    readonly action: string,
    readonly known: readonly string[],
  ) {
    super(`action: ${action} is none of ${known.join(', ')}.`);
  }
}

/** The policy knows no such outcome. */
export class UnknownOutcome extends DomainError {
  readonly code = 'retention.unknown_outcome';
  readonly kind = 'invalid';

  constructor(
    readonly outcome: string,
    readonly known: readonly string[],
  ) {
    super(`outcome: ${outcome} is none of ${known.join(', ')}.`);
  }
}
