/** A projection that works as it stands, for whoever writes their first one. @param name  Of the file, without its ending. */
export function template(name: string, ending: 'ts' | 'js'): string {
  const isTyped = ending === 'ts';
  return `// A projection of your own: facts in, a table out.
//
//   patron replay ./${name}.${ending} --out ${name}.parquet   (also .csv, .ndjson)
//
// It is folded over the whole history, fact by fact, in the order of the log. Nothing is written to the store. Facts have
// their types: let your editor complete \`fact.data.\`. docs/events.md lists all facts and policies, docs/analyst.md has more.
import { defineProjection, plus, plusHours, policies, dayOf${isTyped ? ', type Day, type Instant, type Money' : ''} } from 'patron/replay';

const QUIET_AFTER_HOURS = 90 * 24;

${isTyped ? TYPED : UNTYPED}
export default defineProjection({
  name: '${name.replaceAll('-', '_')}',

  // A document before its first fact; plain JSON. Without \`key\` there is one for each customer. For others say which a fact
  // changes, \`key: (fact) => fact.data.channel ?? 'unknown'\`.
${isTyped ? '' : '  /** @returns {Buyer} */\n'}  initial: (customerId)${isTyped ? ': Buyer' : ''} => ({ customerId, purchases: 0, spent: null, firstDay: null, lastAt: null, isQuiet: false }),

  // What a fact makes of its document: give a new one back, or null to remove it. Facts not named here are not read.
  on: {
    PurchaseRecorded: (buyer, fact, { policy }) => ({
      ...buyer,
      purchases: buyer.purchases + 1,
      // Money is whole units with a scale, never a float; different currencies are never added.
      spent: buyer.spent === null ? fact.data.total : plus(buyer.spent, fact.data.total),
      // A policy is the one that was in force when the fact happened.
      firstDay: buyer.firstDay ?? dayOf(fact.occurredAt, policy(policies.company).zone),
      lastAt: fact.occurredAt,
      isQuiet: false,
    }),
  },

  // What time alone changes: \`due\` says when, null for never, and \`fire\` what.
  timers: {
    due: ({ lastAt, isQuiet }) => (lastAt === null || isQuiet ? null : plusHours(lastAt, QUIET_AFTER_HOURS)),
    fire: (buyer) => ({ ...buyer, isQuiet: true }),
  },

  // The rows of the table. Left out, each document is a row; here it may be summed up, or become several.
  async *rows(buyers) {
    for await (const buyer of buyers) if (buyer.purchases > 0) yield buyer;
  },
});
`;
}

const TYPED = `interface Buyer {
  customerId: string;
  purchases: number;
  spent: Money | null;
  firstDay: Day | null;
  lastAt: Instant | null;
  isQuiet: boolean;
}
`;

const UNTYPED = `/**
 * @typedef {object} Buyer
 * @property {string} customerId
 * @property {number} purchases
 * @property {import('patron/replay').Money | null} spent
 * @property {string | null} firstDay
 * @property {string | null} lastAt
 * @property {boolean} isQuiet
 */
`;
