import { DomainError } from '#kernel/errors.js';
import type { Recorded } from '#kernel/fact.js';

/** A file of projections that cannot be used; says where in it, and what to do. Nothing was folded. */
export class ProjectionFileInvalid extends DomainError {
  readonly code = 'projection_file.invalid';
  readonly kind = 'invalid';
}

/** A projection of an analyst's own failed at a fact. Nothing was written. */
export class ProjectionFailed extends DomainError {
  readonly code = 'projection_file.failed';
  readonly kind = 'invalid';

  constructor(name: string, why: string, place: string | undefined, at: Recorded) {
    const { type, id, stream, revision, position, occurredAt } = at;
    super(
      [
        `${name}: ${why}`,
        ...(place === undefined ? [] : [`  at ${place}`]),
        `  folding ${type} ${id}, fact ${revision} of ${stream}, position ${position}, of ${occurredAt}`,
        'Nothing was written.',
      ].join('\n'),
    );
  }
}

/** What was thrown, in its own words; code of others may throw anything. */
export function wordsOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}
