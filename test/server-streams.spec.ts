import { callerWith, closeServers, ndjson, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

const line = (customerId: string, purchaseId: string, more: object = {}): string =>
  `${JSON.stringify({ command: 'RecordPurchase', ...purchase(customerId, purchaseId, more) })}\n`;

describe('commands as a stream of NDJSON', () => {
  let server: TestServer;
  let admin: Caller;
  beforeAll(async () => {
    server = await testServer();
    admin = server.as('admin');
  });
  afterAll(closeServers);

  it('answers a line for a line, in order, and goes on after bad ones', async () => {
    const results = await admin.lines(
      line('n-1', 'p-1') +
        '{"command"\n' +
        '\n' +
        line('n-1', 'p-1', {
          lines: [{ sku: 'plate', quantity: 1, amount: { units: 5, scale: 0, currency: 'GBP' } }],
        }) +
        line('n-1', 'p-2', { channel: 'x'.repeat(300_000) }) +
        '{"customerId":"n-1"}\n' +
        '{"command":"Nothing"}\n' +
        `${JSON.stringify({ command: 'RecordPurchase', ifMatch: 0, ...purchase('n-1', 'p-3') })}\n` +
        line('n-2', 'p-1').trimEnd(),
    );
    expect(results.map(({ line: number, status }) => [number, status])).toEqual([
      ...[
        [1, 201],
        [2, 400],
        [4, 409],
        [5, 413],
        [6, 400],
        [7, 404],
        [8, 412],
        [9, 201],
      ],
    ]);
    expect(results[1].code).toBe('request.invalid');
    expect(results[0]).toMatchObject({
      customerId: 'n-1',
      facts: [{ type: 'PurchaseRecorded' }, { type: 'PointsEarned' }],
    });
  });

  it('keeps the order of 10,000 lines for 100 customers, and of each customer', async () => {
    let text = '';
    for (let at = 0; at < 10_000; at += 1) text += line(`m-${at % 100}`, `p-${at}`);
    const results = await admin.lines(text);
    expect(results.map((result) => result.line)).toEqual(Array.from({ length: 10_000 }, (_, at) => at + 1));
    expect(results.every(({ status }) => status === 201)).toBe(true);
    const revisions = results
      .filter(({ customerId }) => customerId === 'm-7')
      .map(({ revision }) => revision as number);
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
  }, 120_000);

  it('reads on only as results are taken', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const text = line(`q-${sent % 50}`, `p-${sent}`, { channel: 'y'.repeat(49), source: 'z'.repeat(99) }).repeat(1);
        sent += 1;
        if (sent > 60_000) controller.close();
        else controller.enqueue(new TextEncoder().encode(text));
      },
    });
    const aborted = new AbortController();
    const init = { body, duplex: 'half', signal: aborted.signal, headers: { 'content-type': 'application/x-ndjson' } };
    const response = await admin.send('POST', '/v1/commands?dryRun=true', init as RequestInit);
    await settledAt(() => sent);
    expect(sent).toBeLessThan(30_000);
    const before = sent;
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    for (let read = 0; read < 100; read += 1) await reader.read();
    await settledAt(() => sent);
    expect(sent).toBeGreaterThan(before);
    aborted.abort();
  }, 120_000);

  it('lets AdvanceClock wait for what comes before it, and hold back what comes after', async () => {
    server.clock.set('2026-05-01T00:00:00Z');
    const results = await admin.lines(
      line('t-1', 'p-1') +
        '{"command":"AdvanceClock","to":"2026-04-20"}\n' +
        line('t-1', 'p-2', { at: '2026-04-21T00:00:00Z' }),
    );
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(results[1].clock.to).toBe('2026-04-20T00:00:00.000Z');
    expect(results[2].facts.map(({ type }: { type: string }) => type)).not.toContain('PointsMatured');
    const positions = results.map(({ position }) => position as number);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('checks each line against the scopes of the token', async () => {
    const results = await server
      .as('service', ['loyalty'])
      .lines(
        line('s-1', 'p-1') +
          '{"command":"EarnPoints","customerId":"s-1","earningId":"w","points":5}\n{"command":"LiftClock"}\n',
      );
    expect(results.map(({ status }) => status)).toEqual([403, 201, 403]);
  });
});

describe('the feed of changes', () => {
  let server: TestServer;
  let admin: Caller;
  beforeAll(async () => {
    server = await testServer({}, { heartbeatMs: 50 });
    admin = server.as('admin');
    for (let at = 0; at < 5; at += 1) await admin.post('/v1/commands/RecordPurchase', purchase(`f-${at}`, 'p'));
  });
  afterAll(closeServers);
  const feed = async (query = ''): Promise<ReturnType<typeof ndjson>> =>
    ndjson((await admin.get(`/v1/changes${query}`)).text);

  it('gives facts in order, each with the cursor that continues behind it', async () => {
    const all = await feed();
    expect(all.at(-1)).toEqual({ heartbeat: true, cursor: expect.any(String) });
    const bought = await feed('?types=PurchaseRecorded');
    expect(bought.slice(0, -1).map(({ type, customerId }) => [type, customerId])).toEqual(
      [0, 1, 2, 3, 4].map((at) => ['PurchaseRecorded', `f-${at}`]),
    );
    const rest = await feed(`?types=PurchaseRecorded&after=${bought[1].cursor}`);
    expect(rest.slice(0, -1)).toEqual(bought.slice(2, -1));
    const limited = await feed(`?types=PurchaseRecorded&limit=2`);
    expect(limited).toHaveLength(3);
    expect((await feed(`?types=PurchaseRecorded&after=${limited[2].cursor}`))[0].customerId).toBe('f-2');
  });

  it('leaves personal fields and keyed digests out', async () => {
    const registered = await admin.post('/v1/commands/RegisterCustomer', { customerId: 'f-9', name: 'Ann Example' });
    expect(registered.status).toBe(201);
    const text = JSON.stringify(await feed('?types=CustomerRegistered'));
    expect(text).not.toMatch(/Ann Example|bodyDigest|sealed|"name"/);
    expect(text).toContain('"customerId":"f-9"');
  });

  it('refuses the cursor of another history', async () => {
    expect((await admin.get('/v1/changes?after=other.1')).body.errors[0].path).toBe('after');
    expect((await admin.get('/v1/changes?follow=x')).status).toBe(400);
  });

  it('refuses a cursor behind a fact that is not there, as after the log was put back, and takes one of an earlier program', async () => {
    const { cursor } = (await feed('?types=PurchaseRecorded'))[1] as { readonly cursor: string };
    const [, numbering, position, mark = ''] = /^(\w+)\.(\d+)\.([0-9a-f]{8})$/.exec(cursor) ?? [];
    const asked = async (after: string) => {
      const { status, body } = await admin.get(`/v1/changes?types=PurchaseRecorded&after=${after}`);
      return [status, (body as { readonly code?: string }).code];
    };
    const other = mark.startsWith('0') ? '1' : '0';
    expect(await asked(`${numbering}.${position}.${other}${mark.slice(1)}`)).toEqual([409, 'changes.cursor_gone']);
    expect(await asked(`${numbering}.999999`)).toEqual([409, 'changes.cursor_gone']);
    expect(await asked(`${numbering}.999999.${mark}`)).toEqual([409, 'changes.cursor_gone']);
    expect(await feed(`?types=PurchaseRecorded&after=${numbering}.${position}`)).toEqual(
      await feed(`?types=PurchaseRecorded&after=${cursor}`),
    );
  });

  it.each([
    ['PointsErned', 'there is no fact PointsErned. Did you mean PointsEarned?'],
    ['PurchaseRecorded,__proto__', 'there is no fact __proto__.'],
    ['', 'must name types of facts, separated by commas; leave it out for all'],
  ])('refuses types=%s, which would be waited for for ever', async (types, message) => {
    const { status, body } = await admin.get(`/v1/changes?types=${types}`);
    expect([status, body.errors]).toEqual([400, [{ path: 'types', message }]]);
    expect((await feed('?types=IdentityClaimed')).at(-1).heartbeat).toBe(true);
  });

  it('follows, beats, resumes where it was cut off, and ends with the server', async () => {
    const cursor = (await feed()).at(-1).cursor as string;
    const cut = new AbortController();
    const first = await follow(admin, cursor, cut.signal);
    expect(await first.next()).toMatchObject({ heartbeat: true, cursor });
    await admin.post('/v1/commands/RecordPurchase', purchase('f-10', 'p'));
    let fact = await first.next();
    while (fact.type !== 'PurchaseRecorded') fact = await first.next();
    expect(fact.customerId).toBe('f-10');
    cut.abort();
    const second = await follow(
      callerWith(server.running.url, admin.headers['authorization']?.slice(7) ?? ''),
      fact.cursor,
    );
    expect(await second.next()).toMatchObject({ type: 'PointsEarned', customerId: 'f-10' });
    const began = Date.now();
    await server.running.close();
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});

async function follow(caller: Caller, after: string, signal?: AbortSignal) {
  const response = await caller.send('GET', `/v1/changes?follow=true&after=${after}`, signal ? { signal } : {});
  const reader = (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  return {
    async next(): Promise<ReturnType<typeof ndjson>[number]> {
      while (!held.includes('\n')) held += (await reader.read()).value ?? '\n';
      const [first = '', ...rest] = held.split('\n');
      held = rest.join('\n');
      return JSON.parse(first) as unknown;
    },
  };
}

/** Waits until a figure stands still. */
async function settledAt(figure: () => number): Promise<void> {
  for (let before = -1; before !== figure();) {
    before = figure();
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
}
