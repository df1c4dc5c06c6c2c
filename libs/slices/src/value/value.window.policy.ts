import { minus, negated, plus, type Money } from '#kernel/money.js';
import { dayOf, plusDays, type Day } from '#kernel/time.js';
import type {
  PurchaseLinesAdded,
  PurchaseRecorded,
  PurchaseRefunded,
  PurchaseVoided,
} from '../purchases/purchases.events.js';

/** What changes what was bought. */
export type PurchaseFact = PurchaseRecorded | PurchaseLinesAdded | PurchaseRefunded | PurchaseVoided;

/** What was bought in one currency on one business day. */
export interface DaySpend {
  readonly day: Day;
  readonly currency: string;
  /** Refunds deducted. */
  readonly net: Money;
  /** How many; the day is gone with the last one, where that is voided. */
  readonly purchases: number;
  /** Id of the fact that changed it last. */
  readonly fact: string;
}

/** Days of the trailing window in order, one entry a day and currency. */
export type Window = readonly DaySpend[];

/** The window after a fact, which counts on the day of its purchase. */
export function windowAfter(window: Window, fact: PurchaseFact, zone: string): Window {
  const { id } = fact;
  const day = dayOf(fact.type === 'PurchaseRecorded' ? fact.occurredAt : fact.data.purchasedAt, zone);
  switch (fact.type) {
    case 'PurchaseRecorded':
      return withPurchase(window, day, fact.data.total, id);
    case 'PurchaseLinesAdded':
      return withChange(window, day, fact.data.added, id);
    case 'PurchaseRefunded':
      return withChange(window, day, negated(fact.data.amount), id);
    case 'PurchaseVoided':
      return withoutPurchase(window, day, fact.data.net, id);
  }
}

/** With one more purchase on its day. */
export function withPurchase(window: Window, day: Day, total: Money, fact: string): Window {
  const { currency } = total;
  const index = indexOf(window, day, currency);
  const known = window[index];
  if (known !== undefined) {
    return window.with(index, { ...known, net: plus(known.net, total), purchases: known.purchases + 1, fact });
  }
  const entry = { day, currency, net: total, purchases: 1, fact };
  return window.toSpliced(window.findLastIndex((other) => other.day <= day) + 1, 0, entry);
}

/** With what a purchase of that day costs more, or less where the amount is below zero; unchanged where the day is not held. */
export function withChange(window: Window, day: Day, amount: Money, fact: string): Window {
  const index = indexOf(window, day, amount.currency);
  const known = window[index];
  return known === undefined ? window : window.with(index, { ...known, net: plus(known.net, amount), fact });
}

/** Without a purchase of that day, which never happened; the day is gone with the last one of it. */
export function withoutPurchase(window: Window, day: Day, net: Money, fact: string): Window {
  const index = indexOf(window, day, net.currency);
  const known = window[index];
  if (known === undefined) return window;
  if (known.purchases === 1) return window.toSpliced(index, 1);
  return window.with(index, { ...known, net: minus(known.net, net), purchases: known.purchases - 1, fact });
}

/** What is still inside the trailing window on `today`. */
export function within(window: Window, today: Day, windowDays: number): Window {
  const before = plusDays(today, 1 - windowDays);
  const first = window.findIndex(({ day }) => day >= before);
  return first === 0 ? window : first < 0 ? [] : window.slice(first);
}

/** How many days one bought on, whatever the currency. */
export function buyingDaysIn(window: Window): number {
  let count = 0;
  for (let at = 0; at < window.length; at += 1) if (window[at]?.day !== window[at - 1]?.day) count += 1;
  return count;
}

/** The days one bought on, rising. */
export const daysOf = (window: Window): readonly Day[] =>
  window.filter(({ day }, index) => window[index - 1]?.day !== day).map(({ day }) => day);

const indexOf = (window: Window, day: Day, currency: string): number =>
  window.findIndex((entry) => entry.day === day && entry.currency === currency);
