import { deciderSpec } from '#testing/given.js';
import { published } from '#testing/makers.js';
import { PurchaseRecorded } from '../purchases/purchases.events.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { loyaltyPolicy } from './loyalty.policy.js';
import { loyaltySlice } from './loyalty.slice.js';

const SLICES = [purchasesSlice, loyaltySlice];
const given = deciderSpec(...SLICES);
const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });

describe('the loyalty tier', () => {
  const tier = (from: string, to: string, year: number) => ({ type: 'LoyaltyTierChanged', data: { from, to, year } });
  const bonus = (points: number, at: string, earningId = at) => ({ type: 'EarnPoints', earningId, points, at });
  const silver = bonus(500, '2026-06-01T00:00:00Z');

  it('is raised by the points of one year, even two steps', () => {
    given()
      .after(bonus(400, '2026-05-01T00:00:00Z'))
      .when(bonus(100, '2026-06-01T00:00:00Z'))
      .then({ type: 'PointsEarned' }, tier('basic', 'silver', 2026));
    given()
      .when(bonus(2_000, '2026-06-01T00:00:00Z'))
      .then({ type: 'PointsEarned' }, tier('basic', 'gold', 2026));
    given()
      .after(bonus(400, '2025-12-31T23:59:59Z'))
      .when(bonus(100, '2026-01-01T00:00:00Z'))
      .then({ type: 'PointsEarned' });
  });
  it('is kept through the next year and its grace, then lowered a step', () => {
    const changes = (until: string) =>
      given()
        .after(silver)
        .settling(until)
        .facts()
        .filter(({ type }) => type === 'LoyaltyTierChanged');
    expect(changes('2028-01-30T23:59:59.999Z')).toEqual([]);
    expect(changes('2028-01-31T00:00:00Z')).toMatchObject([
      { ...tier('silver', 'basic', 2027), occurredAt: '2028-01-31T00:00:00.000Z' },
    ]);
  });
  it('falls one step a year', () => {
    const facts = given().after(bonus(2_000, '2026-06-01T00:00:00Z')).settling('2031-01-01T00:00:00Z').facts();
    expect(facts.filter(({ type }) => type !== 'PointsExpired')).toMatchObject([
      tier('gold', 'silver', 2027),
      tier('silver', 'basic', 2028),
    ]);
  });
  it('is not lowered after a year that kept it', () => {
    const kept = given().after(silver, bonus(500, '2027-12-31T00:00:00Z'));
    const facts = kept
      .settling('2030-01-01T00:00:00Z')
      .facts()
      .filter(({ type }) => type !== 'PointsExpired');
    expect(facts).toMatchObject([{ ...tier('silver', 'basic', 2028), occurredAt: '2029-01-31T00:00:00.000Z' }]);
  });
  it('stands by the rules of the day its year was drawn, whatever is published later', () => {
    const policies = [published(loyaltyPolicy, { tiers: [{ name: 'silver', from: 800 }] }, '2028-06-01T00:00:00Z')];
    const kept = deciderSpec(SLICES, { policies })().after(
      silver,
      bonus(500, '2027-12-31T00:00:00Z'),
      bonus(1, '2028-05-01T00:00:00Z'),
    );
    const facts = kept.settling('2028-12-01T00:00:00Z').facts();
    const changed = facts.filter(({ type }) => type === 'LoyaltyTierChanged');
    expect(changed).toEqual([]);
  });
});

describe('a policy that moves what was due', () => {
  it('is asked at its own time, and stops no command', () => {
    const policies = [published(loyaltyPolicy, { graceDays: 1 }, '2028-02-15T00:00:00Z')];
    const raised = [PurchaseRecorded({ purchaseId: 'p', total: gbp(1), lines: [] }, '2026-01-01T00:00:00.000Z')];
    deciderSpec(SLICES, { policies })(...raised)
      .after({ type: 'EarnPoints', earningId: 'e', points: 500, at: '2026-06-01T00:00:00Z' })
      .when({ type: 'EarnPoints', earningId: 'f', points: 1, at: '2028-03-01T00:00:00Z' })
      .then(
        { type: 'PointsExpired' },
        { type: 'LoyaltyTierChanged', occurredAt: '2028-01-31T00:00:00.000Z', metadata: { policies: { loyalty: 1 } } },
        { type: 'PointsEarned' },
      );
  });
});
