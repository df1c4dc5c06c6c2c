import { plusHours, plusMs, type Instant } from '#kernel/time.js';
import { Random } from './random.js';

/** A command of a customer, as whoever validated it would hand it on. */
export interface Told {
  readonly type: string;
  readonly customerId: string;
  readonly at: Instant;
  readonly [field: string]: unknown;
}

export const FIRST: Instant = '2024-07-01T00:00:00.000Z';
export const DAYS = 548;
const DAY_MS = 86_400_000;

/** Customers of one sort: most come a few times, few very often. */
export interface Lives {
  readonly customers: number;
  /** Times a customer comes, on the average. */
  readonly visits: number;
  readonly seed: number;
}

/** Digits of a customer's number. They begin the ids of the customer's facts, too: both are replaced where a life is told of another. */
const DIGITS = 8;
export const digitsOf = (number: number): string => String(number).padStart(DIGITS, '0');
export const idOf = (number: number): string => `c-${digitsOf(number)}`;
/** Of the customer whose id or stream it is. */
export const numberIn = (text: string): number => Number(text.slice(-DIGITS));

/** What so many customers do and is done about them in eighteen months, in the order of time, without personal fields. */
export function livesOf({ customers, visits, seed }: Lives): readonly Told[] {
  const random = new Random(seed);
  const told: Told[] = [];
  for (let number = 0; number < customers; number += 1) told.push(...life(random, idOf(number), visits));
  return told.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function* life(random: Random, customerId: string, visits: number): Generator<Told> {
  const count = 1 + Math.floor((visits - 0.5) * SKEW * random.next() ** (SKEW - 1));
  for (let visit = 0; visit < count; visit += 1) {
    const at = plusMs(FIRST, random.whole(1, (DAYS - 30) * DAY_MS));
    yield* visited(random, { customerId, at }, `${customerId}.${visit}`, visit === 0 ? 0 : random.next());
  }
}

/** The mean of a random number to the power of SKEW - 1 is 1 ÷ SKEW. */
const SKEW = 4;

/** @param kind  From 0 to 1: what they come for; 0 is a purchase. */
function* visited(random: Random, who: Pick<Told, 'customerId' | 'at'>, id: string, kind: number): Generator<Told> {
  const after = (hours: number) => ({ ...who, at: plusHours(who.at, hours) });
  if (kind < 0.6) {
    const unitPrice = { units: random.whole(300, 9_000), scale: 2, currency: 'GBP' };
    const lines = [{ sku: `sku-${random.whole(1, 500)}`, quantity: random.whole(1, 3), unitPrice }];
    yield { type: 'RecordPurchase', ...who, purchaseId: id, lines, channel: 'web' };
  } else if (kind < 0.76) {
    const how = { channel: 'phone', direction: 'outbound', purpose: 'service', outcome: 'reached', agent: 'kim' };
    yield { type: 'RecordContact', ...who, contactId: id, ...how };
  } else if (kind < 0.86) {
    const asked = { instrument: 'csat', touchpoint: 'delivery', channel: 'e-mail' };
    yield { type: 'AnswerSurvey', ...who, surveyId: id, ...asked, score: random.whole(1, 5) };
  } else if (kind < 0.9) {
    yield { type: 'RaiseComplaint', ...who, complaintId: id, cause: 'late parcel', channel: 'phone' };
    yield { type: 'RespondToComplaint', ...after(random.whole(1, 72)), complaintId: id, responseId: `${id}.r` };
    yield { type: 'ResolveComplaint', ...after(random.whole(73, 240)), complaintId: id, remedy: { kind: 'apology' } };
  } else if (kind < 0.95) {
    yield { type: 'RedeemPoints', ...who, redemptionId: id, points: random.whole(10, 60) };
  } else {
    yield { type: 'EarnPoints', ...who, earningId: id, points: random.whole(10, 100) };
  }
}
