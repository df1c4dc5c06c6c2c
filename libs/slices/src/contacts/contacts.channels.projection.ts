import type { Why } from '#kernel/fact.js';
import { plus, type Money } from '#kernel/money.js';
import { defineProjection } from '#kernel/projection.js';
import type { ContactConversionUndone, ContactConverted, CustomerContacted } from './contacts.events.js';
import { contactsPolicy, responseClass } from './contacts.policy.js';
import { explained, unexplained } from './contacts.why.js';

const monthOf = (day: string): string => day.slice(0, 7);

/** Counts of one channel in one month; a conversion counts in the month of its contact. */
export interface ChannelPerformance {
  readonly month: string;
  readonly channel: string;
  readonly inbound: number;
  /** Outbound contacts that count as such. */
  readonly outbound: number;
  /** Outbound contacts that reached nobody. */
  readonly attempts: number;
  /** Purchases put down to an outbound contact. */
  readonly conversions: number;
  /** By currency. */
  readonly cost: Readonly<Record<string, Money>>;
  readonly why: Why;
}

const withCost = (cost: ChannelPerformance['cost'], amount: Money | undefined): ChannelPerformance['cost'] => {
  if (amount === undefined) return cost;
  const known = cost[amount.currency];
  return { ...cost, [amount.currency]: known === undefined ? amount : plus(known, amount) };
};

export const channelPerformance = defineProjection<
  ChannelPerformance,
  CustomerContacted | ContactConverted | ContactConversionUndone
>({
  name: 'channel_performance',
  version: 1,
  about: 'Contacts, the purchases put down to them, and their cost, by channel and month.',
  key: ({ type, data }) => `${monthOf(type === 'CustomerContacted' ? data.day : data.contactedOn)}/${data.channel}`,
  indexes: [{ channel: 1, month: -1 }, { month: -1 }],
  initial: (key) => {
    const [month = '', channel = ''] = key.split('/');
    return { month, channel, inbound: 0, outbound: 0, attempts: 0, conversions: 0, cost: {}, why: unexplained };
  },
  on: {
    CustomerContacted: (doc, fact, context) => {
      const { direction, reached, cost } = fact.data;
      return {
        ...doc,
        inbound: doc.inbound + (direction === 'inbound' ? 1 : 0),
        outbound: doc.outbound + (direction === 'outbound' && reached ? 1 : 0),
        attempts: doc.attempts + (direction === 'outbound' && !reached ? 1 : 0),
        cost: withCost(doc.cost, cost),
        why: explained(doc.why, fact, context),
      };
    },
    ContactConverted: (doc, fact, context) => ({
      ...doc,
      conversions: doc.conversions + 1,
      why: explained(doc.why, fact, context),
    }),
    ContactConversionUndone: (doc, fact, context) => ({
      ...doc,
      conversions: doc.conversions - 1,
      why: explained(doc.why, fact, context),
    }),
  },
});

/** How long answers over a channel took in one month. */
export interface ContactResponses {
  /** Of the answer. */
  readonly month: string;
  readonly channel: string;
  /** Who answered: the company an inbound contact, or the customer an outbound one. */
  readonly by: 'company' | 'customer';
  readonly answers: number;
  /** Sum of whole minutes; the mean is `minutes / answers`. */
  readonly minutes: number;
  /** Answers by the upper edge of their class in minutes; `more` above the last. */
  readonly histogram: Readonly<Record<string, number>>;
  /** Half of the answers, and nine in ten, came within so many minutes (upper edge of the class); null above the last. */
  readonly medianWithinMinutes: number | null;
  readonly p90WithinMinutes: number | null;
  readonly why: Why;
}

const MORE = 'more';

/** The upper edge of the class in which the given percentage of all answers is reached. */
function withinMinutes(histogram: ContactResponses['histogram'], answers: number, percent: number): number | null {
  const edges = Object.keys(histogram)
    .filter((edge) => edge !== MORE)
    .map(Number)
    .sort((a, b) => a - b);
  let counted = 0;
  for (const edge of edges) {
    counted += histogram[edge] ?? 0;
    if (counted * 100 >= answers * percent) return edge;
  }
  return null;
}

export const contactResponses = defineProjection<ContactResponses, CustomerContacted>({
  name: 'contact_responses',
  version: 1,
  about: 'Response times by channel and month: how many, their sum, and classes from which median and p90 are read.',
  key: ({ data: { answeredAfterMinutes, day, channel, direction } }) =>
    answeredAfterMinutes === undefined
      ? []
      : `${monthOf(day)}/${channel}/${direction === 'outbound' ? 'company' : 'customer'}`,
  indexes: [
    { by: 1, channel: 1, month: -1 },
    { by: 1, month: -1 },
  ],
  initial: (key) => {
    const [month = '', channel = '', by] = key.split('/');
    return {
      month,
      channel,
      by: by === 'company' ? by : 'customer',
      answers: 0,
      minutes: 0,
      histogram: {},
      medianWithinMinutes: null,
      p90WithinMinutes: null,
      why: unexplained,
    };
  },
  on: {
    CustomerContacted: (doc, fact, context) => {
      const { answeredAfterMinutes = 0 } = fact.data;
      const edge = responseClass(answeredAfterMinutes, context.policy(contactsPolicy)) ?? MORE;
      const answers = doc.answers + 1;
      const histogram = { ...doc.histogram, [edge]: (doc.histogram[edge] ?? 0) + 1 };
      return {
        ...doc,
        answers,
        minutes: doc.minutes + answeredAfterMinutes,
        histogram,
        medianWithinMinutes: withinMinutes(histogram, answers, 50),
        p90WithinMinutes: withinMinutes(histogram, answers, 90),
        why: explained(doc.why, fact, context),
      };
    },
  },
});
