import { Sorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { Sla } from '../complaints/complaints.events.js';
import { noDays, type BuyingDays, type Rhythm } from '../lifecycle/lifecycle.days.policy.js';
import type { Window } from '../value/value.window.policy.js';
import { REASONS, type AlertName, type Reason } from './retention.events.js';

/** The newest alert of a reason. */
export interface Episode extends AlertName {
  /** Which one of its reason it is, from 1. */
  readonly number: number;
  readonly about: string;
  readonly status: 'open' | 'acknowledged' | 'acted' | 'ended';
  readonly lapsesAt: Instant | null;
  /** When it was raised, or last acted on. */
  readonly answeredAt: Instant;
  readonly acted: boolean;
  readonly endedAt: Instant | null;
  readonly endedBy: 'fact' | 'time' | 'action' | 'person' | null;
  /** What a person said came of it. */
  readonly outcome: string | null;
  /** The purchase that was counted for it. */
  readonly converted: string | null;
}

/** An instant and the fact that says so. */
export interface Moment {
  readonly at: Instant;
  readonly fact: string;
}

export interface Retention {
  readonly episodes: Readonly<Partial<Record<Reason, Episode>>>;
  /** Names of actions that were recorded. */
  readonly actions: Sorted<true>;
  readonly bought: BuyingDays;
  /** As of the last change of the buying days, as in the read model `lifecycle_stage`. */
  readonly rhythm: Rhythm | null;
  /** What was spent in the trailing window. */
  readonly window: Window;
  /** The latest time at which a fact changed what was bought. */
  readonly boughtAt: Instant;
  /** Since when the customer is in a tier that is to be contacted. */
  readonly favouredSince: Moment | null;
  readonly contacted: Moment | null;
  readonly scoredAt: Instant;
  /** Promises of complaints that were missed since the newest alert of them, and are still to be kept; by complaint. */
  readonly overdue: Sorted<readonly Sla[]>;
  /** Points of lots, by `expiresAt lotId`. */
  readonly lots: Sorted<number>;
  /** Points by when they expire. */
  readonly expiring: Sorted<number>;
}

export const newRetention: Retention = {
  episodes: {},
  actions: Sorted.empty(),
  bought: noDays,
  rhythm: null,
  window: [],
  boughtAt: '',
  favouredSince: null,
  contacted: null,
  scoredAt: '',
  overdue: Sorted.empty(),
  lots: Sorted.empty(),
  expiring: Sorted.empty(),
};

export const isOpen = (episode: Episode | undefined): episode is Episode =>
  episode !== undefined && episode.status !== 'ended';

/** The open alert of a reason. */
export const openOf = ({ episodes }: Retention, reason: Reason): Episode | undefined => {
  const episode = episodes[reason];
  return isOpen(episode) ? episode : undefined;
};

/** The open alerts of some reasons, in the order of `REASONS`. */
export const openOnes = (state: Retention, reasons: readonly Reason[]): readonly Episode[] =>
  REASONS.flatMap((reason) => (reasons.includes(reason) ? (openOf(state, reason) ?? []) : []));

export const nameOf = ({ episodeId, reason, raisedAt }: AlertName): AlertName => ({ episodeId, reason, raisedAt });
