import { proposedEvents, type BareLog } from './bare.js';
import { timed } from './measure.js';

const CUSTOMERS = 2_000;

/** One of many purchases, each a minute after the one before; what it costs earns points, so that it makes two facts. */
export function purchase(number: number) {
  const unitPrice = { units: 1_999, scale: 2, currency: 'GBP' };
  return {
    customerId: `c-${number % CUSTOMERS}`,
    at: new Date(Date.UTC(2025, 0, 1) + number * 60_000).toISOString(),
    purchaseId: `p-${number}`,
    lines: [{ sku: 'mug', quantity: 2, unitPrice }],
    channel: 'web',
  };
}

const FACTS = 2;

/** Purchases a second where the bare driver appends their two facts each, those of all callers in one synced transaction. */
export async function barePurchases(bare: BareLog, callers: number, count: number): Promise<number> {
  const events = proposedEvents(count * FACTS);
  return count / (await timed(() => bare.append(events, callers * FACTS)));
}
