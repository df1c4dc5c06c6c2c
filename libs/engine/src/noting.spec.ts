import { jest } from '@jest/globals';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import type { FoldedHistory, KnownFact } from '#kernel/ports/read-models.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { Noting } from './noting.js';

describe('the newest fact of the log', () => {
  let head = 0;
  let noted: number[] = [];
  let fails = false;
  const history: FoldedHistory = {
    numbering: 'one',
    head: async () => {
      if (fails) throw new StoreUnavailable('gone');
      return head;
    },
    markAt: async (position) => `mark-${position}`,
  };
  const readModels = new MemoryReadModels();
  const second = () => jest.advanceTimersByTimeAsync(1_000);
  let closing = new AbortController();
  const opened = (): Noting => new Noting(readModels, history, closing.signal);

  beforeEach(() => {
    jest.useFakeTimers();
    [head, noted, fails, closing] = [0, [], false, new AbortController()];
    readModels.note = async ({ position }: KnownFact) => void noted.push(position);
  });
  afterEach(() => void jest.useRealTimers());

  it('is noted at the beginning, each second in which it changed, and at the end', async () => {
    head = 3;
    const noting = opened();
    await noting.begin();
    expect(noted).toEqual([3]);
    await second();
    head = 5;
    await second();
    await second();
    expect(noted).toEqual([3, 5]);
    head = 6;
    await noting.end();
    head = 7;
    await second();
    expect(noted).toEqual([3, 5, 6]);
  });

  it('keeps nobody from beginning where it cannot be written', async () => {
    head = 3;
    readModels.note = () => Promise.reject(new Error('ENOSPC'));
    await opened().begin();
    readModels.note = async ({ position }: KnownFact) => void noted.push(position);
    await second();
    expect(noted).toEqual([3]);
  });

  it('is noted later where the store does not answer, and by nobody who gave up opening', async () => {
    const noting = opened();
    await noting.begin();
    expect(noted).toEqual([]); // there is none yet
    [head, fails] = [4, true];
    await second();
    fails = false;
    await second();
    expect(noted).toEqual([4]);
    closing.abort();
    head = 9;
    await second();
    expect(noted).toEqual([4]);
  });
});
