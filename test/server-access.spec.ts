import { ROLES, rolesFor } from '#runtime/access.js';
import { ROUTES } from '#runtime/routes.js';
import { callerWith, closeServers, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

describe('who may do what', () => {
  let server: TestServer;
  let callers: ReadonlyMap<string, Caller>;
  beforeAll(async () => {
    server = await testServer();
    callers = new Map(ROLES.map((role) => [role, server.as(role)]));
  });
  afterAll(closeServers);

  it('answers 401 to no token, to a wrong one and to a revoked one', async () => {
    const { tokens } = server.running.patron;
    const { secret, token } = tokens.create({ name: 'gone', role: 'admin' });
    expect((await callerWith(server.running.url, secret).get('/v1/clock')).status).toBe(200);
    tokens.revoke(token.id);
    for (const wrong of [secret, `${secret.slice(0, -1)}-`, 'x']) {
      const { status, headers, body } = await callerWith(server.running.url, wrong).get('/v1/clock');
      expect([status, headers.get('www-authenticate'), body.code]).toEqual([401, 'Bearer', 'auth.unauthenticated']);
    }
    expect((await fetch(`${server.running.url}/v1/clock`)).status).toBe(401);
    expect((await fetch(`${server.running.url}/v1/nothing`)).status).toBe(401);
    expect((await fetch(`${server.running.url}/health/ready`)).status).toBe(401);
  });

  it.each(
    ROUTES.filter(({ action }) => action !== undefined).map(
      (route) => [`${route.method} ${route.path}`, route] as const,
    ),
  )('%s is open to the roles of the table and to no other', async (_, { method, path, action }) => {
    const at = path.replace(':command', 'LiftClock').replace(/:\w+/g, 'nothing');
    for (const [role, caller] of callers) {
      const { status, body } = method === 'GET' ? await caller.get(at) : await caller.post(at);
      const allowed = rolesFor(action ?? 'metrics').some((one) => one === role);
      const refused = body?.code === 'auth.forbidden' && !(path === '/v1/commands/:command' && role === 'service');
      expect([role, refused || status === 401]).toEqual([role, !allowed]);
    }
  });

  it('lets a service send commands of its scopes, and an operator move time but send none', async () => {
    const service = server.as('service', ['loyalty']);
    const earn = { customerId: 'x-1', earningId: 'w', points: 5 };
    expect((await service.post('/v1/commands/EarnPoints', earn)).status).toBe(201);
    expect((await service.post('/v1/commands/RecordPurchase', purchase('x-1', 'p'))).body.code).toBe('auth.forbidden');
    const operator = server.as('operator');
    expect((await operator.post('/v1/commands/LiftClock')).status).toBe(200);
    expect((await operator.post('/v1/commands/EarnPoints', earn)).status).toBe(403);
    expect((await operator.post('/v1/commands/PublishPolicy', {})).status).toBe(403);
  });
});

describe('starting a server', () => {
  afterAll(closeServers);

  it('says its address with a first token, and fixes the clock', async () => {
    const { running, said, as } = await testServer({ clock: '1998-07-01' });
    expect(said[0]).toContain(running.url);
    expect(said[1]).toContain(running.token ?? 'none');
    expect(said.join('\n')).toContain('stands still at 1998-07-01T00:00:00.000Z');
    const admin = as('admin');
    expect((await admin.get('/v1/clock')).body).toMatchObject({
      now: '1998-07-01T00:00:00.000Z',
      fixedAt: '1998-07-01T00:00:00.000Z',
    });
    const later = await admin.post('/v1/commands/RecordPurchase', purchase('y-1', 'p', { at: '1998-07-02T00:00:00Z' }));
    expect(later.body.code).toBe('command.at_in_future');
    expect((await admin.post('/v1/commands/FixClock', { at: '1998-06-01' })).body.code).toBe('clock.would_fall');
    expect((await admin.post('/v1/commands/AdvanceClock', { to: '1998-08-01' })).body.clock.now).toBe(
      '1998-08-01T00:00:00.000Z',
    );
    expect((await admin.post('/v1/commands/LiftClock')).body.clock.fixedAt).toBeNull();
  });

  it('finds everything again after a restart, on the embedded stores', async () => {
    const stores = { eventStore: 'embedded', readModels: 'embedded' };
    const first = await testServer({ ...stores, clock: '2026-01-15' });
    const sent = await first
      .as('admin')
      .post('/v1/commands/RecordPurchase', purchase('z-1', 'p', { at: '2026-01-10T00:00:00Z' }));
    const { data, keys } = first.running.patron.config;
    await first.running.close();
    const second = await testServer({ ...stores, data, keys });
    expect(second.running.token).toBeUndefined();
    expect(second.said.join('\n')).toMatch(/patron token create[^]*stands still at 2026-01-15/);
    const admin = second.as('admin');
    const { body } = await admin.get(`/v1/customers/z-1?after=${sent.body.position}`);
    expect(body.loyalty_balance.earned).toBe(15);
    const readers = await testServer({ ...stores, data, keys, target: 'queries' });
    const reader = readers.as('admin');
    expect((await reader.get(`/v1/customers/z-1?after=${sent.body.position}`)).body.loyalty_balance.earned).toBe(15);
    expect((await reader.post('/v1/commands/LiftClock')).status).toBe(404);
    expect((await reader.get('/v1/projections')).body.items[0].state).toBe('elsewhere');
    await expect(testServer({ ...stores, data, keys })).rejects.toMatchObject({ code: 'store.refused' });
  });

  it.each([
    ['commands', 'POST /v1/commands/:command', 'GET /v1/customers/:id'],
    ['projector', 'GET /v1/projections', 'POST /v1/commands'],
  ])('mounts only the routes of target %s', async (target, there, absent) => {
    const { as } = await testServer({ target });
    const { body } = await as('admin').get('/docs-json');
    const mounted = Object.entries(body.paths as Record<string, object>).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} ${path.replace('{id}', ':id').replace('RecordPurchase', ':command')}`,
      ),
    );
    expect(mounted).toContain(there);
    expect(mounted).not.toContain(absent);
  });
});

describe('the OpenAPI document', () => {
  afterAll(closeServers);

  it('resolves, names every operation once, and its examples hold', async () => {
    const { running, as } = await testServer();
    const { body } = await as('admin').get('/docs-json');
    expect(body.openapi).toBe('3.1.0');
    const text = JSON.stringify(body);
    for (const [, name] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(body.components.schemas)).toContain(name);
    }
    const operations = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      Object.values,
    );
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, command } of running.patron.commands.commands) {
      const { required = [], properties } = body.components.schemas[type];
      expect(Object.keys(properties)).toEqual(expect.arrayContaining([...required, ...Object.keys(command.example)]));
      expect(() => running.patron.commands.parse(type, command.example)).not.toThrow();
      for (const field of required as string[]) {
        const { [field]: _, ...rest } = command.example;
        expect(() => running.patron.commands.parse(type, rest)).toThrow(field);
      }
    }
  });

  it('has every route that is mounted, and none that is not', async () => {
    const { as } = await testServer();
    const { body } = await as('admin').get('/docs-json');
    const paths = Object.keys(body.paths);
    for (const { path } of ROUTES) {
      if (path.includes('/:command')) expect(paths).toContain('/v1/commands/RecordPurchase');
      else if (path === '/v1/read-models/:name') expect(paths).toContain('/v1/read-models/loyalty_balance');
      else expect(paths).toContain(path.replace(/:(\w+)/g, '{$1}'));
    }
  });
});
