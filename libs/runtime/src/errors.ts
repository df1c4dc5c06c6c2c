import { DomainError } from '#kernel/errors.js';

/** No token, or one that is not known here. */
export class Unauthenticated extends DomainError {
  readonly code = 'auth.unauthenticated';
  readonly kind = 'unauthenticated';

  constructor() {
    super('Send a valid token: `Authorization: Bearer <token>`. `patron token create` makes one.');
  }
}

/** The token's role or scopes do not cover this. */
export class Forbidden extends DomainError {
  readonly code = 'auth.forbidden';
  readonly kind = 'forbidden';
}

/** What a reader of the change feed dealt with is not in the log any more, so that what came since in its place would be left out. */
export class CursorGone extends DomainError {
  readonly code = 'changes.cursor_gone';
  readonly kind = 'conflict';

  constructor() {
    super(
      'The fact that this cursor stands behind is not in the log: it was put back to an earlier state. Begin behind an older cursor, or ' +
        'anew without one, and skip the ids you know.',
    );
  }
}

/** A body or a line is longer than this server takes. */
export class BodyTooLarge extends DomainError {
  readonly code = 'request.too_large';
  readonly kind = 'too_large';

  constructor(limit: number) {
    super(`More than ${limit} bytes; send less at once.`);
  }
}

/** The rest of a body did not come in time. What was not answered was not begun. */
export class BodyTooSlow extends DomainError {
  readonly code = 'request.too_slow';
  readonly kind = 'too_slow';

  constructor(ms: number) {
    super(`Nothing more came for ${ms / 1_000} s; the connection is closed.`);
  }
}

/** This process does not do that; another one of the deployment does. */
export class NotHere extends DomainError {
  readonly code = 'server.not_here';
  readonly kind = 'conflict';
}

/** Somebody asks what if already, and each such question reads the whole history. */
export class WhatIfRunning extends DomainError {
  readonly code = 'what_if.running';
  readonly kind = 'conflict';

  constructor() {
    super('Another what-if is being answered; ask again when it is done.');
  }
}

/** The server is about to end; send it again to the next one. */
export class Stopping extends DomainError {
  readonly code = 'server.stopping';
  readonly kind = 'unavailable';

  constructor() {
    super('This server is stopping; what was not answered was not begun. Send it again.');
  }
}

/** A setting of the configuration that does not hold. */
export interface BadSetting {
  readonly key: string;
  /** Where it came from: a flag, a variable of the environment, a file. */
  readonly origin: string;
  readonly message: string;
}

/** The configuration does not hold; every bad key is named. */
export class BadConfig extends DomainError {
  readonly code = 'config.invalid';
  readonly kind = 'invalid';

  constructor(readonly settings: readonly BadSetting[]) {
    super(settings.map(({ key, origin, message }) => `${key} (${origin}): ${message}`).join('\n'));
  }
}
