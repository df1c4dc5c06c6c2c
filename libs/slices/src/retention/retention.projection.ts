import { companyPolicy } from '#kernel/company.policy.js';
import type { Why } from '#kernel/fact.js';
import type { Money } from '#kernel/money.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { Instant } from '#kernel/time.js';
import { thousandths } from '../value/value.policy.js';
import type { AlertRaised, Figures, Reason, RetentionEvent, Suggestion } from './retention.events.js';
import { retentionPolicy } from './retention.policy.js';
import { wordsOf } from './retention.words.js';

export interface AlertDocument {
  readonly customerId: string;
  readonly episodeId: string;
  readonly reason: Reason;
  /** `closed` by whom or what says `endedBy`. */
  readonly status: 'open' | 'acknowledged' | 'acted' | 'closed';
  readonly about: string;
  readonly figures: Figures;
  readonly raisedAt: Instant;
  readonly since: Instant;
  /** When somebody should have answered it. */
  readonly dueBy: Instant;
  /** Spend of the trailing window when it was raised, one amount a currency. */
  readonly worth: readonly Money[];
  /** The amount in the company's currency in thousandths of it, to sort by; 0 without. */
  readonly worthSort: number;
  readonly suggested: Suggestion & { readonly policy: Why['policy'] };
  readonly acknowledged: { readonly at: Instant; readonly agent: string | null } | null;
  /** The newest ones, oldest first. */
  readonly actions: readonly {
    readonly actionId: string;
    readonly action: string;
    readonly channel: string | null;
    readonly agent: string | null;
    readonly at: Instant;
  }[];
  readonly ended: {
    readonly at: Instant;
    readonly by: 'fact' | 'time' | 'action' | 'person';
    readonly outcome: string;
  } | null;
  /** The purchase within the policy's days that it is credited with. */
  readonly converted: {
    readonly at: Instant;
    readonly purchaseId: string;
    readonly amount: Money;
    readonly afterDays: number;
  } | null;
  /** In words, with the facts that led to it and the newest ones about it. */
  readonly why: Why & { readonly words: string };
}

const ACTIONS_KEPT = 20;
const WHY_FACTS = 20;

const nothing: Why['policy'] = { name: retentionPolicy.name, version: 0 };

const policyOf = (context: Context): Why['policy'] => ({
  name: retentionPolicy.name,
  version: context.policy(retentionPolicy).version,
});

function sortable(worth: readonly Money[], context: Context): number {
  const { currency } = context.policy(companyPolicy);
  const ours = worth.find((amount) => amount.currency === currency);
  return ours === undefined ? 0 : thousandths(ours);
}

function raised(doc: AlertDocument, fact: AlertRaised, context: Context): AlertDocument {
  const { episodeId, reason, about, because, figures, worth, suggested, since, dueBy } = fact.data;
  const policy = policyOf(context);
  return {
    ...doc,
    customerId: fact.customerId,
    episodeId,
    reason,
    about,
    figures,
    raisedAt: fact.occurredAt,
    since,
    dueBy,
    worth,
    worthSort: sortable(worth, context),
    suggested: { ...suggested, policy },
    why: { words: wordsOf(reason, about, figures), facts: [...because.slice(1 - WHY_FACTS), fact.id], policy },
  };
}

/** With a fact more that decides how it stands. */
function noted(
  doc: AlertDocument,
  { id }: RetentionEvent,
  context: Context,
  change: Partial<AlertDocument>,
): AlertDocument {
  const why = { ...doc.why, facts: [...doc.why.facts, id].slice(-WHY_FACTS), policy: policyOf(context) };
  return { ...doc, ...change, why };
}

const endedBy = (by: string): 'fact' | 'time' | 'action' => (by === 'time' || by === 'action' ? by : 'fact');

export const retentionAlerts = defineProjection<AlertDocument, RetentionEvent>({
  name: 'retention_alerts',
  version: 1,
  about: 'Every alert: why it was raised, what it is worth, what to do, what was done and what came of it.',
  key: ({ customerId, data }) => `${customerId}/${data.episodeId}`,
  perCustomer: true,
  indexes: [
    { status: 1, worthSort: -1 },
    { customerId: 1, raisedAt: -1 },
    { reason: 1, status: 1, worthSort: -1 },
    { status: 1, dueBy: 1 },
  ],
  initial: () => ({
    customerId: '',
    episodeId: '',
    reason: 'silent',
    status: 'open',
    about: '',
    figures: {},
    raisedAt: '',
    since: '',
    dueBy: '',
    worth: [],
    worthSort: 0,
    suggested: { action: '', text: '', source: '', policy: nothing },
    acknowledged: null,
    actions: [],
    ended: null,
    converted: null,
    why: { words: '', facts: [], policy: nothing },
  }),
  on: {
    AlertRaised: raised,
    AlertAcknowledged: (doc, fact, context) => {
      const acknowledged = { at: fact.occurredAt, agent: fact.data.agent ?? null };
      return noted(doc, fact, context, { status: 'acknowledged', acknowledged });
    },
    RetentionActionRecorded: (doc, fact, context) => {
      const { actionId, action, channel = null, agent = null } = fact.data;
      const actions = [...doc.actions, { actionId, action, channel, agent, at: fact.occurredAt }].slice(-ACTIONS_KEPT);
      return noted(doc, fact, context, { status: 'acted', actions });
    },
    AlertCleared: (doc, fact, context) => {
      const { by, outcome } = fact.data;
      const answered = noted(doc, fact, context, {
        status: 'closed',
        ended: { at: fact.occurredAt, by: endedBy(by), outcome },
      });
      if (endedBy(by) !== 'fact') return answered;
      return { ...answered, why: { ...answered.why, facts: [...answered.why.facts, by].slice(-WHY_FACTS) } };
    },
    AlertClosed: (doc, fact, context) => {
      const ended = { at: fact.occurredAt, by: 'person', outcome: fact.data.outcome } as const;
      return noted(doc, fact, context, { status: 'closed', ended });
    },
    AlertConverted: (doc, fact, context) => {
      const { purchaseId, amount, afterDays } = fact.data;
      return noted(doc, fact, context, { converted: { at: fact.occurredAt, purchaseId, amount, afterDays } });
    },
    AlertConversionUndone: (doc, fact, context) => noted(doc, fact, context, { converted: null }),
  },
});
