import { defineEvent, type EventOf } from '#kernel/event.js';
import { instant, int, list, money, optional, present, record, text, type Raw } from '#kernel/parse.js';

const line = (value: unknown) => {
  const { lineId, sku, quantity, unitPrice, amount } = record(value);
  return present({
    lineId: text(lineId),
    sku: text(sku),
    quantity: int(quantity),
    unitPrice: optional(unitPrice, money),
    amount: money(amount),
  });
};
/** One line of a purchase; `amount` is what the line cost in all. */
export type PurchaseLine = ReturnType<typeof line>;

/** A customer bought something: one invoice, receipt or order. */
export const PurchaseRecorded = defineEvent({
  type: 'PurchaseRecorded',
  version: 2,
  upcast: {
    // version 1 knew a total and no lines
    1: ({ amount, ...v1 }: Raw) => ({ ...v1, total: amount, lines: [] }),
  },
  parse: (raw) =>
    present({
      purchaseId: text(raw['purchaseId']),
      total: money(raw['total']),
      lines: list(raw['lines'], line),
      channel: optional(raw['channel'], text),
      campaign: optional(raw['campaign'], text),
    }),
});
export type PurchaseRecorded = EventOf<typeof PurchaseRecorded>;

/** Lines came to light that belong to a purchase recorded before. */
export const PurchaseLinesAdded = defineEvent({
  type: 'PurchaseLinesAdded',
  parse: (raw) => ({
    purchaseId: text(raw['purchaseId']),
    purchasedAt: instant(raw['purchasedAt']),
    lines: list(raw['lines'], line),
    added: money(raw['added']),
    /** What the purchase costs now, refunds deducted. */
    net: money(raw['net']),
  }),
});
export type PurchaseLinesAdded = EventOf<typeof PurchaseLinesAdded>;

/** Money for a purchase, or for part of it, went back to the customer. */
export const PurchaseRefunded = defineEvent({
  type: 'PurchaseRefunded',
  parse: (raw) =>
    present({
      purchaseId: text(raw['purchaseId']),
      purchasedAt: instant(raw['purchasedAt']),
      refundId: text(raw['refundId']),
      lines: list(raw['lines'], (value) => {
        const { lineId, quantity, amount } = record(value);
        return { lineId: text(lineId), quantity: int(quantity), amount: money(amount) };
      }),
      amount: money(raw['amount']),
      /** What the purchase costs now, refunds deducted. */
      net: money(raw['net']),
      reason: optional(raw['reason'], text),
    }),
});
export type PurchaseRefunded = EventOf<typeof PurchaseRefunded>;

/** A purchase was recorded by mistake: it never happened. */
export const PurchaseVoided = defineEvent({
  type: 'PurchaseVoided',
  parse: (raw) => ({
    purchaseId: text(raw['purchaseId']),
    /** When the mistaken purchase was said to have happened. */
    purchasedAt: instant(raw['purchasedAt']),
    /** What it cost when it was voided, refunds deducted. */
    net: money(raw['net']),
    reason: text(raw['reason']),
  }),
});
export type PurchaseVoided = EventOf<typeof PurchaseVoided>;
