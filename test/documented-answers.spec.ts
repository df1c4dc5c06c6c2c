import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { Contract } from '../tools/fuzz/contract.js';
import { headOf, JSON_TYPE, overSocket } from './hostile.fixture.js';
import { closeServers, NOW, testServer, type Caller, type TestServer } from './server-kit.js';
import {
  Drive,
  filled,
  GONE,
  NDJSON,
  QUERIES,
  shared,
  UNDONE,
  type Operation,
  type Paths,
} from './documented-answers.fixture.js';

describe('the answers that OpenAPI names', () => {
  let drive: Drive;
  let paths: Paths;
  let server: TestServer;
  let limited: Readonly<Record<string, Caller>>;
  beforeAll(async () => {
    server = await testServer({}, { patience: { headersMs: 5_000, bodyMs: 1_000, pieceMs: 1_000 } });
    const admin = server.as('admin');
    limited = Object.fromEntries(['service', 'analyst', 'auditor', 'operator'].map((role) => [role, server.as(role)]));
    const { body } = await admin.get('/docs-json');
    ({ paths } = body as { paths: Paths });
    drive = new Drive(server, admin, new Contract(body));
  });
  afterAll(closeServers);

  const operations = (): readonly (readonly [method: string, path: string, operation: Operation])[] =>
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
    );

  it('have all been seen, and no others', async () => {
    await seed();
    for (const [method, path, operation] of operations()) await usual(method, path, operation);
    for (const [method, path, operation] of operations()) await refused(method, path, operation);
    await Promise.all(operations().map(([method, path]) => slow(method, path)));
    await conflicts();
    await broken();
    const documented = operations().flatMap(([method, path, { responses }]) =>
      Object.keys(responses).map((status) => shared(`${method} ${path} ${status}`)),
    );
    const seen = new Set([...drive.seen].map(shared));
    expect(documented.filter((one) => !seen.has(one))).toEqual([]);
    expect([...seen].filter((one) => !documented.includes(one))).toEqual([]);
    expect(documented.length).toBeGreaterThan(400);
  }, 120_000);

  /** One customer with something in every read model that is asked. */
  async function seed(): Promise<void> {
    const lines = { sku: 'mug', quantity: 2, unitPrice: { units: 750, scale: 2, currency: 'GBP' } };
    await drive.admin.post('/v1/commands/RecordPurchase', {
      customerId: 'seen',
      purchaseId: 'p',
      at: '2026-03-02T10:15:00Z',
      lines: [lines],
    });
    const email = { customerId: 'seen', kind: 'email', value: 'seen@example.org' };
    const { body } = await drive.admin.post('/v1/commands/AddContactPoint', email);
    await drive.admin.get(`/v1/customers/seen?after=${body.position}`);
  }

  /** What an honest caller gets. */
  async function usual(method: string, path: string, operation: Operation): Promise<void> {
    const query = QUERIES[path] ?? '';
    if (method === 'GET') return void (await drive.send(drive.admin, 'GET', filled(path) + query));
    const example = Object.values(operation.requestBody?.content ?? {})[0]?.example;
    if (path === '/v1/policies/{name}') {
      const rules = { rules: { zone: 'UTC', currency: 'EUR' } };
      for (const dry of ['?dryRun=true', '']) await drive.json('POST', filled(path) + dry, rules);
    } else if (example !== undefined) {
      await drive.json('POST', path, example);
    } else if (path === '/v1/what-if') {
      await drive.json('POST', path, { policies: { company: { zone: 'UTC', currency: 'EUR' } } });
    } else if (path === '/v1/commands') {
      await drive.send(drive.admin, 'POST', path, { body: '', headers: NDJSON });
    } else {
      const waits = path.endsWith('rebuild') ? ['?wait=true', ''] : [''];
      for (const wait of waits) await drive.send(drive.admin, 'POST', filled(path) + wait);
    }
  }

  /** Everything a caller may be refused for. */
  async function refused(method: string, path: string, { responses, 'x-roles': roles }: Operation): Promise<void> {
    const there = filled(path);
    if (roles === undefined) return;
    await drive.send(undefined, method, there);
    const role = Object.keys(limited).find((one) => !roles.includes(one));
    if (role !== undefined) await drive.send(limited[role], method, there);
    if (method === 'GET') {
      for (const query of ['?after=x', '?identity=x'])
        if (responses['400'] !== undefined) await drive.send(drive.admin, method, there + query);
      if (path.startsWith('/v1/read-models/')) await drive.send(drive.admin, method, `${there}?snapshot=nobody`);
      if (path.includes('{'))
        await drive.send(drive.admin, method, path.replace(/\{\w+\}/, '%ff').replace(/\{\w+\}/g, 'x'));
      if (responses['404'] !== undefined)
        await drive.send(
          drive.admin,
          method,
          path.replace(/\{\w+\}/g, 'nobody') + (QUERIES[path] ?? '').replace('seen@', 'no@'),
        );
      const gone = path === '/v1/changes' ? `after=${await beyond()}` : `cursor=${GONE}`;
      if (responses['409'] !== undefined) await drive.send(drive.admin, method, `${there}?${gone}`);
      if (responses['503'] !== undefined)
        await drive.send(
          drive.admin,
          method,
          `${there}?${path === '/v1/customers' ? 'identity=email:seen@example.org&' : ''}after=999999&wait=1`,
        );
      return;
    }
    await drive.json(method, there, '{');
    await drive.json(method, there, '{}', { 'content-encoding': 'br' });
    await drive.json(method, there, `"${'x'.repeat(300_000)}"`);
    if (responses['404'] !== undefined && path.includes('{'))
      await drive.json(method, filled(path, 'nobody'), { rules: {} });
    const example = Object.values(
      path.startsWith('/v1/commands/') ? (paths[path]?.['post']?.requestBody?.content ?? {}) : {},
    )[0]?.example;
    if (example !== undefined && 'customerId' in example) await lost(path, example);
    if (path === '/v1/projections/rebuild') await drive.send(drive.admin, method, `${path}?names=nothing`);
    if (path === '/v1/commands/PublishPolicy') await drive.json(method, path, { name: 'nothing', rules: {} });
    if (path === '/v1/commands/FixClock') await drive.json(method, path, { at: '1901-01-01' });
  }

  /** A cursor of the feed behind a fact that is not there. */
  async function beyond(): Promise<string> {
    const { text } = await drive.admin.get('/v1/changes?types=ClockFixed');
    const { cursor } = JSON.parse(text.trim().split('\n').at(-1) ?? '') as { readonly cursor: string };
    return cursor.replace(/\.\d+.*$/, '.999999999');
  }

  /** Commands to a customer who has nothing yet, and under a revision and an id that are not theirs. */
  async function lost(path: string, example: Readonly<Record<string, unknown>>): Promise<void> {
    const nobody = { ...example, customerId: `n-${path.slice(13)}` };
    const asked = path.endsWith('RecordContact') ? { revisitId: 'none' } : {};
    await drive.json('POST', path, { ...nobody, ...asked });
    await drive.json('POST', path, nobody, { 'if-match': '"99"' });
    const used = { customerId: nobody.customerId, earningId: 'e', points: 1, commandId: 'used' };
    await drive.json('POST', '/v1/commands/EarnPoints', used);
    await drive.json('POST', path, { ...nobody, commandId: 'used', source: 'another' });
    await drive.json('POST', `${path}?dryRun=true`, nobody);
  }

  async function slow(method: string, path: string): Promise<void> {
    if (method !== 'POST') return;
    const begun = headOf(drive.admin, `POST ${filled(path)}`, JSON_TYPE, 'Content-Length: 900');
    drive.took(method, filled(path), (await overSocket(server.running.url, [begun], 20_000)).status);
  }

  async function conflicts(): Promise<void> {
    const rebuild = filled('/v1/projections/{name}/rebuild');
    const { projector } = server.running.patron.engine;
    const rebuilt = projector?.rebuild.bind(projector);
    if (projector === undefined || rebuilt === undefined) throw new Error('This server folds nothing.');
    projector.rebuild = async (...asked) => {
      await delay(300);
      return rebuilt(...asked);
    };
    for (const path of [rebuild, '/v1/projections/rebuild'])
      await Promise.all([1, 2, 3].map(() => drive.send(drive.admin, 'POST', `${path}?wait=true`)));
    projector.rebuild = rebuilt;
    const { store } = server.running.patron;
    const head = store.head.bind(store);
    store.head = async () => {
      await delay(300);
      return head();
    };
    const under = drive.send(drive.admin, 'POST', `${rebuild}?wait=true`);
    await delay(100);
    await drive.send(drive.admin, 'POST', filled('/v1/projections/{name}/cancel'));
    await Promise.all([1, 2].map(() => drive.json('POST', '/v1/what-if', {})));
    for (const [path, ...currencies] of [
      ['/v1/policies/company', 'JPY', 'NOK'],
      ['/v1/commands/PublishPolicy', 'DKK', 'NOK'],
    ] as const) {
      for (const currency of currencies) {
        const body = { name: 'company', rules: { zone: 'UTC', currency } };
        await drive.json('POST', path, body, { 'idempotency-key': path });
      }
    }
    store.head = head;
    await under;
  }

  /** A fact of time that this program does not know, as a newer one leaves it. */
  async function unreadableTime(): Promise<void> {
    const { store } = server.running.patron;
    const fact = { id: 'u', type: 'Unheard', version: 1, occurredAt: NOW, data: {}, metadata: { commandId: 'u' } };
    await store.append('calendar', (await store.readStream('calendar')).length, [fact]);
    await drive.json('POST', '/v1/commands/AdvanceClock', { to: '2026-03-28' });
    await drive.json('POST', '/v1/commands/LiftClock', {});
  }

  /** The store does not answer, this process folds nothing, the tokens cannot be read. */
  async function broken(): Promise<void> {
    const { patron } = server.running;
    const { store, engine, tokens } = patron;
    const [append, projector] = [store.append.bind(store), engine.projector];
    await drive.json('POST', '/v1/commands/FixClock', { at: '2026-03-21' });
    store.append = () => Promise.reject(new StoreUnavailable('The disk is full.'));
    await drive.json('POST', '/v1/policies/company', { rules: { zone: 'UTC', currency: 'CHF' } });
    for (const [, path, { requestBody }] of operations()) {
      const example = Object.values(requestBody?.content ?? {})[0]?.example;
      if (path.startsWith('/v1/commands/') && example !== undefined) await withoutStore(path, example);
    }
    store.append = append;
    Object.assign(engine, { projector: undefined });
    await drive.send(drive.admin, 'POST', '/v1/projections/retry');
    for (const how of ['cancel', 'switch-back', 'drop']) {
      await drive.send(drive.admin, 'POST', filled(`/v1/projections/{name}/${how}`));
    }
    Object.assign(engine, { projector });
    await unreadableTime();
    store.head = () => Promise.reject(new StoreUnavailable('The disk is gone.'));
    await drive.send(drive.admin, 'GET', '/health/ready');
    const failures = { 503: new StoreUnavailable('The disk is gone.'), 500: new Error('tokens.json cannot be read') };
    for (const [status, failure] of Object.entries(failures)) {
      tokens.verify = () => {
        throw failure;
      };
      for (const [method, path, { responses }] of operations()) {
        if (responses[status] !== undefined) await drive.send(drive.admin, method, filled(path));
      }
    }
  }

  async function withoutStore(path: string, example: Readonly<Record<string, unknown>>): Promise<void> {
    const { store } = server.running.patron;
    const { readStream } = store;
    store.readStream = () => Promise.reject(new StoreUnavailable('The disk is gone.'));
    const mine =
      'customerId' in example ? { ...example, customerId: `u-${path.slice(13)}` } : { ...example, ...UNDONE[path] };
    await drive.json('POST', path, mine);
    store.readStream = readStream;
  }
});
