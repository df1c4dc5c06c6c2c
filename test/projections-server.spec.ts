import { closeServers, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

describe('projections of a server', () => {
  let server: TestServer;
  let admin: Caller;
  beforeAll(async () => {
    server = await testServer();
    admin = server.as('admin');
    await admin.post('/v1/commands/RecordPurchase', purchase('c-1', 'p-1'));
    const { engine } = server.running.patron;
    await engine.projector?.allCaughtUp(await engine.store.head());
  });
  afterAll(closeServers);

  it('shows, digests, rebuilds and retries them', async () => {
    const { body } = await admin.get('/v1/projections');
    expect(body.items.find(({ name }: { name: string }) => name === 'loyalty_balance')).toMatchObject({
      state: 'following',
      parked: [],
    });
    const before = (await admin.get('/v1/projections/loyalty_balance/digest')).body;
    expect(await admin.post('/v1/projections/loyalty_balance/rebuild?wait=true')).toMatchObject({
      status: 200,
      body: { state: 'done', share: 1 },
    });
    expect((await admin.get('/v1/projections/loyalty_balance/digest')).body).toEqual(before);
    expect((await admin.post('/v1/projections/loyalty_balance/rebuild')).status).toBe(202);
    expect((await admin.post('/v1/projections/nothing/rebuild')).status).toBe(404);
    for (const query of ['', '&names=loyalty_balance,value_tier']) {
      const { status, body: all } = await admin.post(`/v1/projections/rebuild?wait=true${query}`);
      const names = query === '' ? body.items.map(({ name }: { name: string }) => name) : query.slice(7).split(',');
      const done = names.map((name: string) => ({ name, state: 'done', share: 1, compared: { name, changed: 0 } }));
      expect([status, all.items]).toMatchObject([200, done]);
    }
    for (const [asked, status] of [
      ['loyalty_balance/rebuild?customer=nobody', 404],
      ['nothing/rebuild?customer=c-1', 404],
      ['sales_by_month/rebuild?customer=c-1', 409],
    ] as const) {
      expect([asked, (await admin.post(`/v1/projections/${asked}`)).status]).toEqual([asked, status]);
    }
    expect((await admin.post('/v1/projections/retry')).body).toEqual({ retried: [] });
  });
});
