import { defineSlice } from '#kernel/slice.js';
import { AddPurchaseLines, RecordPurchase, RefundPurchase, VoidPurchase } from './purchases.commands.js';
import { purchases } from './purchases.decider.js';
import { purchasesWords } from './purchases.words.js';
import { purchasesFolding } from './purchases.folding.js';

export const purchasesSlice = defineSlice({
  ...purchasesFolding,
  commands: [RecordPurchase, AddPurchaseLines, RefundPurchase, VoidPurchase],
  decider: purchases,
  stateVersion: 4, // snapshots keep rows without names
  words: purchasesWords,
});
