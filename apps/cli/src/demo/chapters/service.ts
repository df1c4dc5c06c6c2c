import { plusDays, plusMs, type Instant } from '#kernel/time.js';
import { agents, costs } from '../catalogue.js';
import type { Random } from '../random.js';
import { dayOf, during, pounds, type Chapter, type DemoCommand, type Purchase, type Story } from '../story.js';

const ASKS = 0.06;
const PROSPECT_ASKS = 0.5;
const MINUTE_MS = 60_000;

export type ContactChannel = keyof typeof costs;

export interface Contact {
  readonly contactId: string;
  readonly channel: ContactChannel;
  readonly direction: 'inbound' | 'outbound';
  readonly purpose: string;
  readonly outcome: string;
  readonly [field: string]: unknown;
}

/** A contact and what it costs. */
export const contacted = ({ customerId }: Story, at: Instant, contact: Contact): DemoCommand => ({
  ...{ command: 'RecordContact', commandId: contact.contactId, customerId, at },
  ...{ ...contact, cost: pounds(costs[contact.channel]) },
});

/** They ask and are answered: about an order, about what went wrong, or before they ever buy. */
export const service: Chapter = (story) => {
  const random = story.dice('service');
  const about = story.purchases.flatMap((purchase) => [
    ...(random.chance(ASKS) ? question(story, purchase, random) : []),
    ...aboutComplaint(story, purchase, random),
  ]);
  const asks = story.purchases.length === 0 && random.chance(PROSPECT_ASKS);
  return asks ? [...about, ...prospect(story, random)] : about;
};

function question(story: Story, { at, purchaseId }: Purchase, random: Random): readonly DemoCommand[] {
  const askedAt = during(plusDays(dayOf(at), random.whole(1, 5)), story.plan, random);
  const channel = random.weighted<ContactChannel>([
    ['email', 5],
    ['phone', 4],
    ['social', 1],
  ]);
  const contactId = `${purchaseId}-question`;
  const subject = random.pick(['grind size', 'where is my parcel', 'invoice', 'how to descale']);
  const asked = { contactId, channel, direction: 'inbound', purpose: 'service', outcome: 'reached' } as const;
  const inbound = contacted(story, askedAt, { ...asked, subject, agent: random.pick(agents) });
  if (channel === 'phone' || random.chance(0.06)) return [inbound]; // answered at once, or forgotten
  return [
    inbound,
    answer(story, contactId, channel, plusMs(askedAt, Math.ceil(random.around(90, 1.2)) * MINUTE_MS), random),
  ];
}

const answer = (story: Story, contactId: string, channel: ContactChannel, at: Instant, random: Random): DemoCommand =>
  contacted(story, at, {
    ...{ contactId: `${contactId}-answer`, channel, direction: 'outbound', purpose: 'service' },
    ...{ outcome: 'sent', answers: contactId, agent: random.pick(agents) },
  });

function aboutComplaint(story: Story, { complaint }: Purchase, random: Random): readonly DemoCommand[] {
  if (complaint === null) return [];
  const { complaintId, at, channel, handling, respondedAt, cause } = complaint;
  const contactId = `${complaintId}-contact`;
  const asked = { contactId, channel, direction: 'inbound', purpose: 'service', outcome: 'reached' } as const;
  const inbound = contacted(story, at, { ...asked, subject: cause, agent: random.pick(agents) });
  return handling === 'not at all' ? [inbound] : [inbound, answer(story, contactId, channel, respondedAt, random)];
}

function prospect(story: Story, random: Random): readonly DemoCommand[] {
  const at = during(plusDays(story.registeredOn, random.whole(1, 30)), story.plan, random);
  const contactId = `${story.customerId}-enquiry`;
  const asked = { contactId, channel: 'email', direction: 'inbound', purpose: 'sales', outcome: 'reached' } as const;
  return [contacted(story, at, { ...asked, subject: 'coffee for an office' })];
}
