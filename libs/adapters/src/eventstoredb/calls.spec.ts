import { jest } from '@jest/globals';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { CALL_MS, Calls } from './calls.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('reads of a server, in turn', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('are no more than 40 at once, far below the 100 at which a connection hangs', async () => {
    const calls = new Calls(never);
    let [now, most] = [0, 0];
    const read = async (): Promise<void> => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
    };
    await Promise.all(Array.from({ length: 500 }, () => calls.run(read)));
    expect([now, most]).toEqual([0, 40]);
  });

  it('end after 15 s, the turn included; then others fail at once until a probe is answered', async () => {
    const calls = new Calls(never);
    const signals: AbortSignal[] = [];
    const reads = Array.from({ length: 60 }, () => calls.run((signal) => (signals.push(signal), never())));
    const outcomes = Promise.allSettled(reads);
    await jest.advanceTimersByTimeAsync(CALL_MS);
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(() => calls.check()).toThrow(StoreUnavailable);
    await expect(calls.run(() => Promise.resolve(1))).rejects.toBeInstanceOf(StoreUnavailable);
    calls.close();
  });

  it('that an outage ended after seconds tell that the server is silent; one that was refused at once does not', async () => {
    const calls = new Calls(never);
    const gone = new StoreUnavailable('gone');
    await expect(calls.run(() => Promise.reject(gone))).rejects.toBe(gone);
    expect(() => calls.check()).not.toThrow();
    const broken = calls.run(() => new Promise((_, reject) => setTimeout(() => reject(gone), 10_000)));
    const outcome = expect(broken).rejects.toBe(gone); // the driver's keep-alive was faster than ours
    await jest.advanceTimersByTimeAsync(10_000);
    await outcome;
    expect(() => calls.check()).toThrow(StoreUnavailable);
    calls.close();
  });

  it('go on by themselves once a probe was answered', async () => {
    const calls = new Calls(() => Promise.resolve());
    calls.fellSilent();
    await expect(calls.run(() => Promise.resolve(1))).rejects.toBeInstanceOf(StoreUnavailable);
    await jest.advanceTimersByTimeAsync(1_000);
    await expect(calls.run(() => Promise.resolve(1))).resolves.toBe(1);
    expect(await Promise.all(Array.from({ length: 50 }, (_, n) => calls.run(() => Promise.resolve(n))))).toHaveLength(
      50,
    );
  });
});
