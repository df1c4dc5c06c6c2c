import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Recorded } from '#kernel/fact.js';
import { Arrivals, type Page } from './arrivals.js';
import { placeOf } from './conversion.js';

const KIB = 1_024;
const fact = (position: number): Recorded => ({ position }) as Recorded;

describe('facts as they arrive', () => {
  let [held, left] = [false, false];
  let arrivals: Arrivals;
  const flow = { pause: () => void (held = true), resume: () => void (held = false), leave: () => void (left = true) };
  const arrive = (count: number, from = 1, bytesEach = 1): void => {
    for (let n = from; n < from + count; n += 1) arrivals.push(fact(n), placeOf(n * bytesEach));
  };
  const positions = ({ facts }: Page): number[] => facts.map(({ position }) => position);
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    [held, left] = [false, false];
    arrivals = new Arrivals(placeOf(0));
    arrivals.begin(flow);
  });
  afterEach(() => void jest.useRealTimers());

  it('are handed over together as far as they came at once, and end with their stretch', async () => {
    const pages: number[][] = [];
    const reading = (async () => {
      for await (const page of arrivals.pages()) pages.push(positions(page));
    })();
    await turn();
    arrive(3);
    await turn();
    arrive(2, 4);
    arrivals.end();
    await reading;
    expect(pages).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('come before what broke them off', async () => {
    arrive(2);
    arrivals.end(new Error('gone'));
    const pages = arrivals.pages();
    expect(positions((await pages.next()).value as Page)).toEqual([1, 2]);
    await expect(pages.next()).rejects.toThrow('gone');
  });

  it('tell how far the log was read where there is none of ours', async () => {
    arrivals.push(undefined, placeOf(7));
    arrivals.end();
    const pages = arrivals.pages();
    expect((await pages.next()).value).toEqual({ facts: [], last: placeOf(7) });
    expect((await pages.next()).done).toBe(true);
  });

  it('tell how far it was looked through where others wrote for long, so that no call begins before that again', async () => {
    arrive(2);
    arrivals.passed(placeOf(1)); // it was said late
    arrivals.passed(placeOf(9_000));
    jest.advanceTimersByTime(5_000);
    expect(left).toBe(true);
    arrivals.end();
    expect(((await arrivals.pages().next()).value as Page).last).toEqual(placeOf(9_000));
  });

  it.each([
    ['2,048 of them', 2_047, 1],
    ['4 MiB of them', 4, KIB * KIB],
  ])('hold the server back while %s wait, and let it go on when they were taken', async (_, fit, bytesEach) => {
    arrive(fit, 1, bytesEach);
    expect(held).toBe(false);
    arrive(1, fit + 1, bytesEach);
    expect(held).toBe(true);
    const page = (await arrivals.pages().next()).value as Page;
    expect(page.facts).toHaveLength(fit + 1);
    jest.advanceTimersByTime(1_000);
    expect([held, left]).toEqual([false, false]);
  });

  it('leave their call to others where their reader does not come back soon', () => {
    arrive(2_048);
    jest.advanceTimersByTime(199);
    expect(left).toBe(false);
    jest.advanceTimersByTime(1);
    expect(left).toBe(true);
  });

  it('come by one call for five seconds at most', () => {
    arrive(1);
    jest.advanceTimersByTime(4_999);
    expect(left).toBe(false);
    jest.advanceTimersByTime(1);
    expect(left).toBe(true);
  });

  it('leave no call by which nothing came: its silence is for whoever waits to hear of', () => {
    jest.advanceTimersByTime(10_000);
    expect(left).toBe(false);
    arrive(1);
    expect(left).toBe(true);
  });

  it('are not waited for behind the end of their call', () => {
    arrive(2_048);
    arrivals.end();
    jest.advanceTimersByTime(10_000);
    expect(left).toBe(false);
  });
});
