import { plusDays, plusMs, startOfDay, type Instant } from '#kernel/time.js';
import { customerIdOf, registeredOnOf } from '../life.js';
import type { Random } from '../random.js';
import { dayOf, during, type Chapter, type DemoCommand, type Story } from '../story.js';

const WELCOME_POINTS = 50;
const LEAST_REDEEMED = 100;
/** Points of a purchase can be spent after its return window, and are sure to be there for the best part of a year. */
const USABLE_AFTER_DAYS = 16;
const SURE_FOR_DAYS = 300;
const MINUTE_MS = 60_000;

/** Points are given at the start, spent at the counter, set aside for a basket, and now and then given away. */
export const loyalty: Chapter = (story) => {
  const { customerId, plan, registeredOn, purchases, dice } = story;
  const random = dice('loyalty');
  const welcomed: readonly DemoCommand[] = random.chance(0.7)
    ? [
        {
          ...{ command: 'EarnPoints', commandId: `${customerId}-welcome`, customerId },
          ...{ at: startOfDay(registeredOn, plan.zone), earningId: 'welcome', points: WELCOME_POINTS, note: 'welcome' },
        },
      ]
    : [];
  const spent: { readonly at: Instant; readonly points: number }[] = [];
  const spending = purchases.flatMap(({ at, purchaseId }) => {
    const points = Math.floor(surePoints(story, at, spent) / LEAST_REDEEMED) * LEAST_REDEEMED;
    if (points < LEAST_REDEEMED || !random.chance(0.22)) return [];
    spent.push({ at, points });
    return spend(story, at, purchaseId, points, random);
  });
  return [...welcomed, ...spending];
};

/** Points of purchases that nothing was sent back of, less what was spent since: never more than there are. */
function surePoints(
  { purchases }: Story,
  at: Instant,
  spent: readonly { readonly at: Instant; readonly points: number }[],
): number {
  const [oldest, newest] = [plusDays(dayOf(at), -SURE_FOR_DAYS), plusDays(dayOf(at), -USABLE_AFTER_DAYS)];
  const usable = purchases.filter((one) => dayOf(one.at) > oldest && dayOf(one.at) < newest);
  const earned = usable
    .filter(({ refund, complaint }) => refund === null && complaint === null)
    .reduce((sum, { pence }) => sum + Math.floor(pence / 100), 0);
  return spent.filter((one) => dayOf(one.at) > oldest).reduce((left, { points }) => left - points, earned);
}

function spend(story: Story, at: Instant, purchaseId: string, points: number, random: Random): readonly DemoCommand[] {
  const { customerId, plan } = story;
  const name = `${purchaseId}-points`;
  const base = { customerId, at: plusMs(at, MINUTE_MS), commandId: name };
  const how = random.weighted([
    ['at the counter', 8],
    ['in a basket', 2],
    ['to a friend', 1],
  ]);
  const to = how === 'to a friend' ? friendOf(story, random) : undefined;
  if (to !== undefined) return [{ ...base, command: 'TransferPoints', transferId: name, to, points: LEAST_REDEEMED }];
  if (how !== 'in a basket') return [{ ...base, command: 'RedeemPoints', redemptionId: name, points, note: 'voucher' }];
  const reservation = { customerId, reservationId: name };
  const kept = random.chance(0.7);
  return [
    { ...base, command: 'ReservePoints', reservationId: name, points },
    {
      ...{ ...reservation, command: kept ? 'ConfirmReservation' : 'CancelReservation', commandId: `${name}-end` },
      at: plusMs(at, random.whole(10, 600) * MINUTE_MS),
    },
    // A cancelled basket is bought after all, with the points.
    ...(kept
      ? []
      : [
          {
            ...{ command: 'RedeemPoints', commandId: `${name}-later`, customerId, redemptionId: name, points },
            at: during(plusDays(dayOf(at), 1), plan, random),
          },
        ]),
  ];
}

/** Somebody else who was a customer before. */
function friendOf({ plan, number, registeredOn }: Story, random: Random): string | undefined {
  const friend = random.whole(1, plan.customers);
  return friend !== number && registeredOnOf(plan, friend) < registeredOn ? customerIdOf(plan, friend) : undefined;
}
