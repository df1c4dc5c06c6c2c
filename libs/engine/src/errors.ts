import { DomainError } from '#kernel/errors.js';
import type { Recorded } from '#kernel/fact.js';

/** A policy is asked for that was not published for that time. */
export class UnknownPolicy extends DomainError {
  readonly code = 'policy.unknown';
  readonly kind = 'not_found';

  constructor(name: string, at?: string) {
    super(at === undefined ? `There is no policy ${name}.` : `No version of policy ${name} is in force at ${at}.`);
  }
}

/** The same commandId came before with another body. Use a new commandId for a new request. */
export class CommandIdReused extends DomainError {
  readonly code = 'command.id_reused';
  readonly kind = 'conflict';

  constructor(commandId: string) {
    super(
      `commandId ${commandId} was already used with another body; nothing was done. Send a new request under a new id.`,
    );
  }
}

/** `If-Match` named another revision than the customer's. Read again and decide anew. */
export class RevisionMismatch extends DomainError {
  readonly code = 'command.revision_mismatch';
  readonly kind = 'precondition';

  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`If-Match names revision ${expected}, the customer is at ${actual}. Read it again and decide anew.`);
  }
}

/** Too many writers at once changed this customer. Retrying with the same commandId is safe. */
export class TooMuchContention extends DomainError {
  readonly code = 'command.contention';
  readonly kind = 'unavailable';
}

/** True where nothing is wrong with a command but the moment: it is done when it is sent again soon. */
export const maySucceedSoon = (error: unknown): boolean => error instanceof DomainError && error.kind === 'unavailable';

/** A fact of this customer cannot be read by this program; see `patron projections`. Nothing was written. */
export class UnreadableHistory extends DomainError {
  readonly code = 'history.unreadable';
  readonly kind = 'conflict';

  constructor(
    readonly stream: string,
    readonly revision: number,
    reason: string,
  ) {
    super(
      `Fact ${revision} of stream ${stream} cannot be read: ${reason} Commands to this customer wait until it can be.`,
    );
  }
}

/** A policy, a measurement or the calendar cannot be read by this program: nothing may be decided without it. */
export class UnreadableShared extends DomainError {
  readonly code = 'history.unreadable_shared';
  readonly kind = 'conflict';

  constructor(
    { stream, revision, type, position }: Pick<Recorded, 'stream' | 'revision' | 'type' | 'position'>,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Fact ${revision} of stream ${stream} (${type}, position ${position}) cannot be read: ${reason} Every customer depends on it: use ` +
        'the program that wrote it, or a newer one.',
      { cause },
    );
  }
}

/** Another customer holds this identity. */
export class IdentityTaken extends DomainError {
  readonly code = 'identity.taken';
  readonly kind = 'conflict';

  constructor(readonly identityKind: string) {
    super(`Another customer already holds this ${identityKind}.`);
  }
}

/** A command would lead to more facts than one append may hold. */
export class TooManyFacts extends DomainError {
  readonly code = 'command.too_many_facts';
  readonly kind = 'too_large';
}

/** The command says it happened in the future. */
export class AtInFuture extends DomainError {
  readonly code = 'command.at_in_future';
  readonly kind = 'invalid';

  constructor(at: string, now: string) {
    super(`at: ${at} lies after the business clock, ${now}.`);
  }
}

/** Business time may not go back. */
export class ClockWouldFall extends DomainError {
  readonly code = 'clock.would_fall';
  readonly kind = 'conflict';

  constructor(wanted: string, reached: string) {
    super(`The calendar has reached ${reached}; it cannot go back to ${wanted}.`);
  }
}

/** A read model is not yet as far as the caller asked for. Ask again. */
export class NotYetProjected extends DomainError {
  readonly code = 'read_model.not_yet';
  readonly kind = 'not_ready';

  constructor(
    readonly model: string,
    readonly reached: number,
    readonly wanted: number,
  ) {
    super(
      `${model} is at position ${reached}, not yet at ${wanted}. ` +
        (reached === 0
          ? 'Nothing of it is folded: a server that folds does that, or `patron projections rebuild`.'
          : 'Ask again.'),
    );
  }
}

/** The pages before were of a build that is gone: the read model was rebuilt, and the former one dropped. Begin with the first page. */
export class CursorExpired extends DomainError {
  readonly code = 'read_model.cursor_expired';
  readonly kind = 'conflict';

  constructor(model: string) {
    super(`What this cursor continues of ${model} was replaced and dropped. Begin anew, without a cursor.`);
  }
}

/** No such read model, command, policy, customer or document. */
export class NotFound extends DomainError {
  readonly code: string;
  readonly kind = 'not_found';

  constructor(kind: string, name: string, hint = '') {
    super(`There is no ${kind.replaceAll('_', ' ')} ${name}.${hint && ` ${hint}`}`);
    this.code = `${kind}.not_found`;
  }
}

/** There is such a statement, but it is not made of this customer: no alert is open, no points were earned. */
export class StatementNotMade extends DomainError {
  readonly code = 'statement.not_made';
  readonly kind = 'not_found';

  constructor(customerId: string, statement: string, why: string) {
    super(`There is no ${statement} of ${customerId.slice(0, 100)} to explain. ${why}`);
  }
}

/** A rebuild was given up because somebody asked for it; what was read is read still. */
export class RebuildCancelled extends DomainError {
  readonly code = 'projection.rebuild_cancelled';
  readonly kind = 'conflict';

  constructor(names: readonly string[]) {
    super(`The rebuild of ${names.join(', ')} was cancelled; what was read before is read still.`);
  }
}

/** The projection is being rebuilt already. */
export class AlreadyRebuilding extends DomainError {
  readonly code = 'projection.rebuilding';
  readonly kind = 'conflict';

  constructor(name: string) {
    super(
      `${name} is being rebuilt already: \`patron projections\` (GET /v1/projections) shows how far it is, ` +
        `\`patron projections cancel ${name}\` gives it up.`,
    );
  }
}

/** What is kept is of a version that this program does not fold: it would stand still for ever. The program that folds it can. */
export class KeptVersion extends DomainError {
  readonly code = 'projection.kept_version';
  readonly kind = 'conflict';

  constructor(name: string, version: number) {
    super(
      `What is kept of ${name} is of its version ${version} or of other indexes, which this program does not fold: it would stand still. ` +
        'Start the program that folds it, or remove it with `patron projections drop`.',
    );
  }
}

/** One customer's documents cannot be folded by themselves where documents hold several customers. */
export class NotByCustomer extends DomainError {
  readonly code = 'projection.not_by_customer';
  readonly kind = 'conflict';

  constructor(name: string) {
    super(
      `Documents of ${name} hold what several customers did, or say nothing of whose they are: one customer's cannot be ` +
        'rebuilt by themselves. Rebuild all of it.',
    );
  }
}
