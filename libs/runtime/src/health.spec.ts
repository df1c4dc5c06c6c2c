import type { FastifyReply } from 'fastify';
import type { Standing } from '#engine/standing.js';
import { Ending } from './ending.js';
import { HealthController } from './health.controller.js';

const standing: Standing = {
  ...{ name: 'lifecycle_stage', version: 1, state: 'following', documents: 0, parked: [] },
  ...{ position: 1_000, head: 1_000, lag: 0, looked: 1_000, share: 1 },
};

/** What a caller of `/health/ready` gets where a read model stands so, and facts lie 500 positions apart. */
async function answered(...standings: Partial<Standing>[]) {
  const rebuilds = {
    status: () => Promise.resolve(standings.map((one) => ({ ...standing, ...one }))),
    factsBehind: ({ lag }: Standing) => lag / 500,
  };
  const headers: Record<string, string> = {};
  let status = 200;
  const reply = {
    code: (code: number) => ((status = code), reply),
    header: (name: string, value: string) => ((headers[name] = value), reply),
  };
  const health = new HealthController(rebuilds as never, undefined as never, new Ending());
  const body = await health.ready(reply as unknown as FastifyReply);
  return { status, headers, body };
}

describe('readiness', () => {
  it('is there where read models are less than some 10,000 facts behind', async () => {
    const near = { position: 1, head: 5_000_001, lag: 5_000_000, looked: 1, share: 0 };
    expect(await answered({}, near)).toEqual({ status: 200, headers: {}, body: { status: 'ready' } });
  });

  it('is not while one lacks more, and says how far it is, though its position may stand still for long', async () => {
    const far = { position: 0, head: 90_000_000, lag: 60_000_000, looked: 70_999_999, share: 0.683333 };
    expect(await answered({}, { ...far, name: 'value_tier' })).toEqual({
      status: 503,
      headers: { 'retry-after': '1' },
      body: {
        status: 'not_ready',
        reasons: [
          'value_tier is 60000000 positions behind: folded up to 0, the log looked through up to 70999999 of 90000000 (68 %).',
        ],
        behind: [{ projection: 'value_tier', position: 0, looked: 70_999_999, head: 90_000_000, share: 0.683 }],
      },
    });
  });

  it('is not where one stands still, and says why', async () => {
    expect(await answered({ state: 'failed', error: 'The disk is full.' })).toMatchObject({
      status: 503,
      body: { status: 'not_ready', reasons: ['lifecycle_stage is failed: The disk is full..'] },
    });
  });
});
