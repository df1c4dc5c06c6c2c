/** What a caller can do about an error; each transport maps a kind once (HTTP status, CLI exit code). */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition'
  | 'too_large'
  | 'too_slow'
  | 'not_ready'
  | 'unavailable';

/** A refusal with data, a stable code and a kind. Codes are a public contract and are never reworded. */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;

  override get name(): string {
    return this.constructor.name;
  }
}

/** One bad field of a request: where it stands and what is wrong with it. */
export interface FieldError {
  /** JSON path from the root of the body, such as `lines[0].quantity`. */
  readonly path: string;
  readonly message: string;
}

/** A request whose fields do not hold; every bad field is named. Nothing was written. */
export class InvalidRequest extends DomainError {
  readonly code = 'request.invalid';
  readonly kind = 'invalid';

  constructor(readonly errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '));
  }
}

/** An event body that cannot be read as its type declares. */
export class UnreadableBody extends DomainError {
  readonly code = 'history.unreadable_body';
  readonly kind = 'conflict';
}

/** A mistake of the programmer in a definition; found when the program starts. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}
