import { minus, plus, zero, type Money } from '#kernel/money.js';
import { plusDays, type Day } from '#kernel/time.js';

/** What was bought in one currency on one business day. */
export interface DaySpend {
  readonly day: Day;
  readonly currency: string;
  /** Refunds deducted. */
  readonly net: Money;
  /** The purchases of the day, so that a refund finds its day. */
  readonly purchases: readonly string[];
  /** How many more there are. */
  readonly more: number;
  /** Id of the fact that changed it last. */
  readonly fact: string;
}

/** Days of the trailing window in order, one entry a day and currency. */
export type Window = readonly DaySpend[];

/**
 * Purchases of a day that are kept by name. Of a day with more, a refund of a later one counts on the newest such day: the
 * sum is right, and leaves the window with that day.
 */
export const NAMED_A_DAY = 20;

const isAt = (day: Day, currency: string) => (entry: DaySpend) => entry.day === day && entry.currency === currency;

/** With one more purchase on its day. */
export function withPurchase(window: Window, day: Day, purchaseId: string, total: Money, fact: string): Window {
  const { currency } = total;
  const index = window.findIndex(isAt(day, currency));
  const known = window[index] ?? { day, currency, net: zero(currency, total.scale), purchases: [], more: 0, fact };
  const named = known.purchases.length < NAMED_A_DAY;
  const purchases = named ? [...known.purchases, purchaseId] : known.purchases;
  const entry = { ...known, net: plus(known.net, total), purchases, more: known.more + (named ? 0 : 1), fact };
  if (index >= 0) return window.with(index, entry);
  return window.toSpliced(window.findLastIndex((other) => other.day <= day) + 1, 0, entry);
}

/** With what a purchase costs more, or less where the amount is below zero; unchanged where its day is not held. */
export function withChange(window: Window, purchaseId: string, amount: Money, fact: string): Window {
  const index = indexOf(window, purchaseId, amount.currency);
  const known = window[index];
  return known === undefined ? window : window.with(index, { ...known, net: plus(known.net, amount), fact });
}

/** Without a purchase that never happened; its day is gone with the last one of it. */
export function withoutPurchase(window: Window, purchaseId: string, net: Money, fact: string): Window {
  const index = indexOf(window, purchaseId, net.currency);
  const known = window[index];
  if (known === undefined) return window;
  const named = known.purchases.includes(purchaseId);
  const purchases = known.purchases.filter((id) => id !== purchaseId);
  const more = known.more - (named ? 0 : 1);
  if (purchases.length + more === 0) return window.toSpliced(index, 1);
  return window.with(index, { ...known, net: minus(known.net, net), purchases, more, fact });
}

/** What is still inside the trailing window on `today`. */
export function within(window: Window, today: Day, windowDays: number): Window {
  const before = plusDays(today, 1 - windowDays);
  const first = window.findIndex(({ day }) => day >= before);
  return first === 0 ? window : first < 0 ? [] : window.slice(first);
}

/** How many days one bought on, whatever the currency. */
export const buyingDaysIn = (window: Window): number => daysOf(window).length;

/** The days one bought on, rising. */
export const daysOf = (window: Window): readonly Day[] =>
  window.filter(({ day }, index) => window[index - 1]?.day !== day).map(({ day }) => day);

function indexOf(window: Window, purchaseId: string, currency: string): number {
  const ours = (entry: DaySpend): boolean => entry.currency === currency;
  const named = window.findLastIndex((entry) => ours(entry) && entry.purchases.includes(purchaseId));
  return named >= 0 ? named : window.findLastIndex((entry) => ours(entry) && entry.more > 0);
}
