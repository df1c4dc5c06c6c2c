import type { Why } from '#kernel/fact.js';
import type { InForce } from '#kernel/policy.js';
import { Sorted } from '#kernel/sorted.js';
import { LATEST, msOf, offsetAt, type Instant } from '#kernel/time.js';
import type { Channel, ConsentGranted, ConsentWithdrawn, QuietHoursStated } from './consent.events.js';
import { consentPolicy, type ConsentPolicy, type Hours } from './consent.policy.js';

/** What a customer said about one purpose and channel. */
export interface Statement {
  readonly status: 'granted' | 'withdrawn';
  readonly since: Instant;
  readonly factId: string;
}

export interface QuietHours extends Hours {
  readonly zone: string;
  readonly since: Instant;
  readonly factId: string;
}

/** Everything a customer said about being contacted: who asks about an earlier instant is answered for that instant. */
export interface Consents {
  /** By `purpose/channel/` and, newest first, when it was said. */
  readonly statements: Sorted<Statement>;
  /** By when it was said, newest first. */
  readonly quietHours: Sorted<QuietHours>;
}

export type ConsentStatement = ConsentGranted | ConsentWithdrawn | QuietHoursStated;

export const noConsents: Consents = { statements: Sorted.empty(), quietHours: Sorted.empty() };

/** Consents from a snapshot's JSON. */
export function restoredConsents(json: unknown): Consents {
  const { statements, quietHours } = json as Readonly<Record<keyof Consents, readonly (readonly [string, never])[]>>;
  return { statements: Sorted.from<Statement>(statements), quietHours: Sorted.from<QuietHours>(quietHours) };
}

const DIGITS = 14;

/** A key that sorts instants newest first: the first entry from it on is the newest that is not after `at`. */
export const newestFirst = (at: Instant): string => String(msOf(LATEST) - msOf(at)).padStart(DIGITS, '0');

const about = (purpose: string, channel: Channel): string => `${purpose}/${channel}/`;

/** Consents after a fact. */
export function withStatement(consents: Consents, fact: ConsentStatement): Consents {
  const { id: factId, occurredAt: since } = fact;
  if (fact.type === 'QuietHoursStated') {
    const stated = { ...fact.data, since, factId };
    return { ...consents, quietHours: consents.quietHours.set(newestFirst(since), stated) };
  }
  const { purpose, channel } = fact.data;
  const status = fact.type === 'ConsentGranted' ? 'granted' : 'withdrawn';
  const key = about(purpose, channel) + newestFirst(since);
  return { ...consents, statements: consents.statements.set(key, { status, since, factId }) };
}

/** What the customer had said by `at`; undefined for nothing. */
export function statementAt(
  { statements }: Consents,
  purpose: string,
  channel: Channel,
  at: Instant,
): Statement | undefined {
  const prefix = about(purpose, channel);
  for (const [key, statement] of statements.entries(prefix + newestFirst(at))) {
    return key.startsWith(prefix) ? statement : undefined;
  }
  return undefined;
}

/** The quiet hours the customer had stated by `at`; undefined for none. */
export function quietHoursAt({ quietHours }: Consents, at: Instant): QuietHours | undefined {
  for (const stated of quietHours.values(newestFirst(at))) return stated;
  return undefined;
}

const minutesOf = (timeOfDay: string): number => Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));

/** True when the wall clock of `zone` shows a time from `from` until before `to`; never where both are the same. */
export function isQuiet(at: Instant, { from, to }: Hours, zone: string): boolean {
  const ms = msOf(at);
  const wall = new Date(ms + offsetAt(ms, zone));
  const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes();
  const [start, end] = [minutesOf(from), minutesOf(to)];
  return start <= end ? minute >= start && minute < end : minute >= start || minute < end;
}

/** Why a contact is allowed, or which rule forbids it. */
export type Rule = 'exempt' | 'granted' | 'by default' | 'withdrawn' | 'no consent' | 'quiet hours';

export interface Permission {
  readonly allowed: boolean;
  readonly rule: Rule;
  readonly why: Why;
}

export interface Outbound {
  readonly channel: Channel;
  readonly purpose: string;
  readonly at: Instant;
}

/** Whether the company may contact a customer, as the customer's consents and the policy were at `at`. */
export function mayContact(
  consents: Consents,
  { channel, purpose, at }: Outbound,
  policy: InForce<ConsentPolicy>,
  /** Zone of the policy's quiet hours. */
  usualZone: string,
): Permission {
  const verdict = (allowed: boolean, rule: Rule, factId?: string): Permission => ({
    ...{ allowed, rule },
    why: {
      facts: factId === undefined ? [] : [factId],
      policy: { name: consentPolicy.name, version: policy.version },
    },
  });
  if (policy.exempt.includes(purpose)) return verdict(true, 'exempt');
  const said = statementAt(consents, purpose, channel, at);
  if (said?.status === 'withdrawn') return verdict(false, 'withdrawn', said.factId);
  const byDefault = policy.unlessWithdrawn[purpose]?.includes(channel) ?? false;
  if (said === undefined && !byDefault) return verdict(false, 'no consent');
  const stated = quietHoursAt(consents, at);
  const hours = stated ?? policy.quietHours;
  if (hours !== null && policy.quietChannels.includes(channel) && isQuiet(at, hours, stated?.zone ?? usualZone)) {
    return verdict(false, 'quiet hours', stated?.factId);
  }
  return said === undefined ? verdict(true, 'by default') : verdict(true, 'granted', said.factId);
}
