import { setTimeout as delay } from 'node:timers/promises';
import { NotYetProjected } from '#engine/errors.js';
import { ClockProcess } from '../apps/server/src/clock-process.js';

const behind = (reached: number): Error => new NotYetProjected('settlement_due', reached, 900);

/** A clock whose ticks end as told, one after the other, and which then succeed. */
function clockOf(...ends: readonly Error[]) {
  const left = [...ends];
  const said: string[] = [];
  let ticks = 0;
  const advanceTo = async (): Promise<void> => {
    ticks += 1;
    await delay(5);
    const error = left.shift();
    if (error !== undefined) throw error;
  };
  const engine = { timekeeper: { advanceTo }, now: () => '2026-01-01T00:00:00.000Z' };
  const clock = new ClockProcess(engine as never, 60, (text) => said.push(text));
  return { clock, said, ticks: () => ticks };
}

describe('the clock process', () => {
  it('does not keep a start waiting for read models that take long, and ticks once they are folded', async () => {
    const { clock, said, ticks } = clockOf(behind(0), behind(450));
    await clock.first();
    expect(said).toEqual(['Business time waits for settlement_due, which is folded up to position 0 of 900.']);
    await delay(50);
    expect(ticks()).toBe(3);
    expect(said).toHaveLength(2);
    await clock.stop();
  });

  it('stops a start that cannot tick', async () => {
    await expect(clockOf(new Error('no disk')).clock.first()).rejects.toThrow('no disk');
  });

  it('says what fails in the background, and has one tick under way at a time', async () => {
    const { clock, said, ticks } = clockOf(new Error('no disk'));
    clock.begin();
    clock.begin();
    await delay(30);
    expect([ticks(), said]).toEqual([1, [expect.stringContaining('no disk')]]);
    clock.begin();
    await delay(30);
    expect([ticks(), said.length]).toEqual([2, 1]);
  });

  it('does not go on waiting when it is stopped', async () => {
    const { clock, ticks } = clockOf(...Array.from({ length: 1_000 }, () => behind(0)));
    clock.begin();
    await delay(20);
    await clock.stop();
    const stoppedAt = ticks();
    await delay(30);
    expect(ticks()).toBe(stoppedAt);
  });
});
