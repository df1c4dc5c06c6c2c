import { jest } from '@jest/globals';
import { StoreRefused, StoreUnavailable } from '#kernel/ports/event-store.js';
import { Continuity } from './continuity.js';

describe('what a server had', () => {
  const events = new Map<number, string>();
  const asked: number[] = [];
  const silent = new StoreUnavailable('gone');
  let isSilent = false;
  const opened = (): Continuity =>
    new Continuity(async (position) => {
      asked.push(position);
      if (isSilent) throw silent;
      return events.get(position);
    });
  beforeEach(() => {
    jest.useFakeTimers();
    events.clear();
    asked.length = 0;
    isSilent = false;
  });
  afterEach(() => void jest.useRealTimers());
  const known = (continuity: Continuity): void => {
    for (const [position, eventId] of events) continuity.knows({ position, eventId });
  };

  it('is asked for after an interruption only, once for all who wait', async () => {
    events.set(7, 'a').set(9, 'b').set(8, 'c');
    const continuity = opened();
    known(continuity);
    expect(continuity.check()).toBeUndefined();
    continuity.interrupted();
    await Promise.all([continuity.check(), continuity.check()]);
    expect(asked).toEqual([9]);
    expect(continuity.check()).toBeUndefined();
  });

  it.each([
    ['is gone', undefined],
    ['is another one', 'x'],
  ])('is refused where the newest event %s, and taken again once it is back', async (_, there) => {
    events.set(9, 'b');
    const continuity = opened();
    known(continuity);
    if (there === undefined) events.delete(9);
    else events.set(9, there);
    continuity.interrupted();
    await expect(continuity.check()).rejects.toThrow(StoreRefused);
    await expect(continuity.check()).rejects.toThrow(/at position 9: it was put back.*Put back the newer/);
    expect(asked).toEqual([9]); // not at each call
    events.set(9, 'b');
    jest.advanceTimersByTime(1_001);
    await continuity.check();
    expect(continuity.check()).toBeUndefined();
  });

  it('is not told by what an older database gave meanwhile, to which others appended', async () => {
    events.set(9, 'b');
    const continuity = opened();
    known(continuity);
    events.delete(9);
    events.set(12, 'of another');
    continuity.interrupted();
    known(continuity);
    await expect(continuity.check()).rejects.toThrow(/at position 9: it was put back/);
    expect(asked).toEqual([9]);
  });

  it('is not known of a server that does not answer', async () => {
    events.set(9, 'b');
    const continuity = opened();
    known(continuity);
    isSilent = true;
    continuity.interrupted();
    await expect(continuity.check()).rejects.toBe(silent);
    isSilent = false;
    await continuity.check();
    expect(asked).toEqual([9, 9]);
  });

  it('is asked for again where it was interrupted while it was asked for', async () => {
    events.set(9, 'b');
    const continuity = opened();
    known(continuity);
    continuity.interrupted();
    const checked = continuity.check();
    continuity.interrupted();
    await checked;
    expect(asked).toEqual([9, 9]);
  });

  it('is nothing yet where nothing is known', async () => {
    const continuity = opened();
    continuity.interrupted();
    await continuity.check();
    expect(asked).toEqual([]);
  });
});
