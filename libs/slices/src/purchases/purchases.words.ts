import { decimal, negated, type Money } from '#kernel/money.js';
import type { Words } from '#kernel/statement.js';
import type { PurchaseLinesAdded, PurchaseRecorded, PurchaseRefunded, PurchaseVoided } from './purchases.events.js';

const said = (amount: Money): string => `${decimal(amount)} ${amount.currency}`;

export const purchasesWords: Words<PurchaseRecorded | PurchaseLinesAdded | PurchaseRefunded | PurchaseVoided> = {
  PurchaseRecorded: ({ data: { purchaseId, total } }) => ({ what: `bought (${purchaseId})`, amount: said(total) }),
  PurchaseLinesAdded: ({ data: { purchaseId, added } }) => ({
    what: `more lines of a purchase came to light (${purchaseId})`,
    amount: said(added),
  }),
  PurchaseRefunded: ({ data: { purchaseId, amount } }) => ({
    what: `got money back for a purchase (${purchaseId})`,
    amount: said(negated(amount)),
  }),
  PurchaseVoided: ({ data: { purchaseId, net } }) => ({
    what: `a purchase was taken back as recorded by mistake (${purchaseId})`,
    amount: said(negated(net)),
  }),
};
