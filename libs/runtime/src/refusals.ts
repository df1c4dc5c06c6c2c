import { DomainError, type ErrorKind } from '#kernel/errors.js';
import type { Position } from '#kernel/fact.js';
import { NotYetProjected } from '#engine/errors.js';

/** An error on its way between threads, which keeps a class of its own only where somebody asks for it. */
export interface Refused {
  readonly message: string;
  readonly code?: string;
  readonly kind?: ErrorKind;
  /** Of `NotYetProjected`. */
  readonly late?: readonly [name: string, reached: Position, position: Position];
}

class Told extends DomainError {
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    message: string,
  ) {
    super(message);
  }
}

export function refusedOf(error: unknown): Refused {
  if (error instanceof NotYetProjected) {
    const { message, model, reached, wanted } = error;
    return { message, late: [model, reached, wanted] };
  }
  if (error instanceof DomainError) return { message: error.message, code: error.code, kind: error.kind };
  return { message: error instanceof Error ? error.message : String(error) };
}

export function errorOf({ message, code, kind, late }: Refused): Error {
  if (late !== undefined) return new NotYetProjected(...late);
  return code === undefined || kind === undefined ? new Error(message) : new Told(code, kind, message);
}
