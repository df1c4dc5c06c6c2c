import { companyPolicy } from '#kernel/company.policy.js';
import { minus, negated, plus, zero, type Money } from '#kernel/money.js';
import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import { dayOf, type Day, type Instant } from '#kernel/time.js';
import type {
  PurchaseLine,
  PurchaseLinesAdded,
  PurchaseRecorded,
  PurchaseRefunded,
  PurchaseVoided,
} from './purchases.events.js';
import { purchasesPolicy } from './purchases.policy.js';

type PurchaseFact = PurchaseRecorded | PurchaseLinesAdded | PurchaseRefunded | PurchaseVoided;

export interface PurchaseDocument {
  readonly customerId: string;
  readonly purchaseId: string;
  readonly purchasedAt: Instant;
  readonly day: Day;
  readonly status: 'bought' | 'refunded in part' | 'refunded' | 'void';
  readonly total: Money;
  readonly net: Money;
  readonly lines: readonly PurchaseLine[];
  readonly channel: string | null;
  readonly campaign: string | null;
  readonly why: Why;
}

const WHY_FACTS = 20;

const because = (facts: readonly string[], id: string, context: Context): Why => ({
  facts: [...facts, id].slice(-WHY_FACTS),
  policy: { name: purchasesPolicy.name, version: context.policy(purchasesPolicy).version },
});

export const purchaseHistory = defineProjection<PurchaseDocument, PurchaseFact>({
  name: 'purchase_history',
  version: 1,
  about: 'Every purchase with its lines and what is left of it after refunds.',
  key: ({ customerId, data }) => `${customerId}/${data.purchaseId}`,
  perCustomer: true,
  indexes: [{ customerId: 1, purchasedAt: -1 }, { day: 1 }, { status: 1, purchasedAt: -1 }],
  initial: (key) => {
    const [customerId = '', ...rest] = key.split('/');
    const none = zero('XXX', 0);
    return {
      customerId,
      purchaseId: rest.join('/'),
      purchasedAt: '',
      day: '',
      status: 'bought',
      total: none,
      net: none,
      lines: [],
      channel: null,
      campaign: null,
      why: { facts: [], policy: { name: '', version: 0 } },
    };
  },
  on: {
    PurchaseRecorded: (doc, { id, data, occurredAt }, context) => ({
      ...doc,
      purchasedAt: occurredAt,
      day: dayOf(occurredAt, context.policy(companyPolicy).zone),
      total: data.total,
      net: data.total,
      lines: data.lines,
      channel: data.channel ?? null,
      campaign: data.campaign ?? null,
      why: because([], id, context),
    }),
    PurchaseLinesAdded: (doc, { id, data }, context) => ({
      ...doc,
      total: plus(doc.total, data.added),
      net: data.net,
      status: doc.status === 'refunded' ? 'refunded in part' : doc.status,
      lines: [...doc.lines, ...data.lines],
      why: because(doc.why.facts, id, context),
    }),
    PurchaseRefunded: (doc, { id, data }, context) => ({
      ...doc,
      net: data.net,
      status: data.net.units === 0 ? 'refunded' : 'refunded in part',
      why: because(doc.why.facts, id, context),
    }),
    PurchaseVoided: (doc, { id }, context) => ({ ...doc, status: 'void', why: because(doc.why.facts, id, context) }),
  },
});

export interface SalesDocument {
  readonly month: string;
  readonly currency: string;
  readonly purchases: number;
  readonly refunds: number;
  readonly gross: Money;
  readonly refunded: Money;
  readonly net: Money;
}

const moneyOf = (fact: PurchaseFact): Money => {
  switch (fact.type) {
    case 'PurchaseRecorded':
      return fact.data.total;
    case 'PurchaseLinesAdded':
      return fact.data.added;
    case 'PurchaseRefunded':
      return fact.data.amount;
    case 'PurchaseVoided':
      return fact.data.net;
  }
};

const sold = (doc: SalesDocument, amount: Money, purchases: number): SalesDocument => ({
  ...doc,
  purchases: doc.purchases + purchases,
  gross: plus(doc.gross, amount),
  net: plus(doc.net, amount),
});

/** Sums by currency and month in UTC of the purchase or refund; a month is the first seven letters of the key's instant. */
export const salesByMonth = defineProjection<SalesDocument, PurchaseFact>({
  name: 'sales_by_month',
  version: 1,
  about: 'Purchases and refunds by month (UTC) and currency.',
  key: (fact) => {
    const at = fact.type === 'PurchaseVoided' ? fact.data.purchasedAt : fact.occurredAt;
    return `${at.slice(0, 7)}/${moneyOf(fact).currency}`;
  },
  indexes: [{ currency: 1, month: 1 }],
  initial: (key) => {
    const [month = '', currency = ''] = key.split('/');
    const none = zero(currency, 0);
    return { month, currency, purchases: 0, refunds: 0, gross: none, refunded: none, net: none };
  },
  on: {
    PurchaseRecorded: (doc, { data }) => sold(doc, data.total, 1),
    PurchaseLinesAdded: (doc, { data }) => sold(doc, data.added, 0),
    PurchaseRefunded: (doc, { data }) => ({
      ...doc,
      refunds: doc.refunds + 1,
      refunded: plus(doc.refunded, data.amount),
      net: minus(doc.net, data.amount),
    }),
    PurchaseVoided: (doc, { data }) => sold(doc, negated(data.net), -1),
  },
});
