import { compare, decimal, minus, plus, times, zero, type Money } from '#kernel/money.js';
import { Sorted } from '#kernel/sorted.js';
import { present } from '#kernel/parse.js';
import type { Instant } from '#kernel/time.js';
import type { LineInput } from './purchases.commands.js';
import { PurchaseDoesNotAddUp } from './purchases.errors.js';
import type { PurchaseLine } from './purchases.events.js';

export interface LineState extends PurchaseLine {
  readonly refundedQuantity: number;
  readonly refundedAmount: Money;
}

export interface PurchaseState {
  readonly purchasedAt: Instant;
  readonly lines: readonly LineState[];
  readonly total: Money;
  /** Refunds deducted. */
  readonly net: Money;
  readonly refunds: readonly string[];
  readonly void: boolean;
}

export interface Purchases {
  /** By purchaseId. */
  readonly byId: Sorted<PurchaseState>;
}

export const noPurchases: Purchases = { byId: Sorted.empty() };

/** Field by field: a copy of an object whose fields differ from one to the next takes several times as long. */
export function unrefunded({ lineId, sku, quantity, unitPrice, amount }: PurchaseLine): LineState {
  const [refundedQuantity, refundedAmount] = [0, zero(amount.currency, amount.scale)];
  return unitPrice === undefined
    ? { lineId, sku, quantity, amount, refundedQuantity, refundedAmount }
    : { lineId, sku, quantity, unitPrice, amount, refundedQuantity, refundedAmount };
}

/** Lines as facts hold them, each with its id and amount. @throws {PurchaseDoesNotAddUp} naming the line */
export function linesOf(inputs: readonly LineInput[], numberFrom: number): readonly PurchaseLine[] {
  const seen = new Set<string>();
  return inputs.map(({ lineId, sku, quantity, unitPrice, amount }, index) => {
    const id = lineId ?? String(numberFrom + index);
    if (seen.has(id)) throw new PurchaseDoesNotAddUp(`lines[${index}].lineId: ${id} stands for two lines`);
    seen.add(id);
    const price = unitPrice && { ...unitPrice };
    const whole = price === undefined ? amount && { ...amount } : times(price, quantity);
    if (whole === undefined) throw new PurchaseDoesNotAddUp(`lines[${index}]: needs a unitPrice or an amount`);
    if (amount !== undefined && compare(whole, amount) !== 0) {
      throw new PurchaseDoesNotAddUp(`lines[${index}].amount: ${decimal(amount)} is not ${quantity} × the unitPrice`);
    }
    return present({ lineId: id, sku, quantity, unitPrice: price, amount: whole });
  });
}

export const sumOf = (lines: readonly { readonly amount: Money }[], currency: string): Money =>
  lines.reduce((sum, { amount }) => plus(sum, amount), zero(currency, 0));

/** What `quantity` pieces of a line cost; the last pieces take what rounding left. */
export function refundFor(line: LineState, quantity: number): Money {
  const left = line.quantity - line.refundedQuantity;
  const amountLeft = minus(line.amount, line.refundedAmount);
  if (quantity >= left) return amountLeft;
  if (line.unitPrice !== undefined) return times(line.unitPrice, quantity);
  return { ...amountLeft, units: Math.floor((amountLeft.units * quantity) / left) };
}
