import { campaigns } from '../catalogue.js';
import { allows, dayOf, type Chapter, type DemoCommand, type Purchase, type Story } from '../story.js';

const CAMPAIGN_DAYS = 21;
const DAY_MS = 86_400_000;

/** They buy, and now and then send something back. */
export const buying: Chapter = (story) => {
  const random = story.dice('buying');
  return story.purchases.flatMap((purchase) => {
    const { at, purchaseId, lines, channel } = purchase;
    const bought: DemoCommand = {
      ...{ command: 'RecordPurchase', commandId: purchaseId, customerId: story.customerId, at },
      ...{ purchaseId, lines, channel, ...campaignOf(story, purchase) },
    };
    const reason = random.pick(['broken', 'wrong grind', 'unwanted gift']);
    return [bought, ...sentBack(story, purchase, reason)];
  });
};

/** The campaign that a purchase on the web was led to by: the one the customer was written to about shortly before. */
function campaignOf(story: Story, { at, channel }: Purchase): { readonly campaign?: string } {
  if (channel !== 'web' || !allows(story, 'email', 'marketing', at)) return {};
  const found = campaigns.find(({ day }) => {
    const days = (Date.parse(dayOf(at)) - Date.parse(day)) / DAY_MS;
    return days >= 0 && days <= CAMPAIGN_DAYS;
  });
  return found === undefined ? {} : { campaign: found.name };
}

function sentBack(
  { customerId }: Story,
  { purchaseId, lines: [first], refund }: Purchase,
  reason: string,
): readonly DemoCommand[] {
  if (refund === null || first === undefined) return [];
  const refundId = `${purchaseId}-refund`;
  const part = refund.of === 'all' ? {} : { lines: [{ lineId: first.lineId, quantity: first.quantity }] };
  return [
    {
      ...{ command: 'RefundPurchase', commandId: refundId, customerId, at: refund.at },
      ...{ purchaseId, refundId, ...part, reason },
    },
  ];
}
