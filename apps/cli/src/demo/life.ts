import { plusDays, startOfDay, type Day } from '#kernel/time.js';
import { basket, penceOf } from './basket.js';
import { channels, kinds, season } from './catalogue.js';
import { Random } from './random.js';
import { dayOf, during, type Consent, type DemoPlan, type Purchase, type Story } from './story.js';
import { complaintOf, deliveryOf, MOODS } from './trouble.js';

const NEVER_BUYS = 0.08;
const COMES_BACK = 0.25;
const SENDS_BACK = 0.06;

export const customerIdOf = ({ seed }: DemoPlan, number: number): string =>
  `demo-${seed}-${String(number).padStart(5, '0')}`;

const diceOf = (plan: DemoPlan, number: number, name: string): Random =>
  new Random(plan.seed).part(`${customerIdOf(plan, number)}/${name}`);

/** Few at the end: who came last has little of a story yet. */
export const registeredOnOf = (plan: DemoPlan, number: number): Day =>
  plusDays(plan.from, Math.floor(diceOf(plan, number, 'registered').next() ** 1.4 * 520));

/** What happens to one customer, all of it decided by the seed and the customer's number. */
export function storyFor(plan: DemoPlan, number: number): Story {
  const dice = (name: string): Random => diceOf(plan, number, name);
  const customerId = customerIdOf(plan, number);
  const kind = dice('kind').weighted(kinds.map((one) => [one, one.weight] as const));
  const registeredOn = registeredOnOf(plan, number);
  const purchases = purchasesOf(plan, customerId, kind, registeredOn, dice('purchases'));
  const consents = consentsOf(plan, registeredOn, purchases, dice('consents'));
  return { plan, customerId, number, kind, registeredOn, purchases, consents, dice };
}

function purchasesOf(
  plan: DemoPlan,
  customerId: string,
  { rhythmDays, leaves, lines: usualLines }: Story['kind'],
  registeredOn: Day,
  random: Random,
): readonly Purchase[] {
  if (random.chance(NEVER_BUYS)) return [];
  const purchases: Purchase[] = [];
  const usual = random.weighted(channels);
  let mood = { leaves: 1, rhythm: 1 };
  let day = plusDays(registeredOn, random.whole(0, 6));
  while (day < plan.to) {
    const wanted = season[Number(day.slice(5, 7)) - 1] ?? 1;
    if (random.chance(Math.min(1, wanted))) {
      const bought = purchaseOn(day, `${customerId}-${purchases.length + 1}`, usual, usualLines, plan, random);
      const { complaint } = bought;
      if (complaint !== null) {
        const worse = MOODS[complaint.handling];
        mood = { leaves: mood.leaves * worse.leaves, rhythm: mood.rhythm * worse.rhythm };
      }
      const isFarewell = random.chance(Math.min(0.9, leaves * mood.leaves));
      purchases.push({ ...bought, isFarewell });
      if (isFarewell) {
        if (!random.chance(COMES_BACK)) break;
        day = plusDays(day, random.whole(220, 320)); // away so long that coming back is winning back
        mood = { leaves: 1, rhythm: 1 };
      }
    }
    day = plusDays(day, Math.max(1, Math.round((random.around(rhythmDays, 0.4) * mood.rhythm) / wanted)));
  }
  return purchases;
}

function purchaseOn(
  day: Day,
  purchaseId: string,
  usual: string,
  usualLines: number,
  plan: DemoPlan,
  random: Random,
): Omit<Purchase, 'isFarewell'> {
  const at = during(day, plan, random);
  const channel = random.chance(0.85) ? usual : random.weighted(channels);
  const lines = basket(usualLines, random);
  const delivery = deliveryOf(at, channel, random);
  const complaint = complaintOf(plan, { at, purchaseId, ...delivery }, random);
  const refund = random.chance(SENDS_BACK)
    ? {
        at: during(plusDays(dayOf(at), (delivery.deliveredAfterDays ?? 0) + random.whole(2, 18)), plan, random),
        of: lines.length > 1 ? ('first line' as const) : ('all' as const),
      }
    : null;
  return { at, purchaseId, channel, lines, pence: penceOf(lines), ...delivery, complaint, refund };
}

/** Given at the counter or on the web form; some are taken back, most often by whom the company has let down. */
function consentsOf(
  plan: DemoPlan,
  registeredOn: Day,
  purchases: readonly Purchase[],
  random: Random,
): readonly Consent[] {
  const grantedAt = startOfDay(registeredOn, plan.zone);
  const letDown = purchases.find(({ complaint }) => complaint !== null && complaint.handling !== 'in time');
  const consent = (channel: Consent['channel'], purpose: Consent['purpose'], likely: number, ends: number) => {
    const given = random.chance(likely);
    const angry = letDown !== undefined && purpose === 'marketing' && random.chance(0.5);
    const withdrawn = angry || random.chance(ends);
    const day = angry
      ? plusDays(dayOf(letDown.complaint?.respondedAt ?? letDown.at), 1)
      : plusDays(registeredOn, random.whole(30, 400));
    const withdrawnAt = withdrawn ? during(day, plan, random) : null;
    return given ? [{ channel, purpose, grantedAt, withdrawnAt }] : [];
  };
  return [
    ...consent('email', 'marketing', 0.6, 0.12),
    ...consent('sms', 'marketing', 0.1, 0.2),
    ...consent('post', 'marketing', 0.08, 0.05),
    ...consent('phone', 'care', 0.45, 0.05),
    ...consent('phone', 'revisit', 0.6, 0.05),
    ...consent('email', 'care', 0.5, 0.05),
  ];
}
