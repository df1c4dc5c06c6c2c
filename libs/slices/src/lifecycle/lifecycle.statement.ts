import { companyPolicy } from '#kernel/company.policy.js';
import { counted, dateOf, defineStatement, ruleOf, type Telling } from '#kernel/statement.js';
import { dayOf, daysBetween } from '#kernel/time.js';
import type { Rhythm } from './lifecycle.days.policy.js';
import { atRiskAfterDays, churnedAfterDays, lifecyclePolicy, type Stage } from './lifecycle.policy.js';
import { lifecycleStage, type LifecycleStage } from './lifecycle.projection.js';

const FROM: Readonly<Record<Rhythm['from'], string>> = {
  gaps: 'the median of the gaps between their own buying days',
  population: 'the median of all customers, as they have one buying day only',
  policy: 'assumed, as they have one buying day only and nothing was measured yet',
};

/** Stages that do not read well after `is`. */
const NAMES: Readonly<Partial<Record<Stage, string>>> = {
  potential: 'a potential customer',
  'first purchase': 'a customer with a first purchase',
};

/** What the stage rests on, in sentences: silence against rhythm for whoever bought, else what is known of them. */
function follows({ doc, at, context }: Telling<LifecycleStage>): readonly string[] {
  const { lastDay, rhythm, contactedAt, wonBack, buyingDays, detractor } = doc;
  const { zone } = context.policy(companyPolicy);
  if (lastDay === null || rhythm === null) {
    const contact = contactedAt === null ? 'Nobody was in touch yet.' : `First contact on ${dayOf(contactedAt, zone)}.`;
    return ['Never bought.', contact];
  }
  const policy = context.policy(lifecyclePolicy);
  const silent = Math.max(0, daysBetween(lastDay, dayOf(at, zone)));
  const limits = [atRiskAfterDays(rhythm.days, policy), churnedAfterDays(rhythm.days, policy)].map(Math.floor);
  return [
    `Bought on ${counted(buyingDays, 'day')}, last on ${lastDay}: ${counted(silent, 'day')} ago as of ${dayOf(at, zone)}.`,
    `Their rhythm is ${counted(rhythm.days, 'day')}, ${FROM[rhythm.from]}: at risk after ${limits[0]} days of silence, churned after ${limits[1]}.`,
    ...(wonBack === null
      ? []
      : [`Came back on ${wonBack.day}, after a silence of more than ${Math.floor(wonBack.afterDays)} days.`]),
    ...(detractor ? ['Their last answer makes them a detractor, and no detractor is called loyal.'] : []),
  ];
}

export const stageStatement = defineStatement<LifecycleStage>({
  name: 'stage',
  about: 'Where the customer stands, from potential to churned and back.',
  projection: lifecycleStage,
  states: ({ stage, since, lastDay }) => ({ stage, since, lastDay }),
  figures: ({ rhythm, wonBack, buyingDays, contactedAt }) => ({ rhythm, wonBack, buyingDays, contactedAt }),
  restsOn: (facts, { doc: { buyingDays, registration, contactedBy, detractorBy, detractor } }) => {
    const others = buyingDays === 0 ? [registration, contactedBy] : [detractor ? detractorBy?.fact : undefined];
    return facts.filter(({ id, type }) => type.startsWith('Purchase') || others.includes(id));
  },
  says: ({ stage, since }) => `is ${NAMES[stage] ?? stage} since ${dateOf(since)}`,
  nothing: () => 'They were neither registered nor contacted, and bought nothing.',
  rules: ({ context }) => {
    const policy = context.policy(lifecyclePolicy);
    const { loyalBuyingDays, loyalWithinDays, atRiskRhythms, atRiskLeastDays } = policy;
    const { churnedRhythms, churnedLeastDays, churnedMostDays, wonBackDays, firstRhythmDays } = policy;
    const words = [
      `loyal with ${loyalBuyingDays} buying days within ${loyalWithinDays} days`,
      `at risk when silent for longer than ${atRiskRhythms} rhythms and ${atRiskLeastDays} days`,
      `churned when silent for longer than ${churnedRhythms} rhythms, at least ${churnedLeastDays} days and at most ${churnedMostDays}`,
      `won back for ${wonBackDays} days`,
    ];
    const figures = {
      ...{ loyalBuyingDays, loyalWithinDays, atRiskRhythms, atRiskLeastDays },
      ...{ churnedRhythms, churnedLeastDays, churnedMostDays, wonBackDays, firstRhythmDays },
    };
    return [ruleOf(lifecyclePolicy.name, policy, words.join('; '), figures)];
  },
  follows,
});
