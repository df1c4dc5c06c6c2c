/** A small shop's export: invoices of several lines, cancellations that start with C. */
export const shopMapping = {
  name: 'shop',
  file: {},
  customer: { column: 'customer', stripSuffix: '.0' },
  date: { column: 'when', format: 'YYYY-MM-DD HH:mm:ss', zone: 'Europe/London' },
  currency: 'GBP',
  sku: { column: 'sku' },
  quantity: { column: 'quantity' },
  unitPrice: { column: 'price' },
  purchase: { groupBy: ['invoice'], id: 'invoice' },
  refund: { column: 'invoice', startsWith: 'C' },
} as const;

export const shopHeader = 'invoice,sku,quantity,when,price,customer';
