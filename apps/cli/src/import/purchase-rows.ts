import type { Money } from '#kernel/money.js';
import type { Entry, Group, Row } from './spool.js';

/** A row that can become part of a purchase, or of a refund. */
export interface CleanRow {
  readonly refund: boolean;
  readonly customerId: string;
  readonly atMs: number;
  /** The columns by which rows join one purchase, as JSON; null where a row stands for itself. */
  readonly group: string | null;
  readonly purchaseId: string | null;
  readonly sku: string;
  /** Above 0 for refunds too. */
  readonly quantity: number;
  readonly unitPrice: Money | null;
  readonly amount: Money | null;
  readonly channel: string | null;
}

export interface PurchaseRow extends Row {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: Money | null;
  readonly amount: Money | null;
}

/** Rows of one purchase, or of one refund. */
export interface PurchaseGroup extends Group<PurchaseRow> {
  readonly refund: boolean;
  readonly purchaseId: string | null;
  readonly channel: string | null;
}

type Text = string | null;
type Content = readonly [string, Text, Text, number, boolean, string, number, Text, Text, Text];

/** The order of the content is part of every row's identity: it stays. */
export function entryOf(row: CleanRow): Entry {
  const { refund, customerId, atMs, group, purchaseId, sku, quantity, unitPrice, amount, channel } = row;
  const [price, sum] = [textOf(unitPrice), textOf(amount)];
  const content: Content = [sku, price, sum, quantity, refund, customerId, atMs, group, purchaseId, channel];
  return { customerId, group, content, places: [{ ord: refund ? 1 : 0, atMs }] };
}

export function purchaseGroup(group: Group): PurchaseGroup {
  const [, , , , refund, , , , purchaseId, channel] = group.rows[0]?.content as Content;
  const rows = group.rows.map((row): PurchaseRow => {
    const [sku, price, sum, quantity] = row.content as Content;
    return { ...row, sku, quantity, unitPrice: moneyOf(price), amount: moneyOf(sum) };
  });
  return { ...group, refund, purchaseId, channel, rows };
}

/** Equal amounts are equal texts, however many zeros the file wrote. */
function textOf(amount: Money | null): string | null {
  if (amount === null) return null;
  let { units, scale } = amount;
  while (scale > 2 && units % 10 === 0) [units, scale] = [units / 10, scale - 1];
  return `${units} ${scale} ${amount.currency}`;
}

function moneyOf(text: string | null): Money | null {
  if (text === null) return null;
  const [units, scale, currency = ''] = text.split(' ');
  return { units: Number(units), scale: Number(scale), currency };
}
