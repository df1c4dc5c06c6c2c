import { deciderSpec, type Outcome } from '#testing/given.js';
import type { GivenCommand } from '#testing/makers.js';
import { complaintsSlice } from '../complaints/complaints.slice.js';
import { consentSlice } from '../consent/consent.slice.js';
import { contactsSlice } from '../contacts/contacts.slice.js';
import { lifecycleSlice } from '../lifecycle/lifecycle.slice.js';
import { loyaltySlice } from '../loyalty/loyalty.slice.js';
import { profilesSlice } from '../profiles/profiles.slice.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { surveysSlice } from '../surveys/surveys.slice.js';
import { valueSlice } from '../value/value.slice.js';
import type { AlertRaised } from './retention.events.js';
import { retentionSlice } from './retention.slice.js';

const given = deciderSpec(
  ...[profilesSlice, purchasesSlice, lifecycleSlice, valueSlice, loyaltySlice, consentSlice],
  ...[complaintsSlice, surveysSlice, contactsSlice, retentionSlice],
);

type Raised = AlertRaised['data'] & { readonly by?: string; readonly outcome?: string };

/** What an outcome says of the alerts of one reason: `type episode day outcome`. */
const alerts =
  (reason: string) =>
  (outcome: Outcome): readonly string[] =>
    outcome.facts().flatMap(({ type, data, occurredAt }) => {
      const { episodeId, reason: of, outcome: came } = data as Raised;
      const how = type === 'AlertCleared' ? ` ${came}` : '';
      return of === reason && type.startsWith('Alert') ? [`${type} ${episodeId} ${occurredAt.slice(0, 10)}${how}`] : [];
    });
const raised = (outcome: Outcome, reason: string): Raised => {
  const fact = outcome.facts().find(({ type, data }) => type === 'AlertRaised' && (data as Raised).reason === reason);
  if (fact === undefined) throw new Error('No such alert was raised.');
  return fact.data as Raised;
};

let bought = 0;
const buys = (day: string, dollars: number): GivenCommand => {
  bought += 1;
  const total = { units: dollars * 100, scale: 2, currency: 'USD' };
  return { type: 'RecordPurchase', at: `${day}T12:00:00Z`, purchaseId: `p-${bought}`, total };
};
let acted = 0;
const acts = (episodeId: string, action: string, day: string): GivenCommand => {
  acted += 1;
  return { type: 'RecordRetentionAction', at: `${day}T12:00:00Z`, episodeId, actionId: `a-${acted}`, action };
};

describe('value fell', () => {
  const told = alerts('value_fell');
  const good = () => given().after(buys('2025-03-10', 450), buys('2025-09-01', 60));

  it('opens on the day on which a purchase leaves the window, without any command', () => {
    expect(told(good().settling('2026-03-09T23:59Z'))).toEqual([]);
    const outcome = good().settling('2026-03-10T00:00Z');
    expect(told(outcome)).toEqual(['AlertRaised value_fell-1 2026-03-10']);
    expect(raised(outcome, 'value_fell')).toMatchObject({
      about: 'high',
      figures: { from: 'high', to: 'low' },
      because: ['command-1/0', 'command-2/1'], // the silence before the second was alerted first
      worth: [{ units: 6000, scale: 2, currency: 'USD' }],
    });
  });
  it('does not open for a refund: nobody need be told what was given back', () => {
    const refund = { type: 'RefundPurchase', purchaseId: `p-${bought + 1}`, refundId: 'r', at: '2025-10-01T00:00Z' };
    expect(told(good().after(refund).settling('2026-03-10T00:00Z'))).toEqual([]);
  });
  it('is cleared when the tier is what it was, not by a purchase that is too small', () => {
    const fell = () => good().settled('2026-03-10T00:00Z');
    expect(told(fell().when(buys('2026-03-20', 300)))).toEqual(['AlertConverted value_fell-1 2026-03-20']);
    expect(told(fell().when(buys('2026-03-20', 500)))).toEqual([
      'AlertCleared value_fell-1 2026-03-20 regained',
      'AlertConverted value_fell-1 2026-03-20',
    ]);
  });
  it('is cleared by an action, and opens again with the next fall', () => {
    const steps = () => given().after(buys('2025-03-10', 450), buys('2025-09-01', 120)).settled('2026-03-10T00:00Z');
    const called = acts('value_fell-1', 'call', '2026-03-12');
    expect(told(steps().when(called))).toEqual(['AlertCleared value_fell-1 2026-03-12 call']);
    expect(told(steps().after(called).settling('2026-10-01T00:00Z'))).toEqual(['AlertRaised value_fell-2 2026-09-01']);
  });
  it('is one alert however far the tier falls while it is open, and lapses', () =>
    expect(told(good().settled('2026-03-10T00:00Z').settling('2027-01-01T00:00Z'))).toEqual([
      'AlertCleared value_fell-1 2026-09-06 lapsed',
    ]));
});

describe('points lapsing', () => {
  const told = alerts('points_lapsing');
  const holding = () => given().after(buys('2025-03-10', 150)); // 150 points until 1 April 2026
  const lapsing = () => holding().settled('2026-03-02T00:00Z');
  const redeems = (points: number, at: string): GivenCommand => ({
    ...{ type: 'RedeemPoints', redemptionId: `r-${points}-${at}`, points, at },
  });

  it('opens 30 days before points expire that are enough to speak of', () => {
    expect(told(holding().settling('2026-03-01T23:59Z'))).toEqual([]);
    const outcome = holding().settling('2026-03-02T00:00Z');
    expect(told(outcome)).toEqual(['AlertRaised points_lapsing-1 2026-03-02']);
    expect(raised(outcome, 'points_lapsing')).toMatchObject({
      because: ['command-1/1'],
      figures: { points: 150, expiresAt: '2026-04-01T00:00:00.000Z' },
    });
    expect(told(given().after(buys('2025-03-10', 99)).settling('2027-01-01T00:00Z'))).toEqual([]);
  });
  it('is cleared by a redemption that leaves too few, not by one that leaves enough', () => {
    expect(told(lapsing().when(redeems(50, '2026-03-05T00:00Z')))).toEqual([]);
    expect(told(lapsing().when(redeems(51, '2026-03-05T00:00Z')))).toEqual([
      'AlertCleared points_lapsing-1 2026-03-05 redeemed',
    ]);
  });
  it('is cleared when they expire', () =>
    expect(told(lapsing().settling('2026-04-01T00:00Z'))).toEqual([
      'AlertCleared points_lapsing-1 2026-04-01 expired',
    ]));
  it('is cleared by an action for these points, and opens again for the next', () => {
    const two = () => given().after(buys('2025-03-10', 150), buys('2025-05-10', 200)).settled('2026-03-02T00:00Z');
    const reminded = acts('points_lapsing-1', 'reminder', '2026-03-04');
    expect(told(two().when(reminded))).toEqual(['AlertCleared points_lapsing-1 2026-03-04 reminder']);
    expect(told(two().after(reminded).settling('2026-05-15T00:00Z'))).toEqual([
      'AlertRaised points_lapsing-2 2026-05-02',
    ]);
  });
  it('waits for the points of one month to be answered before it speaks of the next', () =>
    expect(
      told(
        given()
          .after(buys('2025-01-10', 150), buys('2025-02-10', 150)) // until 1 February and 1 March 2026
          .settling('2026-02-01T00:00Z'),
      ),
    ).toEqual([
      'AlertRaised points_lapsing-1 2026-01-02',
      'AlertCleared points_lapsing-1 2026-02-01 expired',
      'AlertRaised points_lapsing-2 2026-02-01',
    ]));
});

describe('VIP uncontacted', () => {
  const told = alerts('vip_uncontacted');
  const days = ['2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26', '2026-02-02', '2026-02-09'];
  const vip = () => given().after(...days.map((day) => buys(day, 100)));
  const calls = (contactId: string, day: string, outcome = 'reached'): GivenCommand => ({
    ...{ type: 'RecordContact', contactId, channel: 'phone', direction: 'inbound', purpose: 'service', outcome },
    at: `${day}T09:00:00Z`,
  });
  const neglected = () => vip().settled('2026-04-10T00:00Z');

  it('opens 60 days after the customer became VIP, or was last contacted', () => {
    expect(told(vip().settling('2026-04-09T23:59Z'))).toEqual([]);
    const outcome = vip().settling('2026-04-10T00:00Z');
    expect(told(outcome)).toEqual(['AlertRaised vip_uncontacted-1 2026-04-10']);
    expect(raised(outcome, 'vip_uncontacted').figures).toEqual({
      ...{ tier: 'VIP', uncontactedDays: 60, contactedAt: 'never' },
    });
    expect(told(vip().after(calls('c', '2026-03-01')).settling('2026-06-01T00:00Z'))).toEqual([
      'AlertRaised vip_uncontacted-1 2026-04-30',
    ]);
  });
  it('is cleared by a contact, not by an attempt, and opens again 60 days later', () => {
    expect(told(neglected().when(calls('c', '2026-04-12', 'not reached')))).toEqual([]);
    expect(told(neglected().when(calls('c', '2026-04-12')))).toEqual([
      'AlertCleared vip_uncontacted-1 2026-04-12 contacted',
    ]);
    expect(told(neglected().after(calls('c', '2026-04-12')).settling('2026-06-11T00:00Z'))).toEqual([
      'AlertRaised vip_uncontacted-2 2026-06-11',
    ]);
  });
  it('is cleared by an action, and opens again 60 days later', () => {
    const visited = acts('vip_uncontacted-1', 'visit', '2026-04-12');
    expect(told(neglected().when(visited))).toEqual(['AlertCleared vip_uncontacted-1 2026-04-12 visit']);
    expect(told(neglected().after(visited).settling('2026-06-11T00:00Z'))).toEqual([
      'AlertRaised vip_uncontacted-2 2026-06-11',
    ]);
  });
  it('is over by time when the customer is VIP no longer, and is not raised after', () => {
    expect(told(neglected().settling('2028-01-01T00:00Z'))).toEqual([
      'AlertCleared vip_uncontacted-1 2027-01-05 tier_left',
    ]);
    expect(
      told(
        given()
          .after(...days.slice(1).map((day) => buys(day, 200)))
          .settling('2028-01-01T00:00Z'),
      ),
    ).toEqual([]);
  });
  it('is over by a refund that takes the tier away', () => {
    const just = given().after(...days.map((day) => buys(day, 90)));
    const refund = { type: 'RefundPurchase', purchaseId: `p-${bought}`, refundId: 'r', at: '2026-04-11T00:00Z' };
    expect(told(just.settled('2026-04-10T00:00Z').when(refund))).toEqual([
      'AlertCleared vip_uncontacted-1 2026-04-11 tier_left',
    ]);
  });
  it('stays closed until the next contact', () => {
    const closed = neglected().after({
      ...{ type: 'CloseAlert', episodeId: 'vip_uncontacted-1', outcome: 'not_needed', at: '2026-04-12T00:00Z' },
    });
    expect(told(closed.settling('2026-12-31T00:00Z'))).toEqual([]);
    expect(told(closed.after(calls('c', '2026-06-01')).settling('2026-07-31T00:00Z'))).toEqual([
      'AlertRaised vip_uncontacted-2 2026-07-31',
    ]);
  });
});
