import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import type { Proposed } from '#kernel/fact.js';
import type { ReadStream } from '#kernel/ports/event-store.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { loyaltySlice } from '#slices/loyalty/loyalty.slice.js';
import { engineWorld } from '#testing/engine-world.js';
import { Contention } from './contention.js';
import { TooMuchContention } from './errors.js';

/** A store with a network between: whoever appends in a row is always ahead of whoever has to read first. */
class FarStore extends MemoryEventStore {
  override async append(stream: string, expected: number, facts: readonly Proposed[]) {
    await delay(1);
    const appended = await super.append(stream, expected, facts);
    await delay(1);
    return appended;
  }
  override async readStream(stream: string, options?: ReadStream) {
    await delay(1);
    const facts = await super.readStream(stream, options);
    await delay(1);
    return facts;
  }
}

describe('two processes that want one customer', () => {
  it('both get all their commands done, however many races they lose', async () => {
    const store = new FarStore();
    const worlds = [await engineWorld([loyaltySlice], { store }), await engineWorld([loyaltySlice], { store })];
    const sent = worlds.flatMap((world, n) =>
      Array.from({ length: 100 }, (_, m) =>
        world.send({ type: 'EarnPoints', earningId: `e-${n}-${m}`, points: 1 }, { commandId: `k-${n}-${m}` }),
      ),
    );
    const revisions = (await Promise.all(sent)).map(({ revision }) => revision);
    expect(new Set(revisions).size).toBe(200);
    for (const world of worlds) await world.close();
  });
});

describe('a contended customer', () => {
  const contention = (): Contention => new Contention();
  const lost = (at: Contention, since = performance.now()) => at.lost('c-1', 0, since);
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
  afterEach(() => void jest.useRealTimers());

  it('is nothing to wait for where no race was lost, and not for other customers', async () => {
    const known = contention();
    for (let n = 0; n < 100; n += 1) expect(known.turn('c-1')).toBeUndefined();
    const losing = lost(known);
    await jest.advanceTimersByTimeAsync(100);
    await losing;
    for (let n = 0; n < 100; n += 1) expect(known.turn('c-2')).toBeUndefined();
  });

  it('is left to the others for a moment behind eight commands in a row', async () => {
    const known = contention();
    const losing = lost(known);
    await jest.advanceTimersByTimeAsync(100);
    await losing;
    const turns = Array.from({ length: 18 }, () => known.turn('c-1'));
    expect(turns.flatMap((turn, n) => (turn === undefined ? [] : [n + 1]))).toEqual([9, 18]);
  });

  it('is forgotten a second later', async () => {
    const known = contention();
    const losing = lost(known);
    await jest.advanceTimersByTimeAsync(1_100);
    await losing;
    for (let n = 0; n < 20; n += 1) expect(known.turn('c-1')).toBeUndefined();
  });

  it('is given up after ten seconds of lost races, not before', async () => {
    const known = contention();
    const since = performance.now();
    await jest.advanceTimersByTimeAsync(9_900);
    const losing = lost(known, since);
    await jest.advanceTimersByTimeAsync(200);
    await losing;
    await expect(lost(known, since)).rejects.toBeInstanceOf(TooMuchContention);
  });
});
