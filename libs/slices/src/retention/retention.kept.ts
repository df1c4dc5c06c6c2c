import { names, plain } from '#kernel/leaf.js';
import { moneyIn, moneyRow, type MoneyRow } from '#kernel/money.js';
import type { Shelf } from '#kernel/shelf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Day } from '#kernel/time.js';
import type { Sla } from '../complaints/complaints.events.js';
import type { BuyingDay, BuyingDays, Rhythm } from '../lifecycle/lifecycle.days.policy.js';
import type { DaySpend } from '../value/value.window.policy.js';
import type { Reason } from './retention.events.js';
import type { Episode, Moment, Retention } from './retention.state.js';

type DayRow = readonly [day: Day, purchases: number, fact: string];
type SpendRow = readonly [day: Day, net: MoneyRow, purchases: number, fact: string];
type EpisodeRow = readonly [
  ...begun: readonly [...name: readonly [string, Reason], about: string, lapsesAt: Episode['lapsesAt']],
  ...now: readonly [status: Episode['status'], raisedAt: string, number: number, answeredAt: string, acted: boolean],
  ...end: readonly [Episode['endedAt'], Episode['endedBy'], outcome: string | null, converted: string | null],
];

type BoughtRow = readonly [
  ...ends: readonly [BuyingDays['buyingDays'], BuyingDays['firstDay'], BuyingDays['lastDay'], BuyingDays['gaps']],
  days: readonly DayRow[],
];
type RhythmRow = readonly [days: number, from: Rhythm['from'], fact: string | null];
type Kept = readonly [
  ...alerts: readonly [episodes: readonly EpisodeRow[], actions: KeptSorted],
  ...bought: readonly [bought: BoughtRow, rhythm: RhythmRow | null, window: readonly SpendRow[], boughtAt: string],
  ...since: readonly [favouredSince: Moment | null, contacted: Moment | null, scoredAt: string],
  ...waiting: readonly [overdue: KeptSorted, lots: KeptSorted, expiring: KeptSorted],
];

const overdueForm = plain<readonly Sla[]>();
const pointsForm = plain<number>();

/** What a snapshot keeps: rows without names. */
// prettier-ignore
export function kept(state: Retention, shelf: Shelf): Kept {
  const { rhythm, boughtAt, favouredSince, contacted, scoredAt, bought } = state;
  return [
    Object.values(state.episodes).map(episodeRow), state.actions.kept(shelf, names),
    [bought.buyingDays, bought.firstDay, bought.lastDay, bought.gaps, bought.days.map(dayRow)],
    rhythm && [rhythm.days, rhythm.from, rhythm.fact],
    state.window.map(spendRow), boughtAt, favouredSince, contacted, scoredAt,
    state.overdue.kept(shelf, overdueForm), state.lots.kept(shelf, pointsForm), state.expiring.kept(shelf, pointsForm),
  ];
}

/** State from a snapshot, see `kept`. */
export function restored(json: unknown, shelf: Shelf): Retention {
  const [episodes, actions, boughtRow, rhythm, window, boughtAt, ...rest] = json as Kept;
  const [favouredSince, contacted, scoredAt, overdue, lots, expiring] = rest;
  const [buyingDays, firstDay, lastDay, gaps, days] = boughtRow;
  // field by field, in the order of a state that was folded: the same code reads both
  return {
    episodes: episodesIn(episodes),
    actions: Sorted.restored(actions, shelf, names),
    bought: { buyingDays, firstDay, lastDay, days: days.map(dayIn), gaps },
    rhythm: rhythm && { days: rhythm[0], from: rhythm[1], fact: rhythm[2] },
    window: window.map(spendIn),
    boughtAt,
    favouredSince,
    contacted,
    scoredAt,
    overdue: Sorted.restored(overdue, shelf, overdueForm),
    lots: Sorted.restored(lots, shelf, pointsForm),
    expiring: Sorted.restored(expiring, shelf, pointsForm),
  };
}

const dayRow = ({ day, purchases, fact }: BuyingDay): DayRow => [day, purchases, fact];
const dayIn = ([day, purchases, fact]: DayRow): BuyingDay => ({ day, purchases, fact });

const spendRow = ({ day, net, purchases, fact }: DaySpend): SpendRow => [day, moneyRow(net), purchases, fact];
function spendIn([day, row, purchases, fact]: SpendRow): DaySpend {
  const net = moneyIn(row);
  return { day, currency: net.currency, net, purchases, fact };
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
