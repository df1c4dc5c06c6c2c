import { defineFolding } from '#kernel/slice.js';
import { PurchaseLinesAdded, PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from './purchases.events.js';
import { purchasesPolicy } from './purchases.policy.js';
import { purchaseHistory, salesByMonth } from './purchases.projection.js';

export const purchasesFolding = defineFolding({
  name: 'purchases',
  about: 'What a customer bought, what was refunded, and what was recorded by mistake.',
  events: [PurchaseRecorded, PurchaseLinesAdded, PurchaseRefunded, PurchaseVoided],
  policies: [purchasesPolicy],
  projections: [purchaseHistory, salesByMonth],
});
