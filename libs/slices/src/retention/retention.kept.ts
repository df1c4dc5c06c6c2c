import { names, plain } from '#kernel/leaf.js';
import { moneyIn, moneyRow, type MoneyRow } from '#kernel/money.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Day } from '#kernel/time.js';
import type { Sla } from '../complaints/complaints.events.js';
import type { BuyingDays } from '../lifecycle/lifecycle.days.policy.js';
import type { Reason } from './retention.events.js';
import type { Episode, Retention } from './retention.state.js';

type DayRow = readonly [day: Day, purchases: number, fact: string];
type SpendRow = readonly [day: Day, net: MoneyRow, purchases: number, fact: string];
type EpisodeRow = readonly [
  ...begun: readonly [...name: readonly [string, Reason], about: string, lapsesAt: Episode['lapsesAt']],
  ...now: readonly [status: Episode['status'], raisedAt: string, number: number, answeredAt: string, acted: boolean],
  ...end: readonly [Episode['endedAt'], Episode['endedBy'], outcome: string | null, converted: string | null],
];

interface Kept extends Pick<Retention, 'rhythm' | 'boughtAt' | 'favouredSince' | 'contacted' | 'scoredAt'> {
  readonly episodes: readonly EpisodeRow[];
  readonly bought: readonly [
    BuyingDays['buyingDays'],
    BuyingDays['firstDay'],
    BuyingDays['lastDay'],
    BuyingDays['gaps'],
  ];
  readonly days: readonly DayRow[];
  readonly window: readonly SpendRow[];
  readonly actions: KeptSorted;
  readonly overdue: KeptSorted;
  readonly lots: KeptSorted;
  readonly expiring: KeptSorted;
}

const overdueForm = plain<readonly Sla[]>();
const pointsForm = plain<number>();

/** What a snapshot keeps: days and alerts as rows without names. */
export function kept(state: Retention, shelf: Shelf): Kept {
  const { rhythm, boughtAt, favouredSince, contacted, scoredAt, bought } = state;
  return {
    episodes: Object.values(state.episodes).map(episodeRow),
    bought: [bought.buyingDays, bought.firstDay, bought.lastDay, bought.gaps],
    days: bought.days.map(({ day, purchases, fact }): DayRow => [day, purchases, fact]),
    window: state.window.map(({ day, net, purchases, fact }): SpendRow => [day, moneyRow(net), purchases, fact]),
    rhythm,
    boughtAt,
    favouredSince,
    contacted,
    scoredAt,
    actions: state.actions.kept(shelf, names),
    overdue: state.overdue.kept(shelf, overdueForm),
    lots: state.lots.kept(shelf, pointsForm),
    expiring: state.expiring.kept(shelf, pointsForm),
  };
}

/** State from a snapshot, see `kept`. */
export function restored(json: unknown, shelf: Shelf): Retention {
  const said = json as Kept;
  const [buyingDays, firstDay, lastDay, gaps] = said.bought;
  // field by field, in the order of a state that was folded: the same code reads both
  return {
    episodes: episodesIn(said.episodes),
    actions: Sorted.restored(said.actions, shelf, names),
    bought: {
      buyingDays,
      firstDay,
      lastDay,
      days: said.days.map(([day, purchases, fact]) => ({ day, purchases, fact })),
      gaps,
    },
    rhythm: said.rhythm,
    window: said.window.map(([day, row, purchases, fact]) => {
      const net = moneyIn(row);
      return { day, currency: net.currency, net, purchases, fact };
    }),
    boughtAt: said.boughtAt,
    favouredSince: said.favouredSince,
    contacted: said.contacted,
    scoredAt: said.scoredAt,
    overdue: Sorted.restored(said.overdue, shelf, overdueForm),
    lots: Sorted.restored(said.lots, shelf, pointsForm),
    expiring: Sorted.restored(said.expiring, shelf, pointsForm),
  };
}

// prettier-ignore
const episodeRow = (one: Episode): EpisodeRow => [
  one.episodeId, one.reason, one.about, one.lapsesAt,
  one.status, one.raisedAt, one.number, one.answeredAt, one.acted,
  one.endedAt, one.endedBy, one.outcome, one.converted,
];

function episodesIn(rows: readonly EpisodeRow[]): Retention['episodes'] {
  const episodes: Partial<Record<Reason, Episode>> = {};
  for (const row of rows) {
    const [episodeId, reason, about, lapsesAt, status, raisedAt, number] = row;
    const [, , , , , , , answeredAt, acted, endedAt, endedBy, outcome, converted] = row;
    // prettier-ignore
    episodes[reason] = {
      episodeId, reason, about, lapsesAt, status, raisedAt, number, answeredAt, acted, endedAt, endedBy, outcome, converted,
    };
  }
  return episodes;
}
