import { defineEvent, type EventOf } from './event.js';
import { instant, int, list, optional, record, text, type Raw } from './parse.js';

const clockBody = (raw: Raw) => ({ to: instant(raw['to']), fixedAt: optional(raw['fixedAt'], instant) ?? null });

/** Business time reached `to`; it never falls. Stream `calendar`, whose newest fact says all there is to know of time. */
export const ClockAdvanced = defineEvent({ type: 'ClockAdvanced', parse: clockBody });
export type ClockAdvanced = EventOf<typeof ClockAdvanced>;

/** The business clock stands still at `to` until lifted. Stream `calendar`. */
export const ClockFixed = defineEvent({ type: 'ClockFixed', parse: clockBody });
/** The business clock follows the machine's again. Stream `calendar`. */
export const ClockLifted = defineEvent({ type: 'ClockLifted', parse: clockBody });

/** What time will owe some customers moved without a fact of theirs, as after a new policy. Stream `settlements`. */
export const SettlementsRescheduled = defineEvent({
  type: 'SettlementsRescheduled',
  parse: (raw) => ({
    customers: list(raw['customers'], (entry) => {
      const { customerId, dueAt } = record(entry);
      return { customerId: text(customerId), dueAt: optional(dueAt, instant) ?? null };
    }),
  }),
});
export type SettlementsRescheduled = EventOf<typeof SettlementsRescheduled>;

/** A version of a policy, in force for facts from `effectiveFrom` on. Stream `policy-<name>`. */
export const PolicyPublished = defineEvent({
  type: 'PolicyPublished',
  parse: (raw) => ({
    name: text(raw['name']),
    version: int(raw['version']),
    effectiveFrom: instant(raw['effectiveFrom']),
    rules: record(raw['rules']),
  }),
});
export type PolicyPublished = EventOf<typeof PolicyPublished>;

/** A customer holds an identity from now on. Stream `identity-<keyed digest>`. */
export const IdentityClaimed = defineEvent({
  type: 'IdentityClaimed',
  parse: (raw) => ({ identity: text(raw['identity']), kind: text(raw['kind']), customerId: text(raw['customerId']) }),
});
export type IdentityClaimed = EventOf<typeof IdentityClaimed>;

/** Nobody holds an identity any more. */
export const IdentityReleased = defineEvent({
  type: 'IdentityReleased',
  parse: (raw) => ({ identity: text(raw['identity']), customerId: text(raw['customerId']) }),
});
export type IdentityReleased = EventOf<typeof IdentityReleased>;

export const CALENDAR = 'calendar';
export const SETTLEMENTS = 'settlements';
export const policyStream = (name: string): string => `policy-${name}`;
export const identityStream = (identity: string): string => `identity-${identity}`;

export const systemEvents = [
  ClockAdvanced,
  ClockFixed,
  ClockLifted,
  SettlementsRescheduled,
  PolicyPublished,
  IdentityClaimed,
  IdentityReleased,
] as const;
