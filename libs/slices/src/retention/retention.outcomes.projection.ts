import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import type { RetentionEvent, Reason } from './retention.events.js';
import { retentionPolicy } from './retention.policy.js';

/** What became of the alerts of one reason that were raised in one month. */
export interface RetentionOutcomes {
  readonly reason: Reason;
  /** In UTC, of the day on which they were raised. */
  readonly month: string;
  readonly raised: number;
  readonly acknowledged: number;
  /** How many actions were recorded. */
  readonly actions: number;
  readonly clearedByFact: number;
  readonly clearedByTime: number;
  readonly clearedByAction: number;
  readonly closed: number;
  /** What persons said came of those that were closed. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Ended in a purchase within the policy's days. */
  readonly converted: number;
  /** Those of them that an action had been recorded for. */
  readonly convertedAfterAction: number;
  /** Of many facts those with the least ids: the same ones in whatever order customers' facts came into the log. */
  readonly why: Why;
}

const WHY_FACTS = 20;

type Counter = Exclude<keyof RetentionOutcomes, 'reason' | 'month' | 'outcomes' | 'why'>;

function counted(
  doc: RetentionOutcomes,
  { id }: RetentionEvent,
  context: Context,
  counters: readonly Counter[],
  by: 1 | -1 = 1,
): RetentionOutcomes {
  const version = Math.max(doc.why.policy.version, context.policy(retentionPolicy).version);
  const why = { facts: withLeast(doc.why.facts, id), policy: { name: retentionPolicy.name, version } };
  const changed: { -readonly [Name in keyof RetentionOutcomes]: RetentionOutcomes[Name] } = { ...doc, why };
  for (const counter of counters) changed[counter] += by;
  return changed;
}

/** The least of these ids, in their order; most of many are greater than all of them. */
function withLeast(least: readonly string[], id: string): readonly string[] {
  const last = least[WHY_FACTS - 1];
  return last !== undefined && id >= last ? least : [...least, id].sort().slice(0, WHY_FACTS);
}

const CLEARED: Readonly<Record<string, Counter>> = { time: 'clearedByTime', action: 'clearedByAction' };
const conversion = (acted: boolean): readonly Counter[] =>
  acted ? ['converted', 'convertedAfterAction'] : ['converted'];

export const retentionOutcomes = defineProjection<RetentionOutcomes, RetentionEvent>({
  name: 'retention_outcomes',
  version: 2,
  about:
    'Alerts by reason and month (UTC) in which they were raised: how they ended, and how many ended in a purchase.',
  key: (fact) => {
    const raisedAt = fact.type === 'AlertRaised' ? fact.occurredAt : fact.data.raisedAt;
    return `${fact.data.reason}/${raisedAt.slice(0, 7)}`;
  },
  indexes: [{ reason: 1, month: 1 }, { month: 1 }],
  initial: (key) => {
    const [reason, month = ''] = key.split('/');
    return {
      reason: reason as Reason,
      month,
      raised: 0,
      acknowledged: 0,
      actions: 0,
      clearedByFact: 0,
      clearedByTime: 0,
      clearedByAction: 0,
      closed: 0,
      outcomes: {},
      converted: 0,
      convertedAfterAction: 0,
      why: { facts: [], policy: { name: retentionPolicy.name, version: 0 } },
    };
  },
  on: {
    AlertRaised: (doc, fact, context) => counted(doc, fact, context, ['raised']),
    AlertAcknowledged: (doc, fact, context) => counted(doc, fact, context, ['acknowledged']),
    RetentionActionRecorded: (doc, fact, context) => counted(doc, fact, context, ['actions']),
    AlertCleared: (doc, fact, context) => counted(doc, fact, context, [CLEARED[fact.data.by] ?? 'clearedByFact']),
    AlertClosed: (doc, fact, context) => {
      const { outcome } = fact.data;
      const outcomes = { ...doc.outcomes, [outcome]: (doc.outcomes[outcome] ?? 0) + 1 };
      return { ...counted(doc, fact, context, ['closed']), outcomes };
    },
    AlertConverted: (doc, fact, context) => counted(doc, fact, context, conversion(fact.data.acted)),
    AlertConversionUndone: (doc, fact, context) => counted(doc, fact, context, conversion(fact.data.acted), -1),
  },
});
