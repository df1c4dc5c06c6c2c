import { companyPolicy } from '#kernel/company.policy.js';
import { counted, dateOf, defineStatement, ruleOf, type Next, type Rule, type Telling } from '#kernel/statement.js';
import { dayOf } from '#kernel/time.js';
import type { LoyaltyEvent, LoyaltyTierChanged, PointsEarned, PointsReversed } from './loyalty.events.js';
import { BASIC, loyaltyPolicy, rankOf, reviewOf, tierBelow } from './loyalty.policy.js';
import { connected } from './loyalty.connected.js';
import { loyaltyBalance, type LoyaltyBalance } from './loyalty.projection.js';

type Changed = LoyaltyTierChanged['data'];
const isChange = (fact: LoyaltyEvent): fact is LoyaltyTierChanged => fact.type === 'LoyaltyTierChanged';
const counts = (fact: LoyaltyEvent): fact is PointsEarned | PointsReversed =>
  fact.type === 'PointsEarned' || fact.type === 'PointsReversed';

function balanceRules({ context }: Telling<LoyaltyBalance>): readonly Rule[] {
  const policy = context.policy(loyaltyPolicy);
  const { earn, earnIn, pendingDays, expireAfterMonths } = policy;
  const words =
    `${counted(earn.points, 'point')} for ${counted(earn.perUnits, 'whole unit')} of currency; pending for ${counted(pendingDays, 'day')}; ` +
    `expires at the end of the month ${counted(expireAfterMonths, 'month')} later; oldest lot first`;
  return [ruleOf(loyaltyPolicy.name, policy, words, { earn, earnIn, pendingDays, expireAfterMonths })];
}

function balanceFollows({ doc }: Telling<LoyaltyBalance>): readonly string[] {
  const matures = Object.keys(doc.maturing).sort();
  const soonest = doc.nextExpiryAt;
  return [
    ...matures.map((at) => `${counted(doc.maturing[at] ?? 0, 'point')} can be spent from ${dateOf(at)} on.`),
    ...(soonest === null
      ? []
      : [`${counted(doc.expiring[soonest] ?? 0, 'point')} expire on ${dateOf(soonest)}, unless spent.`]),
    ...(doc.debt > 0
      ? [`${counted(doc.debt, 'point')} were spent and then taken back: what comes next pays them.`]
      : []),
  ];
}

function balanceNext({ doc: { maturing, nextExpiryAt, expiring } }: Telling<LoyaltyBalance>): Next | undefined {
  const [matures] = Object.keys(maturing).sort();
  if (matures !== undefined && (nextExpiryAt === null || matures <= nextExpiryAt))
    return { at: matures, says: `has ${counted(maturing[matures] ?? 0, 'available point')} more, pending until then` };
  if (nextExpiryAt === null) return undefined;
  return { at: nextExpiryAt, says: `has ${counted(expiring[nextExpiryAt] ?? 0, 'point')} less, which expire then` };
}

export const balanceStatement = defineStatement<LoyaltyBalance>({
  name: 'balance',
  about: 'How many points the customer has, and what became of the others.',
  projection: loyaltyBalance,
  states: ({ available, pending, reserved, debt }) => ({ available, pending, reserved, debt }),
  figures: ({ maturing, expiring }) => ({ maturing, expiring }),
  nothing: () => 'They never had any points.',
  restsOn: (facts) => connected(facts as readonly LoyaltyEvent[]),
  says: ({ available, pending, reserved, debt }) => {
    const others = Object.entries({ pending, reserved, owed: debt }).filter(([, points]) => points > 0);
    return [
      `has ${counted(available, 'available point')}`,
      ...others.map(([what, points]) => `${points} ${what}`),
    ].join(', ');
  },
  ...{ rules: balanceRules, follows: balanceFollows, next: balanceNext },
});

function tierRules({ context }: Telling<LoyaltyBalance>): readonly Rule[] {
  const policy = context.policy(loyaltyPolicy);
  const { tiers, graceDays } = policy;
  const reached = tiers.map(({ name, from }) => `${name} from ${from.toLocaleString('en')}`).join(', ');
  const words = `${reached} points of a calendar year; a step down ${counted(graceDays, 'day')} after a year that did not reach the tier`;
  return [ruleOf(loyaltyPolicy.name, policy, words, { tiers, graceDays })];
}

/** The year that the tier stands for, with what was earned in it. */
const yearOf = ({ doc, decision }: Telling<LoyaltyBalance>): readonly [year: number, points: number] => {
  if (decision !== undefined) return [(decision.data as Changed).year, (decision.data as Changed).points];
  const newest = Object.keys(doc.qualifying).sort().at(-1) ?? '0';
  return [Number(newest), doc.qualifying[newest] ?? 0];
};

function tierFollows(telling: Telling<LoyaltyBalance>): readonly string[] {
  const { doc, context, at } = telling;
  const { tiers } = context.policy(loyaltyPolicy);
  const [year, points] = yearOf(telling);
  const now = dayOf(at, context.policy(companyPolicy).zone).slice(0, 4);
  const earned = doc.qualifying[now] ?? 0;
  const above = tiers[rankOf(doc.tier, context.policy(loyaltyPolicy))];
  return [
    year === 0 ? 'Earned no points that count for a tier yet.' : `${counted(points, 'point')} of ${year} decided.`,
    ...(above === undefined || earned >= above.from
      ? []
      : [`${counted(above.from - earned, 'point')} more in ${now} reach ${above.name}.`]),
  ];
}

/** The first year behind the settled one that has not earned the tier yet. */
function tierNext(telling: Telling<LoyaltyBalance>): Next | undefined {
  const { doc, context } = telling;
  if (doc.tier === BASIC) return undefined;
  const policy = context.policy(loyaltyPolicy);
  const { zone } = context.policy(companyPolicy);
  const needed = Math.max(1, policy.tiers[rankOf(doc.tier, policy) - 1]?.from ?? 0);
  let [year] = yearOf(telling);
  do year += 1;
  while ((doc.qualifying[year] ?? 0) >= needed || reviewOf(year, policy, zone) < policy.effectiveFrom);
  const missing = needed - (doc.qualifying[year] ?? 0);
  const says = `is of loyalty tier ${tierBelow(doc.tier, policy)}, unless ${counted(missing, 'point')} more are earned in ${year}`;
  return { at: reviewOf(year, policy, zone), says };
}

export const loyaltyTierStatement = defineStatement<LoyaltyBalance>({
  ...{ name: 'tier', kind: 'loyalty', projection: loyaltyBalance },
  about: 'The loyalty tier, by the points earned in a calendar year.',
  states: ({ tier }) => ({ tier }),
  figures: ({ tierSince }) => ({ tierSince }),
  decision: {
    is: (fact, { tierSince }) => fact.type === 'LoyaltyTierChanged' && fact.occurredAt === tierSince,
    again: ({ data }, proposal) => {
      const [before, after] = [data as Changed, proposal.data as Changed];
      const same = proposal.type === 'LoyaltyTierChanged' && after.year === before.year;
      return same ? { ...after, from: before.from } : undefined;
    },
  },
  restsOn: (facts, telling) => {
    const { decision } = telling;
    const [year] = yearOf(telling);
    const known = (facts as readonly LoyaltyEvent[]).filter(
      ({ revision }) => decision === undefined || revision < decision.revision,
    );
    const before = known.findLast(isChange);
    const settled = before === undefined || before.data.year >= year ? year - 1 : before.data.year;
    const points = (fact: LoyaltyEvent): boolean => counts(fact) && fact.data.year > settled && fact.data.year <= year;
    const { zone } = telling.context.policy(companyPolicy);
    const drawn = decision !== undefined && Number(dayOf(decision.occurredAt, zone).slice(0, 4)) > year;
    return known.filter((fact) => points(fact) || (drawn && fact === before));
  },
  nothing: () => 'They never had any points.',
  says: ({ tier, tierSince }) => `is of loyalty tier ${tier}${tierSince === null ? '' : ` since ${dateOf(tierSince)}`}`,
  ...{ rules: tierRules, follows: tierFollows, next: tierNext },
});
