import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  type ErrorType,
} from '@eventstore/db-client';
import { DomainError } from '#kernel/errors.js';
import { AppendTooLarge, StoreRefused, StoreUnavailable } from '#kernel/ports/event-store.js';

/** Codes of gRPC after which nothing is known but that it did not answer. @source grpc/doc/statuscodes.md */
const OUTAGES = new Set([1, 4, 8, 10, 13, 14]);
const OUTAGE_TYPES = new Set(['unavailable', 'deadline-exceeded', 'timeout', 'cancelled', 'not-leader']);
const UNAUTHENTICATED = 16;
const ABORTED = 10;

interface DriverError extends Error {
  readonly type?: `${ErrorType}`;
  readonly code?: number;
}

/** An error of the driver as the port says it. All of them have the same name: type and code tell them apart. */
export function portError(error: unknown): Error {
  if (error instanceof DomainError) return error;
  if (error instanceof MaxAppendSizeExceededError) return new AppendTooLarge(error.maxAppendSize);
  if (error instanceof StreamDeletedError) {
    return new StoreRefused(`Stream ${error.streamName} was tombstoned on the server; facts are never removed.`);
  }
  if (error instanceof StreamNotFoundError) return error;
  const { type, code, message } = error as DriverError;
  if (error instanceof AccessDeniedError || code === UNAUTHENTICATED || code === 7) {
    return new StoreUnavailable('EventStoreDB denies access: check user and password in the connection string.', {
      cause: error,
    });
  }
  if ((type !== undefined && OUTAGE_TYPES.has(type)) || (code !== undefined && OUTAGES.has(code))) {
    return new StoreUnavailable(`EventStoreDB does not answer: ${message || (type ?? `code ${code}`)}`, {
      cause: error,
    });
  }
  if (/discover/i.test(message))
    return new StoreUnavailable(`EventStoreDB does not answer: ${message}`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

/** True where the same call may succeed later. */
export const isOutage = (error: unknown): boolean => portError(error) instanceof StoreUnavailable;

/**
 * True where the server ended a subscription that it could not follow itself: appends came faster than it went from the log to what is
 * new. It asks for another one from there on, and nothing is amiss.
 */
export const isToSubscribeAgain = (error: unknown): boolean =>
  error instanceof StoreUnavailable &&
  (error.cause as DriverError | undefined)?.code === ABORTED &&
  /resubscription required/.test(error.message);
