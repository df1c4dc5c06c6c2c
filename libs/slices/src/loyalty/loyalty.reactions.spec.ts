import { companyPolicy } from '#kernel/company.policy.js';
import { deciderSpec } from '#testing/given.js';
import { named, published } from '#testing/makers.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import { InsufficientPoints } from './loyalty.errors.js';
import { PointsAdjustedOut, PointsEarned, PointsExpired, PointsRedeemed, PointsReserved } from './loyalty.events.js';
import { loyaltyPolicy } from './loyalty.policy.js';
import { loyaltySlice } from './loyalty.slice.js';

const given = deciderSpec(purchasesSlice, loyaltySlice);
const expiresAt = '2027-04-01T00:00:00.000Z';

/** Points that can be spent at once. */
const lot = (lotId: string, points: number, earnedAt = '2026-03-01T08:00:00.000Z', until = expiresAt) =>
  named(
    lotId,
    PointsEarned(
      { points, debtPaid: 0, reason: 'bonus', availableAt: earnedAt, expiresAt: until, year: 2026 },
      earnedAt,
    ),
  );
const older = lot('old', 30, '2026-02-01T08:00:00.000Z', '2027-03-01T00:00:00.000Z');
const newer = lot('new', 50);

const earn = { type: 'EarnPoints', earningId: 'welcome', points: 100, note: 'welcome' };
const redeem = { type: 'RedeemPoints', redemptionId: 'v-9', points: 40 };
const reserve = { type: 'ReservePoints', reservationId: 'b-3', points: 40 };
const cancel = { type: 'CancelReservation', reservationId: 'b-3' };
const adjust = { type: 'AdjustPoints', adjustmentId: 't-12', points: -20, reason: 'credited twice' };
const reverse = { type: 'ReverseEarning', lotId: 'new', reason: 'fraud' };

const SLICES = [purchasesSlice, loyaltySlice];
const gbp = (units: number) => ({ units, scale: 2, currency: 'GBP' });
const buy = (units: number, more: object = {}) => ({
  type: 'RecordPurchase',
  purchaseId: 'p-1',
  total: gbp(units),
  ...more,
});
const refund = (amount?: number, refundId = 'r-1') => ({
  ...{ type: 'RefundPurchase', purchaseId: 'p-1', refundId },
  ...(amount !== undefined && { amount: gbp(amount) }),
});
const earned = (points: number, data: object = {}) => ({
  type: 'PointsEarned',
  data: { points, reason: 'purchase', ...data },
});
const reversed = (points: number, debt = 0, data: object = {}) => ({
  type: 'PointsReversed',
  data: { points, debt, ...data },
});
const zoned = (zone: string) => deciderSpec(SLICES, { policies: [published(companyPolicy, { zone })] });

describe('a purchase', () => {
  const bought = { type: 'PurchaseRecorded' };

  it('earns a point a whole unit, pending for the return window, in the same append', () =>
    given()
      .when(buy(1999))
      .then(bought, {
        ...earned(19, { purchaseId: 'p-1', debtPaid: 0, year: 2026, rate: { points: 1, perUnits: 1 } }),
        ...{ data: { points: 19, availableAt: '2026-03-16T00:00:00.000Z', expiresAt: '2027-04-01T00:00:00.000Z' } },
        metadata: { derived: true, policies: { loyalty: 1, company: 1 } },
      }));
  it('earns nothing below a unit', () => given().when(buy(99)).then(bought));
  it('earns by its currency: yen by the hundred, dinars by the unit', () => {
    const total = (units: number, scale: number, currency: string) => ({ total: { units, scale, currency } });
    given()
      .when(buy(0, total(12_399, 0, 'JPY')))
      .then(bought, earned(123));
    given()
      .when(buy(0, total(12_999, 3, 'KWD')))
      .then(bought, earned(12));
  });
  it('pays a debt first', () =>
    given(newer)
      .after({ ...redeem, points: 50 }, reverse)
      .when(buy(7000))
      .then(bought, earned(70, { debtPaid: 50 })));
  it('earns for the lines that are added, at the rate of its first day', () => {
    const policies = [published(loyaltyPolicy, { earn: { points: 5, perUnits: 1 } }, '2026-03-10T00:00:00Z')];
    const line = { lineId: 'x', sku: 'mug', quantity: 1, amount: gbp(51) };
    deciderSpec(SLICES, { policies })()
      .after(buy(1950))
      .when({ type: 'AddPurchaseLines', purchaseId: 'p-1', lines: [line], at: '2026-03-20T00:00:00Z' })
      .then({ type: 'PurchaseLinesAdded' }, earned(1));
  });
  it('becomes available and expires by the company’s days, across a change of the clocks', () => {
    const times = (availableAt: string, expiresAt: string) => [bought, earned(19, { availableAt, expiresAt })] as const;
    const evening = { at: '2026-03-20T23:30:00Z' };
    zoned('Europe/London')()
      .when(buy(1999, evening))
      .then(...times('2026-04-02T23:00:00.000Z', '2027-03-31T23:00:00.000Z'));
    zoned('America/New_York')()
      .when(buy(1999, evening))
      .then(...times('2026-04-03T04:00:00.000Z', '2027-04-01T04:00:00.000Z'));
    zoned('Asia/Tokyo')()
      .when(buy(1999, { at: '2026-01-31T15:00:00Z' })) // the first of February in Tokyo
      .then(...times('2026-02-14T15:00:00.000Z', '2027-02-28T15:00:00.000Z'));
  });
  it('of 31 January expires at the end of a January, of 29 February at the end of a February', () => {
    given()
      .when(buy(1999, { at: '2028-01-31T10:00:00Z' }))
      .then(bought, earned(19, { expiresAt: '2029-02-01T00:00:00.000Z' }));
    given()
      .when(buy(1999, { at: '2028-02-29T10:00:00Z' }))
      .then(bought, earned(19, { expiresAt: '2029-03-01T00:00:00.000Z' }));
  });
  it('said a year late earns what it would have, which expires when it would have', () =>
    given(newer)
      .after(buy(1999, { at: '2024-03-02T12:00:00Z' }))
      .settling('2026-03-02T12:00:00Z')
      .then({ ...PointsExpired({ points: 19, lots: [] }, '2025-04-01T00:00:00.000Z'), data: { points: 19 } }));
  it('earns by a policy published for next month from then on only', () => {
    const policies = [published(loyaltyPolicy, { earn: { points: 3, perUnits: 1 } }, '2026-04-01T00:00:00Z')];
    const announced = deciderSpec(SLICES, { policies });
    announced()
      .when(buy(1000, { at: '2026-03-31T23:59:59.999Z' }))
      .then(bought, { ...earned(10), metadata: { policies: { loyalty: 1 } } });
    announced()
      .when(buy(1000, { at: '2026-04-01T00:00:00Z' }))
      .then(bought, { ...earned(30), metadata: { policies: { loyalty: 2 } } });
  });
});

describe('a refund', () => {
  const refunded = { type: 'PurchaseRefunded' };

  it('in part takes back what is no longer earned', () =>
    given().after(buy(1999)).when(refund(500)).then(refunded, reversed(5)));
  it('takes back nothing where the points stay the same', () =>
    given().after(buy(1999)).when(refund(99)).then(refunded));
  it('in whole takes back all, however often it came in parts', () =>
    given()
      .after(buy(1999), refund(550), refund(550, 'r-2'))
      .when(refund(undefined, 'r-3'))
      .then(refunded, reversed(8, 0, { purchaseId: 'p-1', reason: 'refund' })));
  it('of spent points leaves a debt, which the next purchase pays', () => {
    const spent = { ...redeem, points: 15, at: '2026-03-20T00:00:00Z' };
    const later = (command: object) => ({ ...(command as ReturnType<typeof buy>), at: '2026-03-21T00:00:00Z' });
    given().after(buy(1999), spent).when(later(refund())).then(refunded, reversed(19, 15));
    given()
      .after(buy(1999), spent, later(refund()))
      .when(later(buy(4000, { purchaseId: 'p-2' })))
      .then({ type: 'PurchaseRecorded' }, earned(40, { debtPaid: 15 }));
  });
  it('takes its own lot before older ones', () =>
    given(older)
      .after(buy(1999))
      .when(refund())
      .then(refunded, reversed(19, 0, { lots: [{ points: 19, lotId: 'command-1/1' }] })));
  it('takes back no more than a void left', () => {
    const voided = { type: 'VoidPurchase', purchaseId: 'p-1', reason: 'twice' };
    given()
      .after(buy(1999), refund(500))
      .when(voided)
      .then({ type: 'PurchaseVoided' }, reversed(14, 0, { reason: 'void' }));
  });
});

describe('a debt', () => {
  const owing = () => given(newer).after({ ...redeem, points: 50 }, reverse);

  it('is paid by what comes next, whatever it is', () => {
    owing()
      .when(earn)
      .then({ type: 'PointsEarned', data: { points: 100, debtPaid: 50 } });
    owing()
      .when({ ...adjust, points: 20 })
      .then({ type: 'PointsAdjustedIn', data: { points: 20, debtPaid: 20 } });
    const lots = [30, 30].map((points) => ({ points, expiresAt }));
    owing()
      .when({ type: 'ReceivePoints', transferId: 'g', from: 'c-2', lots })
      .then(
        { type: 'PointsReceived', data: { points: 30, debtPaid: 30 } },
        { type: 'PointsReceived', data: { points: 30, debtPaid: 20 } },
      );
  });
  it('leaves the rest to be spent', () => {
    owing()
      .after(earn)
      .when({ ...redeem, redemptionId: 'v-10', points: 51 })
      .thenFails(InsufficientPoints, { available: 50 });
  });
  it('is paid by a reservation that is cancelled', () =>
    given(newer)
      .after(reserve, { ...redeem, points: 10 }, reverse)
      .when(cancel)
      .then({ type: 'ReservationCancelled', data: { points: 40, debtPaid: 40, lots: [] } }));
});

describe('the expiry of points', () => {
  it('is a fact at the instant it was due, however late it is noticed', () =>
    given(older, newer)
      .settling('2028-01-01T00:00:00.000Z')
      .then(
        PointsExpired(
          { points: 30, lots: [older].map(({ id, data }) => ({ lotId: id, ...pick(data) })) },
          '2027-03-01T00:00:00.000Z',
        ),
        PointsExpired({ points: 50, lots: [newer].map(({ id, data }) => ({ lotId: id, ...pick(data) })) }, expiresAt),
      ));
  it('comes before the command at its instant', () =>
    given(newer)
      .when({ ...earn, at: expiresAt })
      .then({ type: 'PointsExpired' }, { type: 'PointsEarned' }));
  it('spares what was spent, reserved or taken before', () => {
    const spent = PointsRedeemed({
      redemptionId: 'x',
      points: 20,
      lots: [{ lotId: 'new', points: 20, ...times(newer.data) }],
    });
    const set = PointsReserved({
      reservationId: 'y',
      points: 10,
      lots: [{ lotId: 'new', points: 10, ...times(newer.data) }],
      lapsesAt: '2030-01-01T00:00:00.000Z',
    });
    const out = PointsAdjustedOut({
      adjustmentId: 'z',
      points: 5,
      lots: [{ lotId: 'new', points: 5, ...times(newer.data) }],
      reason: '-',
    });
    given(newer, spent, set, out)
      .settling(expiresAt)
      .then({ type: 'PointsExpired', data: { points: 15 } });
  });
});

const times = ({ availableAt, expiresAt: until }: { availableAt: string; expiresAt: string }) => ({
  availableAt,
  expiresAt: until,
});
const pick = (data: { points: number; availableAt: string; expiresAt: string }) => ({
  points: data.points,
  ...times(data),
});
