import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedHistoryCopy } from '#adapters/embedded/embedded-history-copy.js';
import { recordedElsewhere } from '#testing/history-copy.contract.js';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;
const FACTS = 40_000;

described('patron copy', () => {
  const world = new CliWorld();
  const at = (name: string): string => join(world.folder, name);
  const copy = (to: string) => world.patron(['copy', '--from', 'source', '--to', to, '--json']);
  beforeAll(async () => {
    const store = await EmbeddedHistoryCopy.open({ folder: at('source'), storeId: 'long', standing: 'copying' });
    await store.take(recordedElsewhere(FACTS, 500));
    await store.complete();
    await store.close();
  }, 60_000);
  afterAll(() => world.close());

  it('is killed in the middle and run again: what was copied is kept, nothing is doubled or missing', async () => {
    const logged = (): number => statSync(at('copy/log.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
    const running = world.start(['copy', '--from', 'source', '--to', 'copy']);
    while (logged() < 1_000_000) await delay(2);
    await running.kill();

    const refused = await world.patron(['stream', 'show', 'note-1', '--data', 'copy']);
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('run the same `patron copy` again')]);
    const again = JSON.parse((await copy('copy')).out) as { facts: number; taken: number; digest: string };
    expect(again.facts).toBe(FACTS);
    expect(again.taken).toBeGreaterThan(0);
    expect(again.taken).toBeLessThan(FACTS);
    const undisturbed = JSON.parse((await copy('other')).out) as typeof again;
    expect(undisturbed).toMatchObject({ facts: FACTS, taken: FACTS, digest: again.digest });
  }, 90_000);

  it('says what it lacks, and what it cannot use', async () => {
    const { code, err } = await world.patron(['copy', '--to', 'copy']);
    expect([code, err]).toEqual([2, expect.stringContaining('--from names a data folder or esdb://…')]);
    const nowhere = await world.patron(['copy', '--from', 'nowhere', '--to', 'new']);
    expect([nowhere.code, nowhere.err]).toEqual([4, expect.stringContaining('There is no data at')]);
    const other = await world.patron(['copy', '--from', 'source', '--to', 'mysql://root:secret@h/x']);
    expect([other.code, other.err]).toEqual([4, expect.stringContaining('must begin with esdb://')]);
    expect(other.err).not.toContain('secret');
    expect(existsSync(at('new'))).toBe(false);
  }, 60_000);

  it('tells people what was copied, and that keys were not', async () => {
    const { code, out } = await world.patron(['copy'], '', { PATRON_COPY_FROM: 'source', PATRON_COPY_TO: 'third' });
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/40,000 facts of history long .*\nlast position .*\ndigest /),
    ]);
    expect(out).toContain('Keys and tokens are not copied');
  }, 60_000);
});
