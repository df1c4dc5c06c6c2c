import { PassThrough } from 'node:stream';
import { slices } from '#slices/index.js';
import { engineWorld } from '#testing/engine-world.js';
import type { Patron } from '#runtime/patron.js';
import { DirectAccess } from '../access/direct.js';
import { terminalOf } from '../frame/terminal.js';
import { projectionsRebuild } from './projections-rebuild.js';

const where = { data: undefined, keys: undefined, server: undefined, token: undefined, partitions: undefined };

describe('patron projections rebuild', () => {
  it('ends where it is interrupted, leaves what is read, and says what goes on', async () => {
    const world = await engineWorld(slices);
    for (let n = 0; n < 40; n += 1) {
      const total = { units: 500, scale: 2, currency: 'USD' };
      await world.send({ type: 'RecordPurchase', customerId: `c-${n}`, purchaseId: 'p', total });
    }
    const before = await world.digests();
    const [out, err]: [string[], string[]] = [[], []];
    const ending = new AbortController();
    const rebuilding = projectionsRebuild.run(
      { args: { name: 'value_tier' }, flags: { all: false, customer: undefined, json: false, ...where } },
      {
        ...{
          out: (line) => void out.push(line),
          err: (line) => void err.push(line),
          errText: () => undefined,
          env: {},
        },
        write: () => Promise.resolve(),
        ...{ terminal: terminalOf({}, {}, {}), stdin: new PassThrough(), signal: ending.signal },
        patron: () => Promise.resolve(DirectAccess.on({ engine: world.engine } as Patron)),
      },
    );
    ending.abort();
    await expect(rebuilding).rejects.toMatchObject({ name: 'AbortError' });
    expect([out, err]).toEqual([[], [expect.stringContaining('the same command goes on from there')]]);
    expect((await world.engine.projector?.status())?.map(({ state }) => state)).not.toContain('rebuilding');
    expect(await world.digests()).toEqual(before);
    await world.close();
  });
});
