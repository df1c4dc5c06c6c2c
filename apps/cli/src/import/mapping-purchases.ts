import type { BaseMapping, Own } from './mapping-base.js';
import type { Reader, Source } from './mapping-reader.js';

/** How rows become purchases. */
export interface PurchaseMapping extends BaseMapping {
  readonly kind: 'purchases';
  readonly sku: Source;
  readonly quantity: Source;
  readonly unitPrice: Source | null;
  readonly amount: Source | null;
  /** Rows of one customer that agree in these columns are one purchase; null where every row is one. */
  readonly groupBy: readonly string[] | null;
  readonly purchaseId: string | null;
  readonly refund: { readonly column: string; readonly startsWith: string } | 'negative quantity' | null;
  readonly channel: Source | null;
}

export function readPurchases(root: Reader): Own<PurchaseMapping> {
  const rules = {
    kind: 'purchases' as const,
    sku: root.source('sku'),
    quantity: root.source('quantity', { value: '1' }),
    unitPrice: root.source('unitPrice', null),
    amount: root.source('amount', null),
    ...root.object('purchase', purchaseOf, { groupBy: null, purchaseId: null }),
    refund: root.has('refund') ? root.object('refund', refundOf) : null,
    channel: root.source('channel', null),
  };
  if (rules.unitPrice === null && rules.amount === null) root.bad('', 'needs a unitPrice or an amount');
  if (rules.refund !== null && rules.unitPrice === null) root.bad('refund', 'is matched by unitPrice: name it');
  if (rules.refund !== null && rules.purchaseId === null) root.bad('refund', 'needs purchase.id');
  return rules;
}

const purchaseOf = (purchase: Reader) => {
  const groupBy = purchase.has('groupBy') ? purchase.texts('groupBy') : null;
  groupBy?.forEach((column, at) => purchase.names(`groupBy[${at}]`, column));
  if (groupBy?.length === 0) purchase.bad('groupBy', 'must name a column; leave it out where a row is a purchase');
  const purchaseId = purchase.nullable('id', null);
  if (purchaseId !== null) purchase.names('id', purchaseId);
  if (purchaseId !== null && groupBy?.includes(purchaseId) !== true) purchase.bad('id', 'must be one of groupBy');
  return { groupBy, purchaseId };
};

const refundOf = (refund: Reader): NonNullable<PurchaseMapping['refund']> => {
  if (!refund.has('quantity')) return { column: refund.column(), startsWith: refund.text('startsWith') };
  refund.oneOf('quantity', ['negative'], 'negative');
  return 'negative quantity';
};
