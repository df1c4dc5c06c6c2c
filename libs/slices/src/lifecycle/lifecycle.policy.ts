import { DefinitionError } from '#kernel/errors.js';
import { record } from '#kernel/parse.js';
import { definePolicy, whole } from '#kernel/policy.js';
import { daysBetween, plusDays, type Day } from '#kernel/time.js';

export const STAGES = [
  ...['potential', 'contacted', 'first purchase', 'active'],
  ...['loyal', 'at risk', 'churned', 'won back'],
] as const;
export type Stage =
  'potential' | 'contacted' | 'first purchase' | 'active' | 'loyal' | 'at risk' | 'churned' | 'won back';

/** When customers count as what; days are business days. */
export interface LifecyclePolicy {
  /** So many buying days within the trailing `loyalWithinDays` make a loyal customer. */
  readonly loyalBuyingDays: number;
  readonly loyalWithinDays: number;
  /** At risk when silent longer than so many rhythms, and longer than the least. */
  readonly atRiskRhythms: number;
  readonly atRiskLeastDays: number;
  /** Churned when silent longer than so many rhythms; never before the least, always after the most. */
  readonly churnedRhythms: number;
  readonly churnedLeastDays: number;
  readonly churnedMostDays: number;
  /** How long a customer who came back is called won back. */
  readonly wonBackDays: number;
  /** Rhythm of a customer with one buying day before anything was measured over all customers. */
  readonly firstRhythmDays: number;
}

const MOST_LOYAL_DAYS = 100; // documents keep more buying days than this
const MOST_RHYTHMS = 20; // a rhythm may be as long as the calendar

/**
 * @source a customer's silence is held against their own rhythm (Fader, Hardie, Lee 2005 model it so; the multiples 2 and 4
 * are ours), with least and most figures of ours for very quick and very slow buyers. On the CDNOW sample as of 1997-10-01
 * these defaults part customers of whom 83 (loyal), 53 (active), 50 (at risk) and 15 (churned) in 100 bought again.
 */
export const lifecyclePolicy = definePolicy<LifecyclePolicy>({
  name: 'lifecycle',
  defaults: {
    ...{ loyalBuyingDays: 4, loyalWithinDays: 365, atRiskRhythms: 2, atRiskLeastDays: 60 },
    ...{ churnedRhythms: 4, churnedLeastDays: 180, churnedMostDays: 730, wonBackDays: 90, firstRhythmDays: 30 },
  },
  parse: (raw) => {
    const figures = record(raw);
    const days = (name: keyof LifecyclePolicy, least: number): number => whole(figures[name], name, least);
    const rhythms = (name: keyof LifecyclePolicy): number => whole(figures[name], name, 1, MOST_RHYTHMS);
    const rules = {
      loyalBuyingDays: whole(figures['loyalBuyingDays'], 'loyalBuyingDays', 1, MOST_LOYAL_DAYS),
      loyalWithinDays: days('loyalWithinDays', 1),
      atRiskRhythms: rhythms('atRiskRhythms'),
      atRiskLeastDays: days('atRiskLeastDays', 0),
      churnedRhythms: rhythms('churnedRhythms'),
      churnedLeastDays: days('churnedLeastDays', 0),
      churnedMostDays: days('churnedMostDays', 1),
      wonBackDays: days('wonBackDays', 0),
      firstRhythmDays: days('firstRhythmDays', 1),
    };
    if (rules.churnedMostDays < rules.churnedLeastDays)
      throw new DefinitionError('churnedMostDays: must not be less than churnedLeastDays');
    return rules;
  },
});

/** What a stage is decided by. */
export interface Standing {
  readonly contactedAt: string | null;
  readonly detractor: boolean;
  readonly buyingDays: number;
  /** The newest buying days, rising; as many as `loyalBuyingDays` where there are so many. */
  readonly newest: readonly Day[];
  readonly rhythmDays: number;
  /** The buying day that ended the latest churn. */
  readonly wonBackOn: Day | null;
}

/** At risk when silent for more days than this. */
export const atRiskAfterDays = (rhythmDays: number, { atRiskRhythms, atRiskLeastDays }: LifecyclePolicy): number =>
  Math.max(atRiskLeastDays, atRiskRhythms * rhythmDays);

/** Churned when silent for more days than this. */
export const churnedAfterDays = (rhythmDays: number, policy: LifecyclePolicy): number =>
  Math.min(policy.churnedMostDays, Math.max(policy.churnedLeastDays, policy.churnedRhythms * rhythmDays));

/** Where a customer stands on a business day. */
export function stageOf(standing: Standing, today: Day, policy: LifecyclePolicy): Stage {
  const { newest, rhythmDays, wonBackOn, buyingDays, detractor, contactedAt } = standing;
  const last = newest.at(-1);
  if (last === undefined) return contactedAt === null ? 'potential' : 'contacted';
  const silentDays = daysBetween(last, today);
  if (silentDays > churnedAfterDays(rhythmDays, policy)) return 'churned';
  if (wonBackOn !== null && daysBetween(wonBackOn, today) < policy.wonBackDays) return 'won back';
  if (silentDays > atRiskAfterDays(rhythmDays, policy)) return 'at risk';
  const deciding = newest.at(-policy.loyalBuyingDays);
  const loyal = deciding !== undefined && daysBetween(deciding, today) < policy.loyalWithinDays;
  if (loyal && !detractor) return 'loyal';
  return buyingDays > 1 ? 'active' : 'first purchase';
}

/** The first day after `today` on which time alone changes the stage; null for never. */
export function nextChangeOn(standing: Standing, today: Day, policy: LifecyclePolicy): Day | null {
  const { newest, rhythmDays, wonBackOn } = standing;
  const last = newest.at(-1);
  if (last === undefined) return null;
  const deciding = newest.at(-policy.loyalBuyingDays);
  const days = [
    plusDays(last, Math.floor(atRiskAfterDays(rhythmDays, policy)) + 1),
    plusDays(last, Math.floor(churnedAfterDays(rhythmDays, policy)) + 1),
    ...(wonBackOn === null ? [] : [plusDays(wonBackOn, policy.wonBackDays)]),
    ...(deciding === undefined ? [] : [plusDays(deciding, policy.loyalWithinDays)]),
  ];
  const now = stageOf(standing, today, policy);
  return days.sort().find((day) => day > today && stageOf(standing, day, policy) !== now) ?? null;
}
