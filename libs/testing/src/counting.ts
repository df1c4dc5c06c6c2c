import { defineEvent, type EventOf } from '#kernel/event.js';
import { int } from '#kernel/parse.js';
import { defineProjection } from '#kernel/projection.js';
import { defineSlice } from '#kernel/slice.js';
import { plusHours } from '#kernel/time.js';

export const Counted = defineEvent({ type: 'Counted', parse: (raw) => ({ by: int(raw['by']) }) });
export type Counted = EventOf<typeof Counted>;
/** Breaks the fold of a 13. */
export const switches = { broken: false };

/** Adds up; falls over 13 while broken; a day later, says so. Reaching nought deletes. */
const sums = defineProjection<{ sum: number; group: number; restedAt: string | null; due: string | null }, Counted>({
  name: 'sums',
  version: 1,
  about: 'Sums.',
  key: ({ customerId }) => customerId,
  indexes: [{ group: 1, sum: -1 }],
  perCustomer: true,
  initial: () => ({ sum: 0, group: 0, restedAt: null, due: null }),
  on: {
    Counted: (doc, { data, occurredAt }) => {
      if (switches.broken && data.by === 13) throw new Error('thirteen');
      const sum = doc.sum + data.by;
      return sum === 0 ? null : { ...doc, sum, group: sum % 3, restedAt: null, due: plusHours(occurredAt, 24) };
    },
  },
  timers: { due: ({ due }) => due, fire: (doc, at) => ({ ...doc, restedAt: at, due: null }) },
});

export class Count {
  static readonly about = 'Count.';
  static readonly example = {};
  readonly type = 'Count';
  customerId!: string;
}
/** The smallest slice with a projection and a timer; what it reads can be made unreadable. */
export const counting = defineSlice({
  ...{ name: 'counting', about: 'Counts.', events: [Counted], commands: [Count], policies: [], projections: [sums] },
  decider: {
    initial: 0,
    evolve: (sum: number, { data }: Counted) => sum + data.by,
    decide: ({ by }: { by: number } & Count) => [Counted({ by })],
  } as never,
});
