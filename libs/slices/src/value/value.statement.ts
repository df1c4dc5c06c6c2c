import { companyPolicy } from '#kernel/company.policy.js';
import { decimal } from '#kernel/money.js';
import { counted, dateOf, defineStatement, ruleOf, type Rule, type Telling } from '#kernel/statement.js';
import { dayOf, plusDays } from '#kernel/time.js';
import { valuePolicy } from './value.policy.js';
import { valueTier, type ValueTier } from './value.projection.js';
import type { PurchaseFact } from './value.window.policy.js';

const purchasedAt = (fact: PurchaseFact): string =>
  fact.type === 'PurchaseRecorded' ? fact.occurredAt : fact.data.purchasedAt;

function follows({ doc, context }: Telling<ValueTier>): readonly string[] {
  const { windowDays } = context.policy(valuePolicy);
  const bought = Object.entries(doc.currencies).map(
    ([currency, { spend, spendLevel, buyingDays, buyingDaysLevel, tier }]) =>
      `${decimal(spend)} ${currency} (${spendLevel}) on ${counted(buyingDays, 'day')} (${buyingDaysLevel}) in the last ${windowDays} days: ${tier}.`,
  );
  const unrated = doc.unrated.map(
    (currency) => `The policy has no thresholds for ${currency}: what is spent in it is rated low.`,
  );
  const before = doc.history.at(-2);
  return [
    ...(bought.length === 0 ? [`Bought nothing in the last ${windowDays} days.`] : bought),
    ...unrated,
    ...(before === undefined ? [] : [`Until ${dateOf(doc.since)} the tier was ${before.tier}.`]),
  ];
}

/** Thresholds of the currencies that the customer bought in; of the company's own where there are none. */
function rules({ doc, context }: Telling<ValueTier>): readonly Rule[] {
  const policy = context.policy(valuePolicy);
  const { windowDays, currencies } = policy;
  const bought = Object.keys(doc.currencies);
  const used = bought.length === 0 ? [context.policy(companyPolicy).currency] : bought;
  const known = used.flatMap((currency) => (currencies[currency] === undefined ? [] : [currency]));
  const thresholds = known.map((currency) => {
    const { spend, buyingDays } = currencies[currency] as (typeof currencies)[string];
    return `in ${currency} high from ${spend.high} on, mid from ${spend.mid}; often from ${buyingDays.high} buying days on, sometimes from ${buyingDays.mid}`;
  });
  const words = `${thresholds.join('; ')}. VIP: high and often; high: high; mid: mid, or often; else low`;
  const figures = {
    windowDays,
    currencies: Object.fromEntries(known.map((currency) => [currency, currencies[currency]])),
  };
  return [ruleOf(valuePolicy.name, policy, words, figures)];
}

export const valueStatement = defineStatement<ValueTier>({
  ...{ name: 'tier', kind: 'value', projection: valueTier, follows, rules },
  about: 'What the customer is worth by what they bought in the trailing window.',
  states: ({ tier }) => ({ tier }),
  figures: ({ currencies, unrated, since }) => ({ currencies, unrated, since }),
  restsOn: (facts, { doc, context }) => {
    const { zone } = context.policy(companyPolicy);
    // what was in the window just before the tier began to hold decides since when it does
    const first = plusDays(dayOf(doc.since, zone), -context.policy(valuePolicy).windowDays);
    return (facts as readonly PurchaseFact[]).filter((fact) => dayOf(purchasedAt(fact), zone) >= first);
  },
  nothing: () => 'They never bought anything.',
  says: ({ tier, since }) => `is of value tier ${tier} since ${dateOf(since)}`,
});
