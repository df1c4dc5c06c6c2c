import { moneyIn, moneyRow, zero, type MoneyRow } from '#kernel/money.js';
import type { Form } from '#kernel/leaf.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { LineState, Purchases, PurchaseState } from './purchases.state.js';

type Refunded = readonly [quantity: number, amount: MoneyRow] | null;
type LineRow = readonly [
  ...line: readonly [lineId: string, sku: string, quantity: number, amount: MoneyRow],
  ...more: readonly [unitPrice: MoneyRow | null, refunded: Refunded],
];
type Row = readonly [
  ...purchase: readonly [purchaseId: string, purchasedAt: Instant, total: MoneyRow, net: MoneyRow | null],
  ...more: readonly [refunds: readonly string[], isVoid: 0 | 1, lines: readonly LineRow[]],
];

/** Rows without names, and nothing of what was not refunded. */
const form: Form<PurchaseState, Row> = {
  // prettier-ignore
  row: (purchaseId, { purchasedAt, total, net, refunds, void: isVoid, lines }) => [
    purchaseId, purchasedAt, moneyRow(total), net === total ? null : moneyRow(net), refunds, isVoid ? 1 : 0, lines.map(lineRow),
  ],
  entry: (row) => [row[0], purchaseIn(row)],
};

export const kept = ({ byId }: Purchases, shelf: Shelf): KeptSorted => byId.kept(shelf, form);

const lineRow = ({
  lineId,
  sku,
  quantity,
  amount,
  unitPrice,
  refundedQuantity,
  refundedAmount,
}: LineState): LineRow => {
  const untouched = refundedQuantity === 0 && refundedAmount === zero(amount.currency, amount.scale);
  const refunded: Refunded = untouched ? null : [refundedQuantity, moneyRow(refundedAmount)];
  return [lineId, sku, quantity, moneyRow(amount), unitPrice === undefined ? null : moneyRow(unitPrice), refunded];
};

/** State from a snapshot, see `kept`. */
export const restored = (json: unknown, shelf: Shelf): Purchases => ({
  byId: Sorted.restored(json as KeptSorted, shelf, form),
});

function purchaseIn([, purchasedAt, totalRow, netRow, refunds, isVoid, rows]: Row): PurchaseState {
  const total = moneyIn(totalRow);
  const net = netRow === null ? total : moneyIn(netRow);
  return { purchasedAt, lines: rows.map(lineIn), total, net, refunds, void: isVoid === 1 };
}

function lineIn([lineId, sku, quantity, amountRow, unitPrice, refunded]: LineRow): LineState {
  const amount = moneyIn(amountRow);
  const refundedQuantity = refunded === null ? 0 : refunded[0];
  const refundedAmount = refunded === null ? zero(amount.currency, amount.scale) : moneyIn(refunded[1]);
  return unitPrice === null
    ? { lineId, sku, quantity, amount, refundedQuantity, refundedAmount }
    : { lineId, sku, quantity, unitPrice: moneyIn(unitPrice), amount, refundedQuantity, refundedAmount };
}
