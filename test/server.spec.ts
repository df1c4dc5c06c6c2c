import { gzipSync } from 'node:zlib';
import { closeServers, NOW, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

const BUY = '/v1/commands/RecordPurchase';

describe('the server', () => {
  let server: TestServer;
  let admin: Caller;
  beforeAll(async () => {
    server = await testServer();
    admin = server.as('admin');
  });
  afterAll(closeServers);

  describe('sending a command', () => {
    it('answers 201 with a receipt and the revision as ETag', async () => {
      const { status, body, headers } = await admin.post(BUY, purchase('a-1', 'p-1'));
      expect(status).toBe(201);
      expect(body).toMatchObject({ customerId: 'a-1', repeated: false, dryRun: false, revision: expect.any(Number) });
      expect(body.facts[0]).toMatchObject({
        type: 'PurchaseRecorded',
        revision: 0,
        occurredAt: '2026-03-02T10:15:00.000Z',
      });
      expect(headers.get('etag')).toBe(`"${body.revision}"`);
    });

    it('takes now where `at` is left out', async () => {
      const { body } = await admin.post(BUY, purchase('a-2', 'p-1', { at: undefined }));
      expect(body.facts[0].occurredAt).toBe(NOW);
    });

    it('names the path of every bad field', async () => {
      const bad = purchase('ann@example.org', 'p-1', {
        ...{ at: 'yesterday', colour: 'red', total: { units: 1.5, scale: 2, currency: 'pounds' } },
        lines: [{ sku: 'mug', quantity: 0 }, 7],
      });
      const { status, body, headers } = await admin.post(BUY, bad);
      expect([status, headers.get('content-type')]).toEqual([400, expect.stringContaining('application/problem+json')]);
      expect(body).toMatchObject({ type: '/problems/request.invalid', code: 'request.invalid', status: 400 });
      expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(
        ['at', 'colour', 'customerId', 'lines[0].quantity', 'lines[1]', 'total.currency', 'total.units'].sort(),
      );
    });

    it('takes null for a field left out, or as clearing it where a command says so', async () => {
      expect((await admin.post(BUY, purchase('a-10', 'p-1', { channel: null, total: null }))).status).toBe(201);
      await admin.post('/v1/commands/RegisterCustomer', { customerId: 'a-11', name: 'Ann', country: 'GB' });
      const { body } = await admin.post('/v1/commands/UpdateProfile', { customerId: 'a-11', country: null });
      expect(body.facts[0].data).toMatchObject({ country: null });
    });

    it('refuses names of the prototype as unknown fields', async () => {
      const { status, body } = await admin.post(
        BUY,
        `{"__proto__":{"customerId":"x"},"constructor":1,"customerId":"a-3"}`,
      );
      expect(status).toBe(400);
      expect(body.errors).toEqual(
        expect.arrayContaining([
          { path: '__proto__', message: 'is not a known field' },
          { path: 'constructor', message: 'is not a known field' },
        ]),
      );
    });

    it('answers an equal request again under its Idempotency-Key, and does it once', async () => {
      const sent = Array.from({ length: 10 }, () =>
        admin.post(BUY, purchase('a-4', 'p-1'), { 'idempotency-key': 'k-1' }),
      );
      const answers = await Promise.all(sent);
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
      for (const { body } of answers) expect(body.facts).toEqual(answers[0]?.body.facts);
      const other = await admin.post(BUY, purchase('a-4', 'p-2'), { 'idempotency-key': 'k-1' });
      expect(other).toMatchObject({ status: 409, body: { code: 'command.id_reused' } });
    });

    it('takes the commandId from the body too, but not two different ones', async () => {
      const body = purchase('a-5', 'p-1', { commandId: 'k-5' });
      expect((await admin.post(BUY, body)).body.commandId).toBe('k-5');
      expect((await admin.post(BUY, purchase('a-5', 'p-1'), { 'idempotency-key': 'k-5' })).body.repeated).toBe(true);
      expect(await admin.post(BUY, body, { 'idempotency-key': 'k-6' })).toMatchObject({
        status: 400,
        body: { errors: [{ path: 'commandId' }] },
      });
      expect((await admin.post(BUY, purchase('a-5', 'p-1', { commandId: 'settle/x' }))).status).toBe(400);
    });

    it('appends nothing on a dry run', async () => {
      const dry = await admin.post(`${BUY}?dryRun=true`, purchase('a-6', 'p-1'));
      expect(dry).toMatchObject({ status: 200, body: { dryRun: true, revision: -1 } });
      expect(dry.body.facts.length).toBeGreaterThan(0);
      expect((await admin.get('/v1/customers/a-6')).status).toBe(404);
      expect((await admin.post(`${BUY}?dryRun=perhaps`, purchase('a-6', 'p-1'))).body.errors[0].path).toBe('dryRun');
    });

    it('holds to the revision that If-Match names', async () => {
      const first = await admin.post(BUY, purchase('a-7', 'p-1'), { 'if-match': '"-1"' });
      expect(first.status).toBe(201);
      const etag = first.headers.get('etag') ?? '';
      expect((await admin.post(BUY, purchase('a-7', 'p-2'), { 'if-match': '"0"' })).status).toBe(412);
      expect((await admin.post(BUY, purchase('a-7', 'p-2'), { 'if-match': etag })).status).toBe(201);
      expect((await admin.post(BUY, purchase('a-7', 'p-3'), { 'if-match': 'x' })).body.errors[0].path).toBe('If-Match');
    });

    it('names commands that come near an unknown one, and hides those that only Patron sends', async () => {
      const { status, body } = await admin.post('/v1/commands/RecordPurchas', {});
      expect([status, body.code]).toEqual([404, 'command.not_found']);
      expect(body.detail).toContain('RecordPurchase');
      expect((await admin.post('/v1/commands/ReceivePoints', {})).status).toBe(404);
    });

    it('refuses what is too large, no JSON, no UTF-8 or another type', async () => {
      const large = await admin.post(BUY, purchase('a-8', 'p-1', { channel: 'x'.repeat(300_000) }));
      expect(large).toMatchObject({ status: 413, body: { code: 'request.too_large' } });
      expect(await admin.post(BUY, '{"customerId"')).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
      expect((await admin.post(BUY, 'x', { 'content-type': 'text/plain' })).body.code).toBe(
        'request.unsupported_media_type',
      );
      const binary = await admin.send('POST', BUY, {
        body: Buffer.from([0x22, 0xff, 0x22]),
        headers: { 'content-type': 'application/json' },
      });
      expect(binary.status).toBe(400);
      expect((await admin.post(BUY, 'x', { 'content-type': 'application/x-ndjson' })).status).toBe(415);
    });

    it('takes gzip, and bounds what comes out of it', async () => {
      const zipped = (body: object) =>
        admin.send('POST', BUY, {
          body: gzipSync(JSON.stringify(body)),
          headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        });
      expect((await zipped(purchase('a-9', 'p-1'))).status).toBe(201);
      expect((await zipped(purchase('a-9', 'p-2', { channel: ' '.repeat(5_000_000) }))).status).toBe(413);
      const torn = await admin.send('POST', BUY, {
        body: 'no gzip',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      });
      expect(torn.status).toBe(400);
    });

    it('answers a refusal of the business with its own code', async () => {
      const { status, body } = await admin.post('/v1/commands/RedeemPoints', {
        customerId: 'a-1',
        redemptionId: 'r',
        points: 9_000,
      });
      expect([status, body.code]).toEqual([409, 'loyalty.insufficient_points']);
    });
  });

  describe('reading', () => {
    it("answers a customer's documents by read model, no older than the ETag", async () => {
      const sent = await admin.post(BUY, purchase('b-1', 'p-1'));
      const { status, body, headers } = await admin.get('/v1/customers/b-1');
      expect(status).toBe(200);
      expect(body.loyalty_balance).toMatchObject({ customerId: 'b-1', earned: 15 });
      expect(Object.keys(body)).not.toContain('settlement_due');
      expect(headers.get('etag')).toBe(sent.headers.get('etag'));
      expect(await admin.get('/v1/customers/nobody')).toMatchObject({
        status: 404,
        body: { code: 'customer.not_found' },
      });
    });

    it('waits for a position, and says so when it does not come', async () => {
      const { body } = await admin.post(BUY, purchase('b-2', 'p-1'));
      const path = '/v1/read-models/loyalty_balance/b-2';
      expect((await admin.get(`${path}?after=${body.position}`)).body.earned).toBe(15);
      const late = await admin.get(`${path}?after=${body.position + 1_000}&wait=30`);
      expect(late).toMatchObject({ status: 503, body: { code: 'read_model.not_yet' } });
      expect(late.headers.get('retry-after')).toBe('1');
      expect((await admin.get(`/v1/customers/b-2?after=${body.position + 1_000}&wait=30`)).status).toBe(503);
      expect((await admin.get(`${path}?after=x`)).body.errors[0].path).toBe('after');
    });

    it('pages over declared indexes only', async () => {
      const { body: models } = await admin.get('/v1/read-models');
      const model = models.items.find(({ name }: { name: string }) => name === 'loyalty_balance');
      expect(model.indexes.length).toBeGreaterThan(0);
      const field = model.indexes[0].split(',')[0].replace('-', '');
      const first = await admin.get(`/v1/read-models/loyalty_balance?sort=${field}&limit=1`);
      expect(first.body.items).toHaveLength(1);
      const second = await admin.get(
        `/v1/read-models/loyalty_balance?sort=${field}&limit=1&cursor=${first.body.cursor}`,
      );
      expect(second.body.items[0].customerId).not.toBe(first.body.items[0].customerId);
      const refused = await admin.get('/v1/read-models/loyalty_balance?colour=red');
      expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(field)]);
      expect((await admin.get('/v1/read-models/nothing')).body.code).toBe('read_model.not_found');
      expect((await admin.get('/v1/read-models/loyalty_balance/nobody')).body.code).toBe('document.not_found');
      expect((await admin.get(`/v1/read-models/loyalty_balance?${field}[like]=1`)).status).toBe(400);
    });

    it('exports a whole read model as CSV and as NDJSON', async () => {
      const csv = await admin.get('/v1/read-models/loyalty_balance', { accept: 'text/csv' });
      const json = await admin.get('/v1/read-models/loyalty_balance', { accept: 'application/x-ndjson' });
      const rows = csv.text.trim().split('\r\n');
      expect(rows[0]?.split(',')).toContain('customerId');
      expect(rows).toHaveLength(json.text.trim().split('\n').length + 1);
      expect((await admin.get('/v1/read-models/loyalty_balance?x=1', { accept: 'text/csv' })).status).toBe(400);
    });

    it('pages through a stream as it is stored', async () => {
      await admin.post(BUY, purchase('b-3', 'p-1'));
      const { body } = await admin.get('/v1/streams/customer-b-3?limit=1');
      expect(body).toMatchObject({
        stream: 'customer-b-3',
        next: 1,
        facts: [{ type: 'PurchaseRecorded', metadata: { actor: { kind: 'person', id: 'a-admin' } } }],
      });
      expect((await admin.get('/v1/streams/customer-b-3?from=1')).body.facts[0].revision).toBe(1);
      expect((await admin.get('/v1/streams/customer-nobody')).body.code).toBe('stream.not_found');
    });

    it('finds a customer by an identity, which appears in no log', async () => {
      expect((await admin.get('/v1/customers?identity=email:ann@example.org')).status).toBe(404);
      await admin.post('/v1/commands/RegisterCustomer', { customerId: 'b-4', name: 'Ann' });
      const contact = { customerId: 'b-4', kind: 'email', value: 'Ann@Example.org' };
      const { body: added } = await admin.post('/v1/commands/AddContactPoint', contact);
      const found = await admin.get(`/v1/customers?identity=email:ANN@example.org&after=${added.position}`);
      expect([found.status, found.body.customer_card?.customerId]).toEqual([200, 'b-4']);
      expect((await admin.get('/v1/customers?identity=ann')).body.errors[0].path).toBe('identity');
      expect(server.logged.join()).not.toContain('ann@example.org');
    });
  });

  describe('time and policies', () => {
    it('says where business time stands', async () => {
      expect((await admin.get('/v1/clock')).body).toEqual({ now: NOW, to: NOW, fixedAt: null, zone: 'UTC' });
    });

    it('publishes a policy once, and shows its versions', async () => {
      const [{ rules }] = (await admin.get('/v1/policies/company')).body.versions;
      const { version: _, ...plain } = rules;
      const next = { rules: { ...plain, currency: 'GBP' }, effectiveFrom: '2026-03-01' };
      expect((await admin.post('/v1/policies/company?dryRun=true', next)).body.policy.version).toBe(2);
      expect(await admin.post('/v1/policies/company', next)).toMatchObject({
        status: 201,
        body: { policy: { version: 2, effectiveFrom: '2026-03-01T00:00:00.000Z' } },
      });
      expect(await admin.post('/v1/policies/company', next)).toMatchObject({ status: 200, body: { repeated: true } });
      expect((await admin.get('/v1/policies/company')).body.versions).toHaveLength(2);
      expect(
        (await admin.post('/v1/policies/company', { rules: { zone: 'Atlantis', currency: 'GBP' } })).body.errors[0]
          .path,
      ).toBe('rules');
      expect((await admin.post('/v1/policies/nothing', next)).body.code).toBe('policy.not_found');
      expect((await admin.get('/v1/policies')).body.items.length).toBeGreaterThan(1);
    });
  });

  describe('everything else', () => {
    it('answers 404 and 405 with problem documents', async () => {
      expect(await admin.get('/v1/nothing')).toMatchObject({ status: 404, body: { code: 'route.not_found' } });
      const wrong = await admin.post('/v1/clock');
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      expect((await admin.get('/v1/%zz')).body.code).toBe('request.invalid');
    });

    it('is live and ready, and gives figures', async () => {
      expect((await fetch(`${server.running.url}/health/live`)).status).toBe(200);
      expect((await admin.get('/health/ready')).body).toEqual({ status: 'ready' });
      const { engine } = server.running.patron;
      await engine.projector?.allCaughtUp(await engine.store.head());
      const { text } = await admin.get('/metrics');
      expect(text).toContain('patron_commands_total{type="RecordPurchase",outcome="done"}');
      expect(text).toContain('patron_commands_total{type="RecordPurchase",outcome="request.invalid"}');
      expect(text).toMatch(/patron_projection_lag\{projection="loyalty_balance"\} 0/);
      expect(text).toContain('patron_append_seconds_count{ok="true"}');
    });
  });
});
