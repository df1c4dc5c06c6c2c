import { plusDays, plusHours, plusMs, type Instant } from '#kernel/time.js';
import { lateShare } from './catalogue.js';
import type { Random } from './random.js';
import { dayOf, during, type Complaint, type DemoPlan, type Handling, type Purchase } from './story.js';

/** What a complaint does to a customer: leaves so much sooner, and buys so much more seldom from then on. */
export const MOODS: Readonly<Record<Handling, { readonly leaves: number; readonly rhythm: number }>> = {
  'in time': { leaves: 1.5, rhythm: 1.1 },
  late: { leaves: 5, rhythm: 1.6 },
  'not at all': { leaves: 8, rhythm: 2 },
};

const LATE_COMPLAINS = 0.45;
const OTHER_COMPLAINS = 0.025;
const MINUTE_MS = 60_000;

type Delivery = Pick<Purchase, 'deliveredAfterDays' | 'isLate'>;

/** When the parcel came: most often in two or three days, late above all before Christmas. */
export function deliveryOf(at: Instant, channel: string, random: Random): Delivery {
  if (channel === 'store') return { deliveredAfterDays: null, isLate: false };
  const isLate = random.chance(lateShare[Number(at.slice(5, 7)) - 1] ?? 0);
  return { isLate, deliveredAfterDays: isLate ? random.whole(6, 14) : random.whole(1, 3) };
}

/** What the customer complained about, if so, and how it was dealt with. */
export function complaintOf(
  plan: DemoPlan,
  { at, purchaseId, deliveredAfterDays, isLate }: Pick<Purchase, 'at' | 'purchaseId'> & Delivery,
  random: Random,
): Complaint | null {
  if (!random.chance(isLate ? LATE_COMPLAINS : OTHER_COMPLAINS)) return null;
  const cause = isLate ? 'late parcel' : random.pick(['damaged', 'wrong item', 'taste', 'billing']);
  const after = isLate ? random.whole(4, 6) : (deliveredAfterDays ?? 0) + random.whole(1, 4);
  const raisedAt = during(plusDays(dayOf(at), after), plan, random);
  const handling = random.weighted<Handling>([
    ['in time', 66],
    ['late', 30],
    ['not at all', 4],
  ]);
  const respondedAt =
    handling === 'in time'
      ? plusMs(raisedAt, random.whole(10, 80) * MINUTE_MS)
      : during(plusDays(dayOf(raisedAt), random.whole(4, 6)), plan, random);
  const resolvedAt =
    handling === 'in time'
      ? plusHours(respondedAt, random.whole(2, 20))
      : during(plusDays(dayOf(respondedAt), random.whole(5, 11)), plan, random);
  const reopened = handling !== 'not at all' && random.chance(0.1);
  return {
    ...{ complaintId: `${purchaseId}-complaint`, at: raisedAt, cause, handling, respondedAt, resolvedAt },
    priority: random.weighted([
      ['low', 1],
      ['normal', 6],
      ['high', 2],
      ['urgent', 0.5],
    ]),
    channel: random.weighted([
      ['phone', 5],
      ['email', 4],
      ['social', 1],
    ]),
    reopenedAt: reopened ? during(plusDays(dayOf(resolvedAt), random.whole(3, 6)), plan, random) : null,
  };
}
