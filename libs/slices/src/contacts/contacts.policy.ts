import { DefinitionError } from '#kernel/errors.js';
import { wholeUnits, type Money } from '#kernel/money.js';
import { entriesOf, flag, int, list, optional, record, text, type Raw } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';
import { dayOf, instantAt, msOf, offsetAt, plusDays, startOfDay, type Instant } from '#kernel/time.js';

export interface RevisitRule {
  /** Due at the start of the business day so many days later. */
  readonly afterDays: number;
}

export interface PurchaseRevisitRule extends RevisitRule {
  /** Whole currency units from which a purchase asks for one; a currency not named never does. */
  readonly from: Readonly<Record<string, number>>;
}

export interface ContactsPolicy {
  /** What may come of a contact, and whether it then counts as one; false for a mere attempt. */
  readonly outcomes: Readonly<Record<string, boolean>>;
  /** A purchase counts for the last outbound contact for one of these purposes, up to so many business days before. */
  readonly conversion: { readonly withinDays: number; readonly purposes: readonly string[] };
  readonly revisits: {
    /** null: none are planned. */
    readonly afterPurchase: PurchaseRevisitRule | null;
    readonly afterComplaintRaised: RevisitRule | null;
    readonly afterComplaintResolved: RevisitRule | null;
    /** Missed so many days after it was due. */
    readonly graceDays: number;
    /** Open at once for one customer. */
    readonly mostOpen: number;
  };
  /** Upper edges of the classes in which response times are counted; whole minutes, rising. */
  readonly responseMinutes: readonly number[];
}

const MOST_OPEN = 1_000;
const HOUR = 60;
const DAY = 24 * HOUR;

const rule = (value: unknown): RevisitRule => ({ afterDays: whole(record(value)['afterDays'], 'afterDays', 0) });

const revisits = (raw: Raw): ContactsPolicy['revisits'] => ({
  afterPurchase:
    optional(raw['afterPurchase'], (value) => ({ ...rule(value), from: entriesOf(record(value)['from'], int) })) ??
    null,
  afterComplaintRaised: optional(raw['afterComplaintRaised'], rule) ?? null,
  afterComplaintResolved: optional(raw['afterComplaintResolved'], rule) ?? null,
  graceDays: whole(raw['graceDays'], 'graceDays', 1),
  mostOpen: whole(raw['mostOpen'], 'mostOpen', 1, MOST_OPEN),
});

const rising = (edges: readonly number[]): readonly number[] => {
  edges.forEach((edge, index) => {
    if (edge <= (edges[index - 1] ?? 0))
      throw new DefinitionError('responseMinutes: each must be above the one before');
  });
  return edges;
};

/**
 * @source All figures are ours until a company publishes its own. 30 days are the default conversion window of Google Ads;
 * the amounts from which a purchase asks for a revisit are high, so that an import of a shop's receipts plans few.
 */
export const contactsPolicy = definePolicy<ContactsPolicy>({
  name: 'contacts',
  defaults: {
    outcomes: {
      reached: true,
      sent: true,
      'message left': true,
      declined: true,
      'not reached': false,
      bounced: false,
    },
    conversion: { withinDays: 30, purposes: ['care', 'revisit', 'marketing', 'sales'] },
    revisits: {
      afterPurchase: { afterDays: 7, from: { EUR: 1_000, GBP: 1_000, USD: 1_000, JPY: 100_000 } },
      afterComplaintRaised: null,
      afterComplaintResolved: { afterDays: 7 },
      graceDays: 7,
      mostOpen: 20,
    },
    responseMinutes: [5, 15, 30, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY],
  },
  parse: (raw) => {
    const { withinDays, purposes } = record(raw['conversion']);
    return {
      outcomes: entriesOf(raw['outcomes'], flag),
      conversion: { withinDays: whole(withinDays, 'withinDays', 0), purposes: list(purposes, text) },
      revisits: revisits(record(raw['revisits'])),
      responseMinutes: rising(list(raw['responseMinutes'], int)),
    };
  },
});

/** Whether a purchase is large enough to ask for a revisit. */
export const asksForRevisit = (total: Money, { from }: PurchaseRevisitRule): boolean =>
  wholeUnits(total) >= (from[total.currency] ?? Infinity);

/** When a revisit is due that something at `at` asked for. */
export const revisitDueAt = (at: Instant, { afterDays }: RevisitRule, zone: string): Instant =>
  startOfDay(plusDays(dayOf(at, zone), afterDays), zone);

/** When a revisit is missed: the same time of day, `graceDays` later. */
export function revisitMissedAt(dueAt: Instant, { revisits: { graceDays } }: ContactsPolicy, zone: string): Instant {
  const wall = msOf(dueAt) + offsetAt(msOf(dueAt), zone);
  const day = dayOf(dueAt, zone);
  return instantAt(plusDays(day, graceDays), wall - Date.parse(`${day}T00:00:00.000Z`), zone);
}

/** The upper edge of the class a response time falls in; null above the last. */
export const responseClass = (minutes: number, { responseMinutes }: ContactsPolicy): number | null =>
  responseMinutes.find((edge) => minutes <= edge) ?? null;
