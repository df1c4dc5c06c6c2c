import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { replay } from '#engine/replay.js';
import { tempFolder } from '#testing/temp-folder.js';
import { loadConfig } from '#runtime/config.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { join } from 'node:path';

const NOON = '2026-03-10T12:00:00.000Z';
const HALF_PAST = '2026-03-10T12:30:00.000Z';
const AN_HOUR_BACK = '2026-03-10T11:30:00.000Z';

describe("the machine's clock jumping back an hour", () => {
  const folder = tempFolder();
  let clock: FixedClock;
  let patron: Patron;

  beforeEach(async () => {
    clock = new FixedClock(NOON);
    const config = loadConfig({ flags: { data: join(folder(), 'data') }, folder: folder() });
    patron = await openPatron(config, { mode: 'write', clock });
    await tick();
  });
  afterEach(() => patron.close());

  const tick = (): Promise<void> => patron.engine.timekeeper.advanceTo(patron.engine.now());
  const earn = (commandId: string) =>
    patron.commands.submit({
      type: 'EarnPoints',
      commandId,
      body: { customerId: 'c-1', earningId: commandId, points: 10 },
    });
  const facts = async () => {
    const all = [];
    for await (const batch of patron.store.readAll()) all.push(...batch.facts);
    return all;
  };

  it('serves commands, and lets business time stand still until the machine has caught up', async () => {
    clock.set(HALF_PAST);
    await earn('before');
    clock.set(AN_HOUR_BACK);
    await earn('after');
    clock.set('2026-03-10T12:31:00.000Z');
    await earn('later');
    const earned = (await facts()).filter(({ type }) => type === 'PointsEarned');
    expect(earned.map(({ occurredAt }) => occurredAt)).toEqual([HALF_PAST, HALF_PAST, '2026-03-10T12:31:00.000Z']);
  });

  it('answers a retry of what was done before it', async () => {
    clock.set(HALF_PAST);
    const body = { customerId: 'c-1', earningId: 'e', points: 10, at: HALF_PAST };
    const send = () => patron.commands.submit({ type: 'EarnPoints', commandId: 'once', body });
    const first = await send();
    clock.set(AN_HOUR_BACK);
    expect(await send()).toMatchObject({ ...first, repeated: true });
  });

  it('lets no time fall in the log, and no timer fire twice', async () => {
    await earn('points');
    const reservation = { customerId: 'c-1', reservationId: 'basket', points: 5 };
    await patron.commands.submit({ type: 'ReservePoints', commandId: 'reserve', body: reservation });
    for (const at of ['2026-03-11T13:00:00.000Z', '2026-03-11T12:00:00.000Z', '2026-03-11T14:00:00.000Z']) {
      clock.set(at);
      await tick();
      await tick();
    }
    const all = await facts();
    const reached = all.filter(({ type }) => type === 'ClockAdvanced').map(({ data }) => String(data['to']));
    expect(reached).toEqual([...new Set(reached)].sort());
    expect(all.filter(({ type }) => type === 'ReservationCancelled')).toHaveLength(1);
    expect(all.map(({ position }) => position)).toEqual(all.map((_, at) => at + 1));
    await patron.engine.readSide.caughtUp('loyalty_balance', await patron.store.head());
    const compared = await replay(patron.engine, new MemoryReadModels());
    expect(compared.filter(({ equal }) => !equal)).toEqual([]);
  });
});
