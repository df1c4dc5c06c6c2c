import { AppendTooLarge, StoreUnavailable } from '#kernel/ports/event-store.js';
import { isOutage, isToSubscribeAgain, portError } from './outages.js';

/** @source grpc/doc/statuscodes.md */
const status = { CANCELLED: 1, UNKNOWN: 2, PERMISSION_DENIED: 7, ABORTED: 10, UNAVAILABLE: 14, UNAUTHENTICATED: 16 };

/** As the driver throws them: all are named Error; a part has a type, a part only the code of gRPC. */
const thrown = (message: string, told: object): Error => Object.assign(new Error(message), told);

describe("an error of EventStoreDB's driver", () => {
  it.each([
    ['a closed port, for reads', thrown('14 UNAVAILABLE', { type: 'unavailable', code: status.UNAVAILABLE })],
    ['a closed port, for appends: without a type', thrown('14 UNAVAILABLE', { code: status.UNAVAILABLE })],
    ['a connection that its keep-alive gave up', thrown('', { type: 'deadline-exceeded' })],
    ['a subscription whose reader was slow', thrown('', { type: 'timeout', code: status.ABORTED })],
    ['a call that the server cancelled', thrown('1 CANCELLED', { code: status.CANCELLED })],
    ['a node that does not lead any more', thrown('', { type: 'not-leader' })],
    ['a cluster that nobody was found of', new Error('Failed to discover after 10 attempts.')],
  ])('is an outage: %s', (_, error) => {
    expect(portError(error)).toBeInstanceOf(StoreUnavailable);
    expect(isOutage(error)).toBe(true);
    expect((portError(error) as StoreUnavailable).cause).toBe(error);
  });

  it('about a password says where to look, and that it may be mended without a restart', () => {
    for (const code of [status.UNAUTHENTICATED, status.PERMISSION_DENIED]) {
      expect(portError(thrown('', { code }))).toMatchObject({ message: expect.stringContaining('user and password') });
      expect(isOutage(thrown('', { code }))).toBe(true);
    }
  });

  it('may only ask for the subscription to be begun again', () => {
    const slow = thrown('10 ABORTED: Consumer too slow. Client resubscription required.', { code: status.ABORTED });
    expect(isToSubscribeAgain(portError(slow))).toBe(true);
    for (const error of [
      thrown('10 ABORTED', { code: status.ABORTED }),
      thrown('14 resubscription required', { code: status.UNAVAILABLE }),
    ])
      expect(isToSubscribeAgain(portError(error))).toBe(false);
    expect(isToSubscribeAgain(slow)).toBe(false);
  });

  it('that is none of an outage stays what it is, as does what the port says already', () => {
    for (const error of [thrown('2 UNKNOWN', { code: status.UNKNOWN }), new TypeError('no'), new AppendTooLarge(1)]) {
      expect(portError(error)).toBe(error);
      expect(isOutage(error)).toBe(false);
    }
    expect(portError('a text')).toEqual(new Error('a text'));
  });
});
