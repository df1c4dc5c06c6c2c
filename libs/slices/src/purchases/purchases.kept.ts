import { moneyIn, moneyRow, zero, type Money, type MoneyRow } from '#kernel/money.js';
import type { Form } from '#kernel/leaf.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { LineState, Purchases, PurchaseState } from './purchases.state.js';

/** An amount by its units alone where it is of the currency and scale of its purchase's total. */
type AmountRow = number | MoneyRow;
type LineRow = readonly [
  ...line: readonly [lineId: string, sku: string, quantity: number, amount: AmountRow],
  ...more: readonly [unitPrice?: AmountRow | null, refundedQuantity?: number, refundedAmount?: AmountRow],
];
/** What a purchase has that nothing happened to is its id, when it was, its total and its lines. */
type Row = readonly [
  ...purchase: readonly [purchaseId: string, purchasedAt: Instant, total: MoneyRow, lines: readonly LineRow[]],
  ...more: readonly [net?: AmountRow, isVoid?: 0 | 1, ...refunds: readonly string[]],
];

/** Rows without names, and nothing of what was not refunded. */
const form: Form<PurchaseState, Row> = {
  row: (purchaseId, { purchasedAt, total, net, refunds, void: isVoid, lines }) => {
    const rows = lines.map((line) => lineRow(line, total));
    const untouched = net === total && !isVoid && refunds.length === 0;
    if (untouched) return [purchaseId, purchasedAt, moneyRow(total), rows];
    return [purchaseId, purchasedAt, moneyRow(total), rows, amountRow(net, total), isVoid ? 1 : 0, ...refunds];
  },
  entry: (row) => [row[0], purchaseIn(row)],
};

export const kept = ({ byId }: Purchases, shelf: Shelf): KeptSorted => byId.kept(shelf, form);

/** State from a snapshot, see `kept`. */
export const restored = (json: unknown, shelf: Shelf): Purchases => ({
  byId: Sorted.restored(json as KeptSorted, shelf, form),
});

function purchaseIn([, purchasedAt, totalRow, rows, netRow, isVoid = 0, ...refunds]: Row): PurchaseState {
  const total = moneyIn(totalRow);
  const net = netRow === undefined ? total : amountIn(netRow, total);
  return { purchasedAt, lines: rows.map((row) => lineIn(row, total)), total, net, refunds, void: isVoid === 1 };
}

function lineRow(line: LineState, total: Money): LineRow {
  const { lineId, sku, quantity, unitPrice, refundedQuantity, refundedAmount } = line;
  const amount = amountRow(line.amount, total);
  const price = unitPrice === undefined ? null : amountRow(unitPrice, total);
  const untouched = refundedQuantity === 0 && refundedAmount === zero(line.amount.currency, line.amount.scale);
  if (!untouched) return [lineId, sku, quantity, amount, price, refundedQuantity, amountRow(refundedAmount, total)];
  return price === null ? [lineId, sku, quantity, amount] : [lineId, sku, quantity, amount, price];
}

function lineIn(
  [lineId, sku, quantity, amountOf, price = null, refundedOf = 0, refunded]: LineRow,
  total: Money,
): LineState {
  const amount = amountIn(amountOf, total);
  const refundedAmount = refunded === undefined ? zero(amount.currency, amount.scale) : amountIn(refunded, total);
  const refundedQuantity = refundedOf;
  return price === null
    ? { lineId, sku, quantity, amount, refundedQuantity, refundedAmount }
    : { lineId, sku, quantity, unitPrice: amountIn(price, total), amount, refundedQuantity, refundedAmount };
}

const amountRow = (amount: Money, { scale, currency }: Money): AmountRow =>
  amount.scale === scale && amount.currency === currency ? amount.units : moneyRow(amount);

const amountIn = (row: AmountRow, { scale, currency }: Money): Money =>
  moneyIn(typeof row === 'number' ? [row, scale, currency] : row);
