import { companyPolicy } from '#kernel/company.policy.js';
import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import { dayOf, daysBetween, startOfDay, type Day, type Instant } from '#kernel/time.js';
import type { CustomerContacted } from '../contacts/contacts.events.js';
import type { CustomerRegistered } from '../profiles/profiles.events.js';
import type { PurchaseRecorded, PurchaseVoided } from '../purchases/purchases.events.js';
import type { SurveyAnswered } from '../surveys/surveys.events.js';
import { isDetractor, surveysPolicy } from '../surveys/surveys.policy.js';
import {
  noDays,
  rhythmOf,
  withoutPurchase,
  withPurchase,
  type BuyingDays,
  type Rhythm,
} from './lifecycle.days.policy.js';
import {
  churnedAfterDays,
  lifecyclePolicy,
  nextChangeOn,
  stageOf,
  type LifecyclePolicy,
  type Stage,
  type Standing,
} from './lifecycle.policy.js';

export interface LifecycleStage extends BuyingDays {
  readonly customerId: string;
  readonly stage: Stage;
  readonly since: Instant;
  /** The latest business time at which it was looked at; it holds until time or a fact changes it. */
  readonly asOf: Instant;
  /** The registration's fact. */
  readonly registration: string | null;
  /** When a contact first reached the customer, and the contact's fact. */
  readonly contactedAt: Instant | null;
  readonly contactedBy: string | null;
  /** By the last survey answer that tells; `detractorBy` says which one. */
  readonly detractor: boolean;
  readonly detractorBy: { readonly fact: string; readonly answeredAt: Instant } | null;
  readonly rhythm: Rhythm | null;
  /** The buying day that ended the latest churn, and after how many days of silence that had begun. */
  readonly wonBack: { readonly day: Day; readonly afterDays: number } | null;
  /** The newest stages, oldest first: each lasted until the next one began. */
  readonly history: readonly { readonly stage: Stage; readonly since: Instant }[];
  /** How many stages there were in all. */
  readonly stages: number;
  readonly why: Why;
}

const HISTORY_KEPT = 50;
const WHY_FACTS = 20;

const standingOf = (doc: LifecycleStage, { loyalBuyingDays }: LifecyclePolicy): Standing => ({
  contactedAt: doc.contactedAt,
  detractor: doc.detractor,
  buyingDays: doc.buyingDays,
  newest: doc.days.slice(-loyalBuyingDays).map(({ day }) => day),
  rhythmDays: doc.rhythm?.days ?? 0,
  wonBackOn: doc.wonBack?.day ?? null,
});

/** The facts of the buying days that decide, or registration and contact before there are any, the measurement behind the rhythm, the telling answer, and the fact that was last. */
function because(doc: LifecycleStage, last: string | undefined, context: Context): Why {
  const { loyalBuyingDays, version } = context.policy(lifecyclePolicy);
  const days = doc.days.slice(-Math.min(loyalBuyingDays, WHY_FACTS)).map(({ fact }) => fact);
  const others = [
    ...(doc.days.length === 0 ? [doc.registration, doc.contactedBy] : []),
    doc.rhythm?.fact ?? null,
    doc.detractorBy?.fact ?? null,
    last ?? null,
  ];
  const facts = [...new Set([...days, ...others.filter((fact) => fact !== null)])];
  return { facts, policy: { name: lifecyclePolicy.name, version } };
}

/** The stage as of `at`, or of the latest time it was looked at where `at` is older. */
function restaged(doc: LifecycleStage, at: Instant, context: Context, fact?: string): LifecycleStage {
  const policy = context.policy(lifecyclePolicy);
  const asOf = at > doc.asOf ? at : doc.asOf;
  const stage = stageOf(standingOf(doc, policy), dayOf(asOf, context.policy(companyPolicy).zone), policy);
  const kept = doc.history.at(-1)?.since === asOf ? doc.history.slice(0, -1) : doc.history;
  const same = kept.at(-1)?.stage === stage;
  const history = same ? kept : [...kept, { stage, since: asOf }].slice(-HISTORY_KEPT);
  const stages = doc.stages - (doc.history.length - kept.length) + (same ? 0 : 1);
  const since = history.at(-1)?.since ?? asOf;
  return { ...doc, stage, since, asOf, history, stages, why: because(doc, fact, context) };
}

/** Who comes back after churning is won back; a purchase that comes to light later may show that nobody had churned. */
function wonBackAfter(doc: LifecycleStage, days: BuyingDays, context: Context): LifecycleStage['wonBack'] {
  const newest = days.days.at(-1)?.day;
  if (doc.lastDay !== null && doc.rhythm !== null && newest !== undefined && newest > doc.lastDay) {
    const afterDays = churnedAfterDays(doc.rhythm.days, context.policy(lifecyclePolicy));
    if (daysBetween(doc.lastDay, newest) > afterDays) return { day: newest, afterDays };
  }
  if (doc.wonBack === null) return null;
  const { day, afterDays } = doc.wonBack;
  const index = days.days.findIndex((held) => held.day >= day);
  const [before, at] = [days.days[index - 1], days.days[index]];
  const held = before !== undefined && at !== undefined && daysBetween(before.day, at.day) > afterDays;
  return held ? { day: at.day, afterDays } : null;
}

function bought(
  doc: LifecycleStage,
  change: (known: BuyingDays, day: Day, fact: string) => BuyingDays,
  on: Instant,
  { id, occurredAt }: PurchaseRecorded | PurchaseVoided,
  context: Context,
): LifecycleStage {
  const days = change(doc, dayOf(on, context.policy(companyPolicy).zone), id);
  const wonBack = wonBackAfter(doc, days, context);
  const { buyingDays, firstDay, lastDay, gaps } = days;
  const next = { ...doc, buyingDays, firstDay, lastDay, days: days.days, gaps, wonBack };
  return restaged({ ...next, rhythm: rhythmOf(days, context) }, occurredAt, context, id);
}

/** The first contact counts, by when it was; a buyer's stage stays as it is. */
function contacted(doc: LifecycleStage, { id, occurredAt }: CustomerContacted, context: Context): LifecycleStage {
  if (doc.contactedAt !== null && doc.contactedAt <= occurredAt) return doc;
  const known = { ...doc, contactedAt: occurredAt, contactedBy: id };
  return doc.buyingDays > 0 ? known : restaged(known, occurredAt, context, id);
}

/** An answer that is older than the telling one changes nothing, nor does one that does not tell. */
function answered(doc: LifecycleStage, fact: SurveyAnswered, context: Context): LifecycleStage {
  const { id, occurredAt, data } = fact;
  const detractor = isDetractor(data.instrument, data.score, context.policy(surveysPolicy));
  const tells = detractor !== undefined && (doc.detractorBy?.answeredAt ?? '') <= occurredAt;
  if (tells) {
    return restaged({ ...doc, detractor, detractorBy: { fact: id, answeredAt: occurredAt } }, occurredAt, context, id);
  }
  return doc.stages === 0 ? restaged(doc, occurredAt, context, id) : doc;
}

export const lifecycleStage = defineProjection<
  LifecycleStage,
  CustomerRegistered | CustomerContacted | PurchaseRecorded | PurchaseVoided | SurveyAnswered
>({
  name: 'lifecycle_stage',
  version: 4,
  about: "Each customer's stage with its history, and the rhythm in which they buy.",
  key: (fact) => (fact.type === 'CustomerContacted' && !fact.data.reached ? [] : fact.customerId),
  perCustomer: true,
  indexes: [{ stage: 1, since: -1 }, { stage: 1, lastDay: 1 }, { lastDay: 1 }, { buyingDays: -1 }],
  initial: (customerId) => ({
    customerId,
    stage: 'potential',
    since: '',
    asOf: '',
    registration: null,
    contactedAt: null,
    contactedBy: null,
    detractor: false,
    detractorBy: null,
    ...noDays,
    rhythm: null,
    wonBack: null,
    history: [],
    stages: 0,
    why: { facts: [], policy: { name: lifecyclePolicy.name, version: 0 } },
  }),
  on: {
    CustomerRegistered: (doc, { id, occurredAt }, context) =>
      restaged({ ...doc, registration: id }, occurredAt, context),
    CustomerContacted: contacted,
    PurchaseRecorded: (doc, fact, context) => bought(doc, withPurchase, fact.occurredAt, fact, context),
    PurchaseVoided: (doc, fact, context) => bought(doc, withoutPurchase, fact.data.purchasedAt, fact, context),
    SurveyAnswered: answered,
  },
  timers: {
    due: (doc, context) => {
      const policy = context.policy(lifecyclePolicy);
      const { version, effectiveFrom } = policy;
      if (doc.why.policy.version !== version) return effectiveFrom > doc.asOf ? effectiveFrom : doc.asOf;
      const { zone } = context.policy(companyPolicy);
      const day = nextChangeOn(standingOf(doc, policy), dayOf(doc.asOf, zone), policy);
      return day === null ? null : startOfDay(day, zone);
    },
    fire: (doc, at, context) => restaged(doc, at, context),
  },
});
