import { startOfDay, type Day, type Instant } from '#kernel/time.js';
import type { kinds } from './catalogue.js';
import type { Random } from './random.js';

/** A command as the NDJSON route takes it. */
export interface DemoCommand {
  readonly command: string;
  readonly commandId: string;
  readonly customerId?: string;
  readonly at: Instant;
  readonly [field: string]: unknown;
}

export interface DemoPlan {
  readonly seed: number;
  readonly customers: number;
  /** First day of the story. */
  readonly from: Day;
  /** The day after its last. */
  readonly to: Day;
  readonly zone: string;
}

/** The demo's story, a fixed one so that the same seed shows the same figures whenever it is run. */
export const planOf = (seed: number, customers: number): DemoPlan => ({
  ...{ seed, customers, from: '2025-01-01', to: '2026-07-01', zone: 'Europe/London' },
});

/** All commands of a customer's story on one subject, in the order in which they happen. */
export type Chapter = (story: Story) => readonly DemoCommand[];

/** What happened to a customer: what chapters tell from. */
export interface Story {
  readonly plan: DemoPlan;
  readonly customerId: string;
  /** Of the customer, from 1. */
  readonly number: number;
  readonly kind: (typeof kinds)[number];
  readonly registeredOn: Day;
  readonly purchases: readonly Purchase[];
  readonly consents: readonly Consent[];
  /** Random numbers of a chapter's own, so that one chapter disturbs no other. */
  dice(chapter: string): Random;
}

export interface Purchase {
  readonly at: Instant;
  readonly purchaseId: string;
  readonly channel: string;
  readonly lines: readonly Line[];
  /** What all lines cost, in pence. */
  readonly pence: number;
  /** Where it was sent: days from the order to the door. */
  readonly deliveredAfterDays: number | null;
  readonly isLate: boolean;
  readonly complaint: Complaint | null;
  /** What was sent back: the first line or all. */
  readonly refund: { readonly at: Instant; readonly of: 'first line' | 'all' } | null;
  /** The last one before the customer left, for good or for long. */
  readonly isFarewell: boolean;
}

export interface Line {
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: Pounds;
}

/** How the company dealt with a complaint. */
export type Handling = 'in time' | 'late' | 'not at all';

export interface Complaint {
  readonly complaintId: string;
  readonly at: Instant;
  readonly cause: string;
  readonly priority: string;
  readonly channel: 'phone' | 'email' | 'social';
  readonly handling: Handling;
  readonly respondedAt: Instant;
  readonly resolvedAt: Instant;
  /** The resolution did not hold. */
  readonly reopenedAt: Instant | null;
}

export interface Consent {
  readonly channel: 'phone' | 'email' | 'sms' | 'post';
  readonly purpose: 'care' | 'revisit' | 'marketing';
  readonly grantedAt: Instant;
  /** null while it holds. */
  readonly withdrawnAt: Instant | null;
}

export interface Pounds {
  readonly units: number;
  readonly scale: 2;
  readonly currency: 'GBP';
}

export const pounds = (pence: number): Pounds => ({ units: pence, scale: 2, currency: 'GBP' });

/** Some time in a day's opening hours. */
export const during = (day: Day, { zone }: DemoPlan, random: Random): Instant =>
  new Date(Date.parse(startOfDay(day, zone)) + random.whole(9 * 3600, 19 * 3600) * 1000).toISOString();

/** The day of an instant, near enough for a story whose business hours lie within UTC's day. */
export const dayOf = (at: Instant): Day => at.slice(0, 10);

export const allows = (
  { consents }: Story,
  channel: Consent['channel'],
  purpose: Consent['purpose'],
  at: Instant,
): boolean =>
  consents.some(
    (one) =>
      one.channel === channel &&
      one.purpose === purpose &&
      one.grantedAt <= at &&
      (one.withdrawnAt === null || one.withdrawnAt > at),
  );
