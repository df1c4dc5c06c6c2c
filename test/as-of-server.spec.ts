import { plusHours } from '#kernel/time.js';
import { closeServers, NOW, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

const PATH = '/v1/read-models/purchase_history';

describe('pages of a moment, over HTTP', () => {
  let server: TestServer;
  let analyst: Caller;
  const bought = async (purchaseId: string): Promise<void> => {
    const { status } = await server
      .as('service')
      .post('/v1/commands/RecordPurchase', purchase('ann', purchaseId, { at: `2026-03-02T1${purchaseId}:00:00Z` }));
    expect(status).toBe(201);
  };
  const page = async (query: string): Promise<readonly [ids: string, cursor: string, status: number]> => {
    const { status, body } = await analyst.get(`${PATH}?limit=2&${query}`);
    const items = (body.items ?? []) as readonly { purchaseId: string }[];
    return [items.map(({ purchaseId }) => purchaseId).join(), body.cursor ?? body.code, status];
  };

  beforeEach(async () => {
    server = await testServer();
    analyst = server.as('analyst');
    for (const id of ['1', '3', '5', '7']) await bought(id);
    await server.running.patron.engine.timekeeper.advanceTo('2026-03-10T12:00:00.000Z');
  });
  afterEach(closeServers);

  it.each(['business', 'recorded'])('are of what was known when the first was asked for, by %s time', async (by) => {
    const moment = by === 'business' ? '2026-03-05T00:00:00Z' : plusHours(NOW, 1 / 30);
    const when = `asOf=${moment}&by=${by}`;
    const [first, cursor] = await page(when);
    expect(first).toBe('1,3');
    await bought('4'); // it happened before that moment, and is said now
    expect(await page(`${when}&cursor=${cursor}`)).toEqual(['5,7', undefined, 200]);
    const [, now] = await page(when);
    expect(await page(`${when}&cursor=${now}`)).toEqual(['4,5', expect.any(String), 200]);
  });

  it('are not taken for those of another moment, or of now', async () => {
    const [, cursor] = await page('asOf=2026-03-05T00:00:00Z&by=business');
    expect(await page(`asOf=2026-03-06T00:00:00Z&by=business&cursor=${cursor}`)).toEqual(['', 'request.invalid', 400]);
    expect(await page(`cursor=${cursor}`)).toEqual(['', 'read_model.cursor_expired', 409]);
    const [, now] = await page('');
    expect(await page(`asOf=2026-03-05T00:00:00Z&by=business&cursor=${now}`)).toEqual(['', 'request.invalid', 400]);
  });
});
