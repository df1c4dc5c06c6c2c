import { DomainError, type ErrorKind } from '#kernel/errors.js';

/** Exit codes of the command line; a public contract. */
export const Exit = {
  ok: 0,
  failed: 1,
  invalid: 2,
  notFound: 3,
  conflict: 4,
  forbidden: 5,
  unavailable: 6,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

export const exitOfKind: Readonly<Record<ErrorKind, Exit>> = {
  invalid: Exit.invalid,
  too_large: Exit.invalid,
  not_found: Exit.notFound,
  conflict: Exit.conflict,
  precondition: Exit.conflict,
  unauthenticated: Exit.forbidden,
  forbidden: Exit.forbidden,
  not_ready: Exit.unavailable,
  too_slow: Exit.unavailable,
  unavailable: Exit.unavailable,
};

export const exitOf = (error: unknown): Exit => (error instanceof DomainError ? exitOfKind[error.kind] : Exit.failed);
