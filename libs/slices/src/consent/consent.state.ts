import type { Instant } from '#kernel/time.js';
import type { Channel } from './consent.events.js';
import { noConsents, restoredConsents, type Consents } from './consent.permission.policy.js';

export interface Preference {
  readonly channels: readonly Channel[];
  readonly since: Instant;
  readonly factId: string;
}

export interface ConsentState {
  readonly consents: Consents;
  readonly preference: Preference | null;
}

export const nothingSaid: ConsentState = { consents: noConsents, preference: null };

/** State from a snapshot's JSON. */
export function restored(json: unknown): ConsentState {
  const { consents, preference } = json as ConsentState;
  return { consents: restoredConsents(consents), preference };
}
