import type { Why } from '#kernel/fact.js';
import type { Context } from '#kernel/policy.js';
import { defineProjection } from '#kernel/projection.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import type { CustomerRegistered, ProfileUpdated } from './profiles.events.js';
import { profilesPolicy } from './profiles.policy.js';

type Counted = CustomerRegistered | ProfileUpdated;

/** How many customers say the same of themselves. */
export interface CustomerSegment {
  /** `language`, `country` or `registered` (the month, in UTC). */
  readonly dimension: string;
  readonly segment: string;
  readonly customers: number;
  /** When the newest fact that moved a customer in or out of it happened. */
  readonly movedAt: Instant;
  /** That fact; of several at one instant the one with the greatest id, as customers have no order among each other. */
  readonly why: Why;
}

const DIMENSIONS = ['language', 'country'] as const;

/** What a fact adds to segments, by their keys: 1, or −1 where customers leave. */
function moves(fact: Counted): ReadonlyMap<string, number> {
  const moved = new Map<string, number>();
  for (const dimension of DIMENSIONS) {
    const { before, [dimension]: after } = fact.data;
    const said = fact.type === 'ProfileUpdated' ? fact.data.changed.includes(dimension) : after !== null;
    if (!said || before[dimension] === after) continue;
    if (before[dimension] !== null) moved.set(`${dimension}/${before[dimension]}`, -1);
    if (after !== null) moved.set(`${dimension}/${after}`, 1);
  }
  if (fact.type === 'CustomerRegistered') moved.set(`registered/${fact.occurredAt.slice(0, 7)}`, 1);
  return moved;
}

function counted(doc: CustomerSegment, fact: Counted, context: Context): CustomerSegment {
  const customers = doc.customers + (moves(fact).get(`${doc.dimension}/${doc.segment}`) ?? 0);
  const { id, occurredAt } = fact;
  const isNewest = occurredAt > doc.movedAt || (occurredAt === doc.movedAt && id > (doc.why.facts[0] ?? ''));
  if (!isNewest) return { ...doc, customers };
  const { version } = context.policy(profilesPolicy);
  return {
    ...doc,
    customers,
    movedAt: occurredAt,
    why: { facts: [id], policy: { name: profilesPolicy.name, version } },
  };
}

export const customerSegments = defineProjection<CustomerSegment, Counted>({
  name: 'customer_segments',
  version: 2,
  about: 'How many customers there are by language, by country and by the month (UTC) in which they were registered.',
  key: (fact) => [...moves(fact).keys()],
  indexes: [
    { dimension: 1, segment: 1 },
    { dimension: 1, customers: -1 },
  ],
  initial: (key) => {
    const [dimension = '', segment = ''] = key.split('/');
    const why = { facts: [], policy: { name: profilesPolicy.name, version: 0 } };
    return { dimension, segment, customers: 0, movedAt: EARLIEST, why };
  },
  on: { CustomerRegistered: counted, ProfileUpdated: counted },
});
