import { companyPolicy } from '#kernel/company.policy.js';
import type { Why } from '#kernel/fact.js';
import { plus, zero, type Money } from '#kernel/money.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import { dayOf, plusDays, startOfDay, type Instant } from '#kernel/time.js';
import { PopulationMeasured } from './value.events.js';
import { bestOf, thousandths, valuePolicy, worthOf, type Level, type Tier, type ValuePolicy } from './value.policy.js';
import { abcOf, rfmOf, type AbcClass, type Rfm } from './value.scores.js';
import { buyingDaysIn, windowAfter, within, type PurchaseFact, type Window } from './value.window.policy.js';

/** What purchases in one currency are worth over the trailing window. */
export interface CurrencyValue {
  readonly spend: Money;
  readonly buyingDays: number;
  readonly spendLevel: Level;
  readonly buyingDaysLevel: Level;
  readonly tier: Tier;
}

export interface ValueTier {
  readonly customerId: string;
  /** The best over currencies. */
  readonly tier: Tier;
  readonly since: Instant;
  /** The latest business time at which it was looked at; it holds until time or a fact changes it. */
  readonly asOf: Instant;
  readonly currencies: Readonly<Record<string, CurrencyValue>>;
  /** Currencies that the policy has no thresholds for. */
  readonly unrated: readonly string[];
  /** Spend in the company's currency in thousandths of it, to sort by; null without. */
  readonly spendThousandths: number | null;
  /** Days in the window on which anything was bought. */
  readonly buyingDays: number;
  /** null where nothing was bought in the window, or before anything was measured. */
  readonly rfm: Rfm | null;
  readonly abc: AbcClass | null;
  readonly window: Window;
  /** Version of the company policy that it was folded under. */
  readonly company: number;
  /** The newest tiers, oldest first: each lasted until the next one began. */
  readonly history: readonly { readonly tier: Tier; readonly since: Instant }[];
  readonly why: Why;
}

const HISTORY_KEPT = 50;
const WHY_FACTS = 20;

function byCurrency(window: Window, policy: ValuePolicy): ValueTier['currencies'] {
  const sums = new Map<string, { readonly spend: Money; readonly buyingDays: number }>();
  for (const { currency, net } of window) {
    const { spend, buyingDays } = sums.get(currency) ?? { spend: zero(currency, net.scale), buyingDays: 0 };
    sums.set(currency, { spend: plus(spend, net), buyingDays: buyingDays + 1 });
  }
  const valued = [...sums].sort().map(([currency, { spend, buyingDays }]) => {
    const { spendLevel, buyingDaysLevel, tier } = worthOf(spend, buyingDays, policy);
    return [currency, { spend, buyingDays, spendLevel, buyingDaysLevel, tier }] as const;
  });
  return Object.fromEntries(valued);
}

function scored(window: Window, spends: readonly Money[], context: Context): Pick<ValueTier, 'rfm' | 'abc'> {
  const measured = context.latest(PopulationMeasured)?.data;
  const last = window.at(-1);
  if (measured === undefined || measured.customers === 0 || last === undefined) return { rfm: null, abc: null };
  const measuredOn = dayOf(measured.measuredAt, context.policy(companyPolicy).zone);
  const rfm = rfmOf(last.day, buyingDaysIn(window), spends, measured, measuredOn);
  return { rfm, abc: abcOf(spends, measured) };
}

/** Most customers score as they did a month ago: their documents stay as they are, the measurement that scored them too. */
function scoresStay(doc: ValueTier, context: Context): boolean {
  const spends = Object.values(doc.currencies).map(({ spend }) => spend);
  const { rfm, abc } = scored(doc.window, spends, context);
  return abc === doc.abc && rfm?.r === doc.rfm?.r && rfm?.f === doc.rfm?.f && rfm?.m === doc.rfm?.m;
}

/** What the purchases are worth as of `at`, or of the latest time it was looked at where `at` is older. */
function revalued(doc: ValueTier, at: Instant, context: Context, fact?: string): ValueTier {
  const policy = context.policy(valuePolicy);
  const company = context.policy(companyPolicy);
  const asOf = at > doc.asOf ? at : doc.asOf;
  const window = within(doc.window, dayOf(asOf, company.zone), policy.windowDays);
  const currencies = byCurrency(window, policy);
  const values = Object.values(currencies);
  const spends = values.map(({ spend }) => spend);
  const ours = currencies[company.currency];
  const tier = bestOf(values.map((value) => value.tier));
  const kept = doc.history.at(-1)?.since === asOf ? doc.history.slice(0, -1) : doc.history;
  const history = kept.at(-1)?.tier === tier ? kept : [...kept, { tier, since: asOf }].slice(-HISTORY_KEPT);
  const gone = doc.window.slice(0, doc.window.length - window.length);
  const { rfm, abc } = scored(window, spends, context);
  return {
    customerId: doc.customerId,
    tier,
    since: history.at(-1)?.since ?? asOf,
    asOf,
    currencies,
    unrated: Object.keys(currencies).filter((currency) => policy.currencies[currency] === undefined),
    spendThousandths: ours === undefined ? null : thousandths(ours.spend),
    buyingDays: buyingDaysIn(window),
    rfm,
    abc,
    window,
    company: company.version,
    history,
    why: because(gone.length === 0 ? window : [...gone, ...window], fact, context),
  };
}

/** The newest days of the window and what just left it, the measurement behind the scores, and the fact that was last. */
function because(days: Window, last: string | undefined, context: Context): Why {
  const measured = days.length === 0 ? undefined : context.latest(PopulationMeasured)?.id;
  const others = [measured, last].filter((fact) => fact !== undefined);
  const facts = [...new Set([...days.slice(-WHY_FACTS).map(({ fact }) => fact), ...others])];
  return { facts, policy: { name: valuePolicy.name, version: context.policy(valuePolicy).version } };
}

/** What happens to a purchase whose day is not held changes nothing. */
function folded(doc: ValueTier, fact: PurchaseFact, context: Context): ValueTier {
  const window = windowAfter(doc.window, fact, context.policy(companyPolicy).zone);
  return window === doc.window ? doc : revalued({ ...doc, window }, fact.occurredAt, context, fact.id);
}

const later = (left: Instant, right: Instant): Instant => (left > right ? left : right);

export const valueTier = defineProjection<ValueTier, PurchaseFact, PopulationMeasured>({
  name: 'value_tier',
  version: 3,
  about: 'What each customer bought over the trailing window, and how that compares: tier, RFM, ABC.',
  key: ({ customerId }) => customerId,
  perCustomer: true,
  indexes: [
    { tier: 1, spendThousandths: -1 },
    { spendThousandths: -1 },
    { abc: 1, spendThousandths: -1 },
    { 'rfm.r': -1, 'rfm.f': -1, 'rfm.m': -1 },
  ],
  initial: (customerId) => ({
    customerId,
    tier: 'low',
    since: '',
    asOf: '',
    currencies: {},
    unrated: [],
    spendThousandths: null,
    buyingDays: 0,
    rfm: null,
    abc: null,
    window: [],
    company: 0,
    history: [],
    why: { facts: [], policy: { name: valuePolicy.name, version: 0 } },
  }),
  on: { PurchaseRecorded: folded, PurchaseLinesAdded: folded, PurchaseRefunded: folded, PurchaseVoided: folded },
  broadcast: {
    PopulationMeasured: (doc, { occurredAt }, context) =>
      doc.window.length === 0 || scoresStay(doc, context) ? doc : revalued(doc, occurredAt, context),
  },
  timers: {
    due: (doc, context) => {
      const [policy, company] = [context.policy(valuePolicy), context.policy(companyPolicy)];
      let due: Instant | null = null;
      if (doc.why.policy.version !== policy.version) due = later(doc.asOf, policy.effectiveFrom);
      if (doc.company !== company.version) due = later(due ?? doc.asOf, company.effectiveFrom);
      const first = doc.window[0];
      if (due !== null || first === undefined) return due;
      return startOfDay(plusDays(first.day, policy.windowDays), company.zone);
    },
    fire: (doc, at, context) => revalued(doc, at, context),
  },
});
