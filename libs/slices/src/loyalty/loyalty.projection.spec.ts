import { readFileSync } from 'node:fs';
import { clockAt, named, of, published, type GivenFact } from '#testing/makers.js';
import { projectionSpec } from '#testing/projection-spec.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import {
  PointsAdjustedIn,
  PointsEarned,
  PointsExpired,
  PointsRedeemed,
  PointsReserved,
  PointsReversed,
  ReservationCancelled,
  ReservationConfirmed,
} from './loyalty.events.js';
import { loyaltyLedger, loyaltyLiability, loyaltyLots } from './loyalty.ledger.projection.js';
import { loyaltyPolicy } from './loyalty.policy.js';
import { loyaltyBalance } from './loyalty.projection.js';
import { loyaltySlice } from './loyalty.slice.js';

const options = { slices: [purchasesSlice, loyaltySlice] };
const at = '2026-03-02T12:00:00.000Z';
const availableAt = '2026-03-16T00:00:00.000Z';
const expiresAt = '2027-04-01T00:00:00.000Z';

const rate = { points: 1, perUnits: 1 };
const earned = (lotId: string, points: number, more: object = {}) =>
  named(
    lotId,
    PointsEarned(
      { points, debtPaid: 0, reason: 'purchase', purchaseId: 'p', rate, availableAt, expiresAt, year: 2026, ...more },
      at,
    ),
  );
const part = (lotId: string, points: number, more: object = {}) => ({ lotId, points, availableAt, expiresAt, ...more });
const later = '2026-03-20T00:00:00.000Z';
const redeemed = PointsRedeemed({ redemptionId: 'r', points: 30, lots: [part('a', 30)] }, later);
const reserved = PointsReserved({ reservationId: 'b', points: 20, lots: [part('a', 20)], lapsesAt: later }, later);
const confirmed = ReservationConfirmed({ reservationId: 'b', points: 20 }, later);
const cancelled = ReservationCancelled(
  { reservationId: 'b', points: 20, lots: [part('a', 15)], debtPaid: 5, reason: 'cancelled' },
  later,
);
const reversed = PointsReversed(
  { points: 50, debt: 5, lots: [part('a', 45)], year: 2026, lotId: 'a', reason: 'fraud' },
  later,
);

describe('the balance', () => {
  const fold = projectionSpec(loyaltyBalance, options);
  const balance = async (...facts: readonly GivenFact[]) => (await fold(...facts)).get('c-1');

  it('holds earned points as pending, and says why', async () => {
    expect(await balance(earned('a', 100))).toEqual({
      ...{ customerId: 'c-1', earned: 100, adjustedIn: 0, received: 0, redeemed: 0, expired: 0, reversed: 0 },
      ...{ adjustedOut: 0, sent: 0, reserved: 0, pending: 100, available: 0, debt: 0 },
      ...{ maturing: { [availableAt]: 100 }, expiring: { [expiresAt]: 100 }, nextExpiryAt: expiresAt },
      ...{ tier: 'basic', tierSince: null, asOf: at, qualifying: { 2026: 100 } },
      why: { facts: ['a'], policy: { name: 'loyalty', version: 1 } },
    });
  });
  it('makes them available when their time has come, by time alone', async () => {
    expect(await balance(earned('a', 100), clockAt('2026-03-15T23:59:59.999Z'))).toMatchObject({ pending: 100 });
    expect(await balance(earned('a', 100), clockAt(availableAt))).toMatchObject({
      ...{ pending: 0, available: 100, maturing: {}, expiring: { [expiresAt]: 100 } },
    });
  });
  it('makes them available for a fact that comes before the clock does', async () => {
    expect(await balance(earned('a', 100), redeemed)).toMatchObject({ pending: 0, available: 70, redeemed: 30 });
  });
  it('takes pending points back as pending', async () => {
    const soon = { ...reversed, occurredAt: at };
    expect(await balance(earned('a', 100), soon)).toMatchObject({ pending: 55, available: 0, reversed: 50, debt: 5 });
  });
  it('counts as available what was, for facts that are said late', async () => {
    const data = { ...reversed.data, points: 60, debt: 0, lots: [part('a', 60)] };
    const late = { ...reversed, data, occurredAt: at };
    expect(await balance(earned('a', 100), redeemed, earned('b', 10), late)).toMatchObject({
      ...{ pending: 0, available: 20, maturing: {}, asOf: later },
    });
  });
  it('follows a reservation to either end', async () => {
    const past = [earned('a', 100), reserved];
    expect(await balance(...past)).toMatchObject({ reserved: 20, available: 80 });
    expect(await balance(...past, confirmed)).toMatchObject({ reserved: 0, redeemed: 20, available: 80 });
    expect(await balance(...past, cancelled)).toMatchObject({ reserved: 0, available: 95, debt: -5 });
  });
  it('knows the next expiry, and none when all is gone', async () => {
    const adjusted = PointsAdjustedIn(
      {
        adjustmentId: 'x',
        points: 5,
        debtPaid: 0,
        availableAt: at,
        expiresAt: '2026-12-01T00:00:00.000Z',
        reason: '-',
      },
      at,
    );
    expect(await balance(earned('a', 100), adjusted)).toMatchObject({ nextExpiryAt: '2026-12-01T00:00:00.000Z' });
    const gone = PointsExpired({ points: 100, lots: [part('a', 100)] }, expiresAt);
    expect(await balance(earned('a', 100), gone)).toMatchObject({ expired: 100, expiring: {}, nextExpiryAt: null });
  });
  it('keeps three qualification years', async () => {
    const years = [2024, 2025, 2026, 2027].map((year) => earned(`y${year}`, 1, { year }));
    expect(await balance(...years)).toMatchObject({ qualifying: { 2025: 1, 2026: 1, 2027: 1 } });
  });
});

describe('lots, ledger and liability', () => {
  it('say what is left in each lot', async () => {
    const fold = projectionSpec(loyaltyLots, options);
    const lots = await fold(earned('a', 100, { debtPaid: 10 }), redeemed, reserved, cancelled);
    expect(lots.get('a')).toEqual({
      ...{ lotId: 'a', customerId: 'c-1', earnedAt: at, availableAt, expiresAt, points: 100, left: 55 },
    });
  });
  it('list every movement with what it did', async () => {
    const fold = projectionSpec(loyaltyLedger, options);
    const entries = [...(await fold(earned('a', 100, { debtPaid: 10 }), named('b', reversed))).values()];
    expect(entries).toMatchObject([
      { movement: 'PointsEarned', points: 90, debt: -10, reference: 'p', why: { facts: ['a'] } },
      { movement: 'PointsReversed', points: -45, debt: 5, reference: 'a' },
    ]);
  });
  it('owe what all customers hold, at the cost of a point', async () => {
    const costPerPoint = { units: 15, scale: 3, currency: 'EUR' };
    const policies = [published(loyaltyPolicy, { costPerPoint })];
    const fold = projectionSpec(loyaltyLiability, { ...options, policies });
    const documents = await fold(earned('a', 100), of('c-2', earned('b', 50)), redeemed, reserved);
    expect(documents.get('all')).toMatchObject({ held: 100, reserved: 20, liability: { units: 1_800, scale: 3 } });
  });
});

describe('stored bodies of loyalty', () => {
  interface Golden {
    readonly type: string;
    readonly version: number;
    readonly stored: Record<string, unknown>;
  }
  const golden = JSON.parse(readFileSync(new URL('loyalty.golden.json', import.meta.url), 'utf8')) as Golden[];

  it.each(golden.map((body) => [`${body.type} ${body.version}`, body] as const))('%s is read', (_, body) => {
    const definition = loyaltySlice.events.find(({ type }) => type === body.type);
    expect(definition?.read(body.version, body.stored)).toEqual(body.stored);
  });
  it('are there for every version', () => {
    const versions = loyaltySlice.events.flatMap(({ type, version }) =>
      Array.from({ length: version }, (_, index) => `${type} ${index + 1}`),
    );
    expect(golden.map(({ type, version }) => `${type} ${version}`).sort()).toEqual(versions.sort());
  });
});
