import { moneyIn, moneyRow, type MoneyRow } from '#kernel/money.js';
import { names, plain } from '#kernel/leaf.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
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
  readonly actions: KeptSorted;
  readonly overdue: KeptSorted;
  readonly lots: KeptSorted;
  readonly expiring: KeptSorted;
}

const overdueForm = plain<readonly Sla[]>();
const pointsForm = plain<number>();

/** What a snapshot keeps: the days as rows without names. */
export function kept(state: Retention, shelf: Shelf): Kept {
  const { actions, bought, window, overdue, lots, expiring, ...plain } = state;
  const { days, ...rest } = bought;
  return {
    ...{ plain, bought: rest },
    days: days.map(({ day, purchases, fact }) => [day, purchases, fact]),
    window: window.map(({ day, net, purchases, fact }) => [day, moneyRow(net), purchases, fact]),
    actions: actions.kept(shelf, names),
    overdue: overdue.kept(shelf, overdueForm),
    lots: lots.kept(shelf, pointsForm),
    expiring: expiring.kept(shelf, pointsForm),
  };
}

/** State from a snapshot, see `kept`. */
export function restored(json: unknown, shelf: Shelf): Retention {
  const { plain, bought, days, window, actions, overdue, lots, expiring } = json as Kept;
  const { buyingDays, firstDay, lastDay, gaps } = bought;
  // field by field, in the order of a state that was folded: the same code reads both
  return {
    episodes: plain.episodes,
    actions: Sorted.restored(actions, shelf, names),
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
    overdue: Sorted.restored(overdue, shelf, overdueForm),
    lots: Sorted.restored(lots, shelf, pointsForm),
    expiring: Sorted.restored(expiring, shelf, pointsForm),
  };
}
