import { RemoteAccess } from '../apps/cli/src/access/remote.js';
import { closeServers, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

describe('snapshots of a server', () => {
  let server: TestServer;
  let analyst: Caller;
  let remote: RemoteAccess;
  beforeAll(async () => {
    server = await testServer();
    const service = server.as('service');
    const { body } = await service.post('/v1/commands/RecordPurchase', purchase('ann', 'p-1'));
    const { snapshots } = server.running.patron.past;
    await snapshots.keep('before', 'purchase_history', { at: Number(body.position), by: 'recorded' });
    await service.post('/v1/commands/RecordPurchase', purchase('ann', 'p-2'));
    analyst = server.as('analyst');
    remote = new RemoteAccess(server.running.url, String(analyst.headers['authorization']).slice('Bearer '.length));
  });
  afterAll(closeServers);
  const path = '/v1/read-models/purchase_history';
  const ids = ({ body }: { body: { items: readonly { purchaseId: string }[] } }): readonly string[] =>
    body.items.map(({ purchaseId }) => purchaseId);

  it('are listed, and answer pages, documents and exports as they were kept', async () => {
    expect((await analyst.get('/v1/snapshots')).body.items).toMatchObject([
      { name: 'before', model: 'purchase_history', documents: 1, by: 'recorded' },
    ]);
    expect(ids(await analyst.get(`${path}?snapshot=before`))).toEqual(['p-1']);
    expect(ids(await analyst.get(`${path}?snapshot=before&customerId=ann`))).toEqual(['p-1']);
    expect((await analyst.get(`${path}/ann%2Fp-1?snapshot=before`)).body).toMatchObject({ purchaseId: 'p-1' });
    expect((await analyst.get(`${path}/ann%2Fp-2?snapshot=before`)).status).toBe(404);
    const headers = { ...analyst.headers, accept: 'application/x-ndjson' };
    const lines = await (await fetch(`${server.running.url}${path}?snapshot=before`, { headers })).text();
    expect(lines.trim().split('\n')).toHaveLength(1);
  });

  it('are read through it by the command line, and kept and dropped in the data folder only', async () => {
    const kept = await remote.snapshots();
    expect(kept).toMatchObject([{ name: 'before' }]);
    const { items } = await remote.find('purchase_history', {}, undefined, { snapshot: 'before' });
    expect(items).toMatchObject([{ purchaseId: 'p-1' }]);
    for (const refused of [remote.keepSnapshot(), remote.dropSnapshot()])
      await expect(refused).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('give --data') });
  });

  it('kept anew under a name by another process are read anew', async () => {
    const { snapshots } = server.running.patron.past;
    const { NamedSnapshots } = await import('#runtime/named-snapshots.js');
    const { config, engine, past } = server.running.patron;
    await snapshots.keep('moving', 'purchase_history', { at: 0, by: 'recorded' });
    expect(ids(await analyst.get(`${path}?snapshot=moving`))).toEqual([]);
    const fold = past['asOf'].model.bind(past['asOf']);
    const other = new NamedSnapshots(config, engine, (...asked) => fold(...asked));
    await other.drop('moving');
    await other.keep('moving', 'purchase_history', { at: await engine.store.head(), by: 'recorded' });
    expect(ids(await analyst.get(`${path}?snapshot=moving`))).toEqual(['p-1', 'p-2']);
    await other.close();
  });

  it.each([
    ['snapshot=nothing', 404, 'Kept are before'],
    ['snapshot=before&asOf=1', 400, 'snapshot: does not go with asOf'],
    ['snapshot=before&after=1', 400, 'snapshot: does not go with after'],
  ])('%s is refused with %i', async (query, status, said) => {
    const refused = await analyst.get(`${path}?${query}`);
    expect([refused.status, refused.body.detail]).toEqual([status, expect.stringContaining(said)]);
  });

  it('is refused for another read model, naming its own', async () => {
    const { status, body } = await analyst.get('/v1/read-models/lifecycle_stage?snapshot=before');
    expect([status, body.detail]).toEqual([404, expect.stringContaining('of purchase_history')]);
  });
});
