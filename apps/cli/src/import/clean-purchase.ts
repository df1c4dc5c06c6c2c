import { Bad, nameOf, type Fields } from './fields.js';
import type { PurchaseMapping } from './mapping-purchases.js';
import type { CleanRow } from './purchase-rows.js';

/** A row as a line of a purchase or a refund. @throws {Bad} */
export function cleanPurchase(mapping: PurchaseMapping, customerId: string, fields: Fields): CleanRow {
  const signed = fields.whole(mapping.quantity);
  const quantityColumn = nameOf(mapping.quantity);
  const { refund: rule } = mapping;
  const refund =
    rule === 'negative quantity' ? signed < 0 : rule !== null && fields.text(rule.column).startsWith(rule.startsWith);
  if (signed < 0 && !refund) throw new Bad(quantityColumn, 'a negative quantity on a row that is no refund');
  if (signed >= 0 && refund && rule !== 'negative quantity') {
    throw new Bad(quantityColumn, 'a refund whose quantity is not negative');
  }
  const sku = fields.required(mapping.sku, 'product').trim();
  const group = mapping.groupBy === null ? null : JSON.stringify(mapping.groupBy.map(fields.text));
  if (signed === 0 && group !== null) throw new Bad(quantityColumn, 'a quantity of 0');
  return {
    ...{ refund, customerId, group, sku, quantity: Math.abs(signed), atMs: fields.atMs(mapping.date) },
    purchaseId: mapping.purchaseId === null ? null : fields.text(mapping.purchaseId),
    unitPrice: mapping.unitPrice && fields.money(mapping.unitPrice),
    amount: mapping.amount && fields.money(mapping.amount),
    channel: fields.optional(mapping.channel) ?? null,
  };
}
