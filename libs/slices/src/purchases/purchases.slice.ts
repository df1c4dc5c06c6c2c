import { defineSlice } from '#kernel/slice.js';
import { AddPurchaseLines, RecordPurchase, RefundPurchase, VoidPurchase } from './purchases.commands.js';
import { purchases } from './purchases.decider.js';
import { PurchaseLinesAdded, PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from './purchases.events.js';
import { purchasesPolicy } from './purchases.policy.js';
import { purchaseHistory, salesByMonth } from './purchases.projection.js';
import { purchasesWords } from './purchases.words.js';

export const purchasesSlice = defineSlice({
  name: 'purchases',
  about: 'What a customer bought, what was refunded, and what was recorded by mistake.',
  events: [PurchaseRecorded, PurchaseLinesAdded, PurchaseRefunded, PurchaseVoided],
  commands: [RecordPurchase, AddPurchaseLines, RefundPurchase, VoidPurchase],
  policies: [purchasesPolicy],
  decider: purchases,
  stateVersion: 2, // snapshots keep rows
  projections: [purchaseHistory, salesByMonth],
  words: purchasesWords,
});
