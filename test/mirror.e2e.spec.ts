import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CliWorld, type Ended } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;

described('patron mirror beside a server', () => {
  const world = new CliWorld();
  beforeAll(() => world.serve(), 60_000);
  afterAll(() => world.close());
  const there = ['--data', 'mirror', '--keys', join(world.folder, 'data.keys')];
  const ids = async (words: readonly string[]): Promise<string[]> =>
    [...(await world.patron(words)).out.matchAll(/"purchaseId":"([^"]+)"/g)].map(([, id = '']) => id);
  const buy = async (purchaseId: string): Promise<void> => {
    const total = { units: 1_000, scale: 2, currency: 'GBP' };
    const sent = await world.through([
      'send',
      'RecordPurchase',
      JSON.stringify({ customerId: 'c-1', purchaseId, total }),
    ]);
    expect(sent.code).toBe(0);
  };
  const status = async (): Promise<{ readonly state: string; readonly behind: number; readonly position: number }> => {
    const { code, out } = await world.patron(['mirror', 'status', '--data', 'mirror', '--json']);
    return code === 0 ? JSON.parse(out) : { state: 'none', behind: -1, position: -1 };
  };

  it('is killed, catches up, is read and folded, and refuses commands', async () => {
    await buy('p-1');
    const running = world.start(['mirror', '--from', 'data', ...there]);
    while ((await status()).state !== 'following') await delay(50);
    await running.kill();
    expect((await status()).state).toBe('ended');
    await buy('p-2');
    const { code, out } = await world.patron(['mirror', '--from', 'data', '--once', ...there]);
    expect([code, out]).toEqual([0, expect.stringContaining('Holds all there is in')]);
    expect(await ids(['read', 'purchase_history', '--json', ...there])).toEqual(['p-1', 'p-2']);

    const rebuilt = await world.patron(['projections', 'rebuild', 'purchase_history', ...there]);
    expect([rebuilt.code, rebuilt.out]).toEqual([0, expect.stringContaining('purchase_history: as before')]);
    const refused = (words: readonly string[]): Promise<Ended> => world.patron([...words, ...there]);
    for (const words of [
      ['send', 'RegisterCustomer', '{"customerId":"c-2"}'],
      ['clock', 'lift'],
      ['serve', '--port', '0'],
    ]) {
      const ended = await refused(words);
      expect([words[0], ended.code, ended.err]).toEqual([words[0], 4, expect.stringContaining('store.mirror')]);
    }
  }, 90_000);

  it('is not begun beside read models of another log, and leaves them as they are', async () => {
    const other = join(world.folder, 'served');
    mkdirSync(other);
    cpSync(join(world.folder, 'data', 'read-models'), join(other, 'read-models'), { recursive: true });
    const { code, err } = await world.patron(['mirror', '--from', 'data', '--data', other]);
    expect([code, err]).toEqual([
      4,
      expect.stringMatching(/folded from a log that is kept elsewhere.*nothing was made there/s),
    ]);
    expect(readdirSync(other)).toEqual(['read-models']);
  }, 60_000);

  it('says what it lacks', async () => {
    const none = await world.patron(['mirror', 'status', '--data', 'nowhere']);
    expect([none.code, none.err]).toEqual([3, expect.stringContaining('There is no mirror at')]);
    const without = await world.patron(['mirror', '--from', 'data']);
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('--data names the folder')]);
  }, 60_000);
});
