import { randomUUID } from 'node:crypto';
import { DomainError, InvalidRequest, type ErrorKind, type FieldError } from '#kernel/errors.js';
import { StoreRefused } from '#kernel/ports/event-store.js';

/** An error as HTTP says it. @source RFC 9457 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Every bad field, where fields were bad. */
  readonly errors?: readonly FieldError[];
  /** Names the log line of an error that is ours. */
  readonly instance?: string;
}

export const PROBLEM = 'application/problem+json';
export const RETRY_AFTER_SECONDS = 1;

export const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition: 412,
  too_large: 413,
  too_slow: 408,
  not_ready: 503,
  unavailable: 503,
};

/** What was refused to a server is no fault of who asks it: it cannot answer as long as that is so. */
const statusOf = (error: DomainError): number =>
  error instanceof StoreRefused ? statusOfKind.unavailable : statusOfKind[error.kind];

export const titles: Readonly<Record<number, string>> = {
  400: 'The request does not hold',
  401: 'No valid token',
  403: 'Not allowed',
  404: 'Not found',
  405: 'No such method here',
  406: 'No such form of it',
  408: 'Too slow',
  409: 'Refused as things stand',
  412: 'It was changed meanwhile',
  413: 'Too large',
  415: 'No such content type here',
  431: 'Headers too large',
  500: 'A mistake of ours',
  503: 'Not now',
};

export const problem = (status: number, code: string, detail: string): Problem => ({
  type: `/problems/${code}`,
  title: titles[status] ?? titles[status < 500 ? 400 : 500] ?? '',
  status,
  detail,
  code,
});

/** Tells what nobody foresaw; `id` is what the caller was given. */
export type Tell = (id: string, error: unknown) => void;

/** Internals of unforeseen errors stay inside: they are told to the log under the id that the caller gets. */
export function problemOf(error: unknown, tell: Tell): Problem {
  if (error instanceof DomainError) {
    const document = problem(statusOf(error), error.code, error.message);
    return error instanceof InvalidRequest ? { ...document, errors: error.errors } : document;
  }
  const id = randomUUID();
  tell(id, error);
  return { ...problem(500, 'server.error', 'Something went wrong here; the log has it under this id.'), instance: id };
}

/** An error for the log: with where it happened, as far as it says so. */
export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
