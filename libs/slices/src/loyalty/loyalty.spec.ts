import { deciderSpec } from '#testing/given.js';
import { named } from '#testing/makers.js';
import { purchasesSlice } from '../purchases/purchases.slice.js';
import {
  EarningNotFound,
  InsufficientPoints,
  ReservationNotOpen,
  TooManyReservations,
  TransferToSelf,
} from './loyalty.errors.js';
import { PointsEarned } from './loyalty.events.js';
import { loyaltySlice } from './loyalty.slice.js';

const given = deciderSpec(purchasesSlice, loyaltySlice);
const at = '2026-03-02T12:00:00.000Z';
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
const pending = named('pending', {
  ...lot('pending', 70),
  data: { ...newer.data, points: 70, availableAt: '2026-03-15T00:00:00.000Z' },
});
const part = (lotId: string, points: number) => ({ lotId, points });

const earn = { type: 'EarnPoints', earningId: 'welcome', points: 100, note: 'welcome' };
const redeem = { type: 'RedeemPoints', redemptionId: 'v-9', points: 40 };
const reserve = { type: 'ReservePoints', reservationId: 'b-3', points: 40 };
const confirm = { type: 'ConfirmReservation', reservationId: 'b-3' };
const cancel = { type: 'CancelReservation', reservationId: 'b-3' };
const adjust = { type: 'AdjustPoints', adjustmentId: 't-12', points: -20, reason: 'credited twice' };
const transfer = { type: 'TransferPoints', transferId: 'gift-1', to: 'c-2', points: 40 };
const reverse = { type: 'ReverseEarning', lotId: 'new', reason: 'fraud' };

describe('earning points without a purchase', () => {
  it('gives them at once, until the end of the month twelve months later', () =>
    given()
      .when(earn)
      .then(
        PointsEarned({
          ...{ points: 100, debtPaid: 0, reason: 'bonus', availableAt: at, expiresAt, year: 2026 },
          ...{ earningId: 'welcome', note: 'welcome' },
        }),
      ));
  it('changes nothing the second time', () => given().after(earn).when(earn).thenNothing());
  it('counts for the tier', () =>
    given()
      .when({ ...earn, points: 500 })
      .then({ type: 'PointsEarned' }, { type: 'LoyaltyTierChanged', data: { from: 'basic', to: 'silver' } }));
});

describe('redeeming points', () => {
  it('takes the oldest lot first, however the facts came', () => {
    const taken = { redemptionId: 'v-9', points: 40, lots: [part('old', 30), part('new', 10)] };
    given(newer, older).when(redeem).then({ type: 'PointsRedeemed', data: taken });
  });
  it('changes nothing the second time', () => given(newer).after(redeem).when(redeem).thenNothing());
  it('is refused for more than is available', () => {
    given(older).when(redeem).thenFails(InsufficientPoints, { requested: 40, available: 30 });
    given(newer)
      .after({ ...redeem, redemptionId: 'other' })
      .when(redeem)
      .thenFails(InsufficientPoints);
  });
  it('leaves pending points alone until their day begins', () => {
    given(pending).when(redeem).thenFails(InsufficientPoints, { available: 0 });
    given(pending)
      .when({ ...redeem, at: '2026-03-14T23:59:59.999Z' })
      .thenFails(InsufficientPoints);
    given(pending)
      .when({ ...redeem, at: '2026-03-15T00:00:00.000Z' })
      .then({ type: 'PointsRedeemed' });
  });
  it('finds what has expired gone', () =>
    given(newer)
      .when({ ...redeem, at: expiresAt })
      .thenFails(InsufficientPoints, { available: 0 }));
  it('says in several facts what comes from very many lots', () => {
    const many = Array.from({ length: 450 }, (_, index) => lot(`lot-${index}`, 1));
    given(...many)
      .when({ ...redeem, points: 450 })
      .then(...[200, 200, 50].map((points) => ({ type: 'PointsRedeemed', data: { redemptionId: 'v-9', points } })));
  });
});

describe('reserving points', () => {
  it('sets them aside until they lapse', () =>
    given(newer)
      .when(reserve)
      .then({
        type: 'PointsReserved',
        data: { points: 40, lots: [part('new', 40)], lapsesAt: '2026-03-03T12:00:00.000Z' },
      }));
  it('changes nothing the second time, not even when it was settled since', () => {
    given(newer).after(reserve).when(reserve).thenNothing();
    given(newer).after(reserve, confirm).when(reserve).thenNothing();
  });
  it('is refused for more than is available', () =>
    given(older).when(reserve).thenFails(InsufficientPoints, { available: 30 }));
  it('is refused when a hundred are open', () => {
    const each = Array.from({ length: 100 }, (_, index) => ({ ...reserve, reservationId: `b${index}`, points: 1 }));
    given(lot('big', 200))
      .after(...each)
      .when(reserve)
      .thenFails(TooManyReservations);
  });
  it('keeps others from spending them', () =>
    given(newer)
      .after(reserve)
      .when({ ...redeem, points: 11 })
      .thenFails(InsufficientPoints, { available: 10 }));
});

describe('confirming a reservation', () => {
  it('spends the points', () =>
    given(newer)
      .after(reserve)
      .when(confirm)
      .then({ type: 'ReservationConfirmed', data: { reservationId: 'b-3', points: 40 } }));
  it('changes nothing the second time', () => given(newer).after(reserve, confirm).when(confirm).thenNothing());
  it('is refused where none is open', () => {
    given(newer).when(confirm).thenFails(ReservationNotOpen);
    given(newer).after(reserve, cancel).when(confirm).thenFails(ReservationNotOpen);
    given(newer)
      .after(reserve)
      .when({ ...confirm, at: '2026-03-03T12:00:00.000Z' })
      .thenFails(ReservationNotOpen);
  });
});

describe('cancelling a reservation', () => {
  const back = { type: 'ReservationCancelled', data: { points: 40, debtPaid: 0, lots: [part('new', 40)] } };

  it('gives the points back to their lots', () => {
    given(newer).after(reserve).when(cancel).then(back);
    given(newer)
      .after(reserve, cancel)
      .when({ ...redeem, points: 50 })
      .then({ type: 'PointsRedeemed' });
  });
  it('changes nothing the second time', () => given(newer).after(reserve, cancel).when(cancel).thenNothing());
  it('is refused where none is open', () => {
    given(newer).when(cancel).thenFails(ReservationNotOpen);
    given(newer).after(reserve, confirm).when(cancel).thenFails(ReservationNotOpen);
  });
  it('happens by itself when it lapses', () =>
    given(newer)
      .after(reserve)
      .settling('2026-03-04T00:00:00.000Z')
      .then({
        type: 'ReservationCancelled',
        data: { reason: 'lapsed' },
        occurredAt: '2026-03-03T12:00:00.000Z',
        metadata: { derived: true },
      }));
  it('lets points expire at once whose lot has expired meanwhile', () => {
    const short = lot('new', 50, '2026-03-01T08:00:00.000Z', '2026-03-03T00:00:00.000Z');
    const late = '2026-03-03T06:00:00.000Z';
    given(short)
      .after(reserve)
      .when({ ...cancel, at: late })
      .then(
        { type: 'PointsExpired', data: { points: 10 } },
        { type: 'ReservationCancelled', data: { points: 40, lots: [{ ...part('new', 40), expiresAt: late }] } },
      );
    const { occurredAt } =
      given(short)
        .after(reserve, { ...cancel, at: late })
        .settling(late)
        .facts()[0] ?? {};
    expect(occurredAt).toBe(late);
  });
  it('gives points of one lot back with one time at which they expire', () => {
    const short = lot('new', 50, '2026-03-01T08:00:00.000Z', '2026-03-03T00:00:00.000Z');
    const second = { ...reserve, reservationId: 'b-4', points: 5 };
    given(short)
      .after(reserve, second, { ...cancel, at: '2026-03-03T06:00:00.000Z' })
      .when({ ...cancel, reservationId: 'b-4', at: '2026-03-03T05:00:00.000Z' })
      .then({ type: 'ReservationCancelled', data: { lots: [{ points: 5, expiresAt: '2026-03-03T06:00:00.000Z' }] } });
  });
});

describe('adjusting a balance', () => {
  it('takes points, oldest lot first', () =>
    given(older, newer)
      .when(adjust)
      .then({ type: 'PointsAdjustedOut', data: { points: 20, lots: [part('old', 20)], reason: 'credited twice' } }));
  it('gives points, which do not count for the tier', () =>
    given()
      .when({ ...adjust, points: 900 })
      .then({ type: 'PointsAdjustedIn', data: { points: 900, debtPaid: 0, availableAt: at, expiresAt } }));
  it('changes nothing the second time', () => {
    given(newer).after(adjust).when(adjust).thenNothing();
    given()
      .after({ ...adjust, points: 5 })
      .when({ ...adjust, points: 5 })
      .thenNothing();
  });
  it('is refused for more than is available', () => given().when(adjust).thenFails(InsufficientPoints));
});

describe('sending points to another customer', () => {
  it('says from which lots, so that they keep their time', () =>
    given(older, newer)
      .when(transfer)
      .then({
        type: 'PointsSent',
        data: {
          to: 'c-2',
          points: 40,
          lots: [{ ...part('old', 30), expiresAt: '2027-03-01T00:00:00.000Z' }, part('new', 10)],
        },
      }));
  it('changes nothing the second time', () => given(newer).after(transfer).when(transfer).thenNothing());
  it('is refused to oneself, and for more than is available', () => {
    given(newer)
      .when({ ...transfer, to: 'c-1' })
      .thenFails(TransferToSelf);
    given(older).when(transfer).thenFails(InsufficientPoints);
  });
});

describe('receiving points', () => {
  const receive = { type: 'ReceivePoints', transferId: 'gift-1', from: 'c-2', lots: [{ points: 40, expiresAt }] };

  it('brings a lot that expires when the sender’s did', () =>
    given()
      .when(receive)
      .then({ type: 'PointsReceived', data: { points: 40, debtPaid: 0, availableAt: at, expiresAt } }));
  it('cannot be reversed, and raises no tier', () => {
    given()
      .when({ ...receive, lots: [{ points: 5_000, expiresAt }] })
      .then({ type: 'PointsReceived' });
    given()
      .after(receive)
      .when({ ...reverse, lotId: 'command-1/0' })
      .thenFails(EarningNotFound);
  });
});

describe('reversing an earning', () => {
  it('takes the points out of their own lot', () =>
    given(older, newer)
      .when(reverse)
      .then({ type: 'PointsReversed', data: { points: 50, debt: 0, lots: [part('new', 50)], lotId: 'new' } }));
  it('goes on with the oldest lot, then leaves a debt', () =>
    given(older, newer)
      .after({ ...redeem, points: 70 })
      .when(reverse)
      .then({ type: 'PointsReversed', data: { points: 50, debt: 40, lots: [part('new', 10)] } }));
  it('changes nothing the second time', () => given(newer).after(reverse).when(reverse).thenNothing());
  it('is refused for a lot that is unknown', () => given().when(reverse).thenFails(EarningNotFound));
});
