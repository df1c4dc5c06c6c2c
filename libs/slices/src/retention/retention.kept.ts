import { moneyIn, moneyRow, type MoneyRow } from '#kernel/money.js';
import { Sorted } from '#kernel/sorted.js';
import type { Day } from '#kernel/time.js';
import type { Sla } from '../complaints/complaints.events.js';
import type { BuyingDays } from '../lifecycle/lifecycle.days.policy.js';
import type { Retention } from './retention.state.js';

type DayRow = readonly [day: Day, purchases: number, fact: string];
type SpendRow = readonly [day: Day, net: MoneyRow, purchases: number, fact: string];
type Plain = Omit<Retention, 'actions' | 'bought' | 'window' | 'overdue' | 'lots' | 'expiring'>;

interface Kept {
  readonly plain: Plain;
  readonly bought: Omit<BuyingDays, 'days'>;
  readonly days: readonly DayRow[];
  readonly window: readonly SpendRow[];
  readonly actions: readonly string[];
  readonly overdue: readonly (readonly [string, readonly Sla[]])[];
  readonly lots: readonly (readonly [string, number])[];
  readonly expiring: readonly (readonly [string, number])[];
}

/** What a snapshot keeps: the days as rows without names. */
export function kept(state: Retention): Kept {
  const { actions, bought, window, overdue, lots, expiring, ...plain } = state;
  const { days, ...rest } = bought;
  return {
    ...{ plain, bought: rest },
    days: days.map(({ day, purchases, fact }) => [day, purchases, fact]),
    window: window.map(({ day, net, purchases, fact }) => [day, moneyRow(net), purchases, fact]),
    actions: Array.from(actions.entries(), ([name]) => name),
    overdue: [...overdue.entries()],
    lots: [...lots.entries()],
    expiring: [...expiring.entries()],
  };
}

/** State from a snapshot's JSON, see `kept`. */
export function restored(json: unknown): Retention {
  const { plain, bought, days, window, actions, overdue, lots, expiring } = json as Kept;
  const { buyingDays, firstDay, lastDay, gaps } = bought;
  // field by field, in the order of a state that was folded: the same code reads both
  return {
    episodes: plain.episodes,
    actions: Sorted.from(actions.map((name) => [name, true] as const)),
    bought: {
      ...{ buyingDays, firstDay, lastDay },
      days: days.map(([day, purchases, fact]) => ({ day, purchases, fact })),
      gaps,
    },
    rhythm: plain.rhythm,
    window: window.map(([day, row, purchases, fact]) => {
      const net = moneyIn(row);
      return { day, currency: net.currency, net, purchases, fact };
    }),
    boughtAt: plain.boughtAt,
    favouredSince: plain.favouredSince,
    contacted: plain.contacted,
    scoredAt: plain.scoredAt,
    overdue: Sorted.from(overdue),
    lots: Sorted.from(lots),
    expiring: Sorted.from(expiring),
  };
}
