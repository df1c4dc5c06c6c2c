import { plusDays } from '#kernel/time.js';
import { agents, campaigns } from '../catalogue.js';
import type { Random } from '../random.js';
import { allows, dayOf, during, type Chapter, type DemoCommand, type Story } from '../story.js';
import { contacted, type ContactChannel } from './service.js';
import { hasPhone } from './registration.js';

/** A list that was not cleaned: somebody is written to who did not want it, and Patron refuses. */
const WRONG_LIST = 0.002;
const CARE_EVERY_DAYS = 80;
const CARED_FOR: readonly string[] = ['regular', 'office'];
const REVISITED = 0.65;
const REVISIT_AFTER_DAYS = 8;

const called = (random: Random) =>
  random.weighted([
    ['reached', 6],
    ['not reached', 3],
    ['message left', 1],
  ]);

/** The shop gets in touch: campaigns, care calls to good customers, and a call when a complaint is behind them. */
export const outreach: Chapter = (story) => {
  const random = story.dice('outreach');
  return [...campaignsTo(story, random), ...careOf(story, random), ...revisitsOf(story, random)];
};

function campaignsTo(story: Story, random: Random): readonly DemoCommand[] {
  const { plan, registeredOn, customerId } = story;
  return campaigns.flatMap(({ day, name }) => {
    if (day <= registeredOn) return [];
    const at = during(day, plan, random);
    const onList = (['email', 'sms', 'post'] as const).filter((channel) => allows(story, channel, 'marketing', at));
    const to: readonly ContactChannel[] = onList.length === 0 && random.chance(WRONG_LIST) ? ['email'] : onList;
    return to.map((channel) =>
      contacted(story, at, {
        ...{ contactId: `${customerId}-${name}-${channel}`, channel, direction: 'outbound', purpose: 'marketing' },
        ...{ outcome: random.chance(0.97) ? 'sent' : 'bounced', campaign: name },
      }),
    );
  });
}

/** Whoever buys often is called now and then, as long as they do buy. */
function careOf(story: Story, random: Random): readonly DemoCommand[] {
  const { plan, kind, number, registeredOn, purchases, customerId } = story;
  const last = purchases.at(-1);
  if (!CARED_FOR.includes(kind.name) || last === undefined || !hasPhone(number)) return [];
  const calls: DemoCommand[] = [];
  let day = plusDays(registeredOn, Math.round(random.around(CARE_EVERY_DAYS, 0.3)));
  while (day < plan.to && day < plusDays(dayOf(last.at), CARE_EVERY_DAYS)) {
    const at = during(day, plan, random);
    const outcome = called(random);
    if (allows(story, 'phone', 'care', at)) {
      const contactId = `${customerId}-care-${calls.length + 1}`;
      const call = { contactId, channel: 'phone', direction: 'outbound', purpose: 'care', outcome } as const;
      calls.push(contacted(story, at, { ...call, agent: random.pick(agents) }));
    }
    day = plusDays(day, Math.round(random.around(CARE_EVERY_DAYS, 0.3)));
  }
  return calls;
}

/** A week after a complaint was resolved Patron plans a revisit; the shop keeps most of them and misses some. */
function revisitsOf(story: Story, random: Random): readonly DemoCommand[] {
  const { plan, purchases } = story;
  return purchases.flatMap(({ complaint }) => {
    if (complaint === null || complaint.handling === 'not at all' || !random.chance(REVISITED)) return [];
    const day = plusDays(dayOf(complaint.resolvedAt), REVISIT_AFTER_DAYS);
    const at = during(day, plan, random);
    if (!allows(story, 'phone', 'revisit', at)) return [];
    const contactId = `${complaint.complaintId}-revisit`;
    const call = { contactId, channel: 'phone', direction: 'outbound', purpose: 'revisit' } as const;
    return [contacted(story, at, { ...call, outcome: called(random), agent: random.pick(agents) })];
  });
}
