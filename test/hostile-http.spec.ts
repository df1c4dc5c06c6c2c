import { gzipSync } from 'node:zlib';
import { setTimeout as delay } from 'node:timers/promises';
import { BUY, headOf, JSON_TYPE, overSocket, unharmed } from './hostile.fixture.js';
import { closeServers, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

const bought = JSON.stringify(purchase('h-1', 'p-1'));
const NDJSON_TYPE = 'Content-Type: application/x-ndjson';
const patience = { headersMs: 500, bodyMs: 2_000, pieceMs: 1_000 };

let server: TestServer;
let admin: Caller;
let url: string;
beforeAll(async () => {
  server = await testServer({}, { patience });
  admin = server.as('admin');
  ({ url } = server.running);
});
afterAll(closeServers);

const heard = (pieces: readonly (string | Buffer)[], listenMs?: number) =>
  unharmed(server, admin, () => overSocket(url, pieces, listenMs));
const post = (...headers: readonly string[]): string =>
  headOf(admin, `POST ${BUY}`, JSON_TYPE, `Content-Length: ${Buffer.byteLength(bought)}`, ...headers);

const paths: readonly (readonly [path: string, status: number, code: string])[] = [
  ['/v1/customers/c-1%00', 400, 'request.invalid'],
  ['/v1/customers/..%2f..%2fetc%2fpasswd', 404, 'customer.not_found'],
  ["/v1/customers/'%20OR%20'1'='1", 404, 'customer.not_found'],
  ['/v1/customers/__proto__', 404, 'customer.not_found'],
  ['/v1/customers/%ff', 400, 'request.invalid'],
  ['/v1/customers/%ed%a0%80', 400, 'request.invalid'],
  ['/v1/customers/%zz', 400, 'request.invalid'],
  ['/../../../../etc/passwd', 404, 'route.not_found'],
  ['/v1/%2e%2e/%2e%2e/etc/passwd', 404, 'route.not_found'],
  [`/v1/customers/${'x'.repeat(513)}`, 400, 'request.invalid'],
  [`/v1/${'x'.repeat(10_000)}`, 404, 'route.not_found'],
  [`/v1/${'x'.repeat(20_000)}`, 431, 'request.headers_too_large'],
  ['/v1/streams/policy-company%00', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?customerId=a%00', 400, 'request.invalid'],
  ['/v1/read-models/__proto__', 404, 'read_model.not_found'],
  ['/v1/read-models/constructor/c-1', 404, 'read_model.not_found'],
  ['/v1/policies/__proto__', 404, 'policy.not_found'],
  ['/v1/projections/toString/digest', 404, 'read_model.not_found'],
  ['/v1/commands/constructor', 405, 'route.method_not_allowed'],
  ['/v1/read-models/loyalty_balance?__proto__=1', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?available[constructor]=1', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?limit=1e9', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?limit=-1', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?cursor=W3siYSI6MX1d', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?sort=-available&cursor=W3siYSI6MX0sInkiXQ', 400, 'request.invalid'],
  ['/v1/read-models/loyalty_balance?after=99999999999999999999', 400, 'request.invalid'],
  ['/v1/customers/a?after=1&after=2', 400, 'request.invalid'],
  ['/v1/changes?after=nothing.1', 400, 'request.invalid'],
  ['/v1/streams/customer-a?from=NaN', 400, 'request.invalid'],
];

describe('a hostile path', () => {
  it.each(paths.map(([path, ...answer]) => [path.slice(0, 60), ...answer, path] as const))(
    '%s is answered %d %s',
    async (_, status, code, path) => {
      const { text, ...answer } = await heard([headOf(admin, `GET ${path}`, 'Connection: close')]);
      expect([answer.status, answer.code]).toEqual([status, code]);
      expect(text).toContain('application/problem+json');
      expect(text.length).toBeLessThan(2_000);
    },
  );

  it('that is too long is told how long a value may be', async () => {
    const path = `/v1/customers/${'x'.repeat(513)}`;
    const { text } = await heard([headOf(admin, `GET ${path}`, 'Connection: close')]);
    expect(text).toContain('a value in it has more than 512 characters');
  });
});

describe('hostile headers', () => {
  it.each([
    ['an Idempotency-Key twice', ['Idempotency-Key: a', 'Idempotency-Key: b'], 400, 'request.invalid'],
    ['an empty Idempotency-Key', ['Idempotency-Key:'], 400, 'request.invalid'],
    ['an Idempotency-Key of 201 characters', [`Idempotency-Key: ${'k'.repeat(201)}`], 400, 'request.invalid'],
    ["the clock's Idempotency-Key", ['Idempotency-Key: settle/2026'], 400, 'request.invalid'],
    ['a tab in an Idempotency-Key', ['Idempotency-Key: a\tb'], 400, 'request.invalid'],
    ['a lone CR in an Idempotency-Key', ['Idempotency-Key: a\rb'], 400, 'request.invalid'],
    ['a NUL in an Idempotency-Key', ['Idempotency-Key: a\0b'], 400, 'request.invalid'],
    ['If-Match twice', ['If-Match: "0"', 'If-Match: "1"'], 400, 'request.invalid'],
    ['If-Match of any', ['If-Match: *'], 400, 'request.invalid'],
    ['If-Match of a list', ['If-Match: "0", "1"'], 400, 'request.invalid'],
    ['If-Match beyond all revisions', ['If-Match: "99999999999999999999"'], 400, 'request.invalid'],
    ['If-Match of another revision', ['If-Match: "7"'], 412, 'command.revision_mismatch'],
    ['20,000 bytes of one', [`X-Correlation-Id: ${'x'.repeat(20_000)}`], 431, 'request.headers_too_large'],
    ['3,000 of them', Array.from({ length: 3_000 }, (_, n) => `X-${n}: 1`), 431, 'request.headers_too_large'],
    ['Content-Length twice', ['Content-Length: 3'], 400, 'request.invalid'],
    ['Content-Length and chunks', ['Transfer-Encoding: chunked'], 400, 'request.invalid'],
    ['an unknown encoding', ['Content-Encoding: br'], 415, 'request.unsupported_media_type'],
    ['gzip upon gzip', ['Content-Encoding: gzip, gzip'], 415, 'request.unsupported_media_type'],
    ['gzip that is none', ['Content-Encoding: gzip'], 400, 'request.invalid'],
    ['a folded line', ['X-A: 1', ' 2'], 400, 'request.invalid'],
    ['no name', [': x'], 400, 'request.invalid'],
  ])('%s', async (_, headers, status, code) => {
    const answer = await heard([post(...headers), bought], 600);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.text).toContain('application/problem+json');
  });

  it('no HTTP at all is answered 400, and the connection is closed', async () => {
    for (const text of [
      '\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n',
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\0\0\0\0\r\n',
    ]) {
      expect(await heard([text])).toMatchObject({ status: 400, code: 'request.invalid', closed: true });
    }
  });

  it('an expectation that nobody knows is ignored', async () => {
    const sent = headOf(admin, 'POST /v1/commands/Nothing', JSON_TYPE, 'Expect: 200-ok', 'Content-Length: 2');
    expect(await heard([sent, '{}'], 300)).toMatchObject({ status: 404, code: 'command.not_found' });
  });
});

describe('a header that would not be kept to', () => {
  const line = `${JSON.stringify({ command: 'EarnPoints', customerId: 'h-1', earningId: 'e', points: 1 })}\n`;
  const rules = '{"rules":{"zone":"UTC","currency":"SEK"}}';
  it.each([
    ['an Idempotency-Key for many commands', '/v1/commands', line, { 'idempotency-key': 'k' }, 'idempotency-key'],
    ['an If-Match for many commands', '/v1/commands', line, { 'if-match': '"0"' }, 'if-match'],
    ['an If-Match for a policy', '/v1/policies/company', rules, { 'if-match': '"0"' }, 'if-match'],
    ['an If-Match for the clock', '/v1/commands/AdvanceClock', '{"to":"2026-03-09"}', { 'if-match': '"0"' }, 'ifMatch'],
    ['an Idempotency-Key in UTF-8', BUY, bought, { 'idempotency-key': '\u00e9' }, 'idempotency-key'],
  ])('%s is refused', async (_, path, body, headers, named) => {
    const type = path === '/v1/commands' ? 'application/x-ndjson' : 'application/json';
    const answer = await unharmed(server, admin, () => admin.post(path, body, { 'content-type': type, ...headers }));
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, named]);
  });

  it('a revision in a line to the clock is refused, and the next line is read', async () => {
    const clock = `${JSON.stringify({ command: 'AdvanceClock', to: '2026-03-09', ifMatch: 0 })}\n`;
    const [refused, next] = await unharmed(server, admin, () => admin.lines(clock + line, '/v1/commands?dryRun=true'));
    expect([refused.status, refused.errors[0].path, next.status]).toEqual([400, 'ifMatch', 200]);
  });
});

describe('a type or coding of a body', () => {
  it.each(['GZIP', 'x-gzip', 'Gzip', 'Identity'])('%s is known, however it is written', async (coding) => {
    const packed = coding === 'Identity' ? Buffer.from(bought) : gzipSync(bought);
    const headers = [JSON_TYPE, `Content-Encoding: ${coding}`, `Content-Length: ${packed.length}`, 'Connection: close'];
    expect(await heard([headOf(admin, `POST ${BUY}?dryRun=true`, ...headers), packed])).toMatchObject({
      status: 200,
    });
  });

  it('of another coding the answer says which one is known', async () => {
    const answer = await admin.post(BUY, bought, { 'content-encoding': 'br' });
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'gzip']);
  });

  it.each([
    ['text/plain', 'text/plain'],
    ['no type', ''],
    ['application/jsonl', 'application/jsonl'],
  ])('of %s the answer says what to send', async (_, type) => {
    const headers = type === '' ? [] : [`Content-Type: ${type}`];
    const { text, status } = await heard([
      headOf(admin, `POST ${BUY}`, ...headers, 'Content-Length: 2', 'Connection: close'),
      '{}',
    ]);
    expect([status, text]).toEqual([415, expect.stringMatching(/application\/json.*application\/x-ndjson/)]);
  });

  it('a byte order mark is named, in a body and at the head of many lines', async () => {
    const body = await unharmed(server, admin, () => admin.post(BUY, `\ufeff${bought}`));
    const [line] = await unharmed(server, admin, () => admin.lines(`\ufeff${bought}\n`));
    for (const { detail } of [body.body, line]) expect(detail).toContain('byte order mark');
  });
});

describe('a hostile body on the wire', () => {
  const zipped = gzipSync(bought);
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  const gzip = (length: number, type = JSON_TYPE, path = BUY): string =>
    headOf(admin, `POST ${path}`, type, 'Content-Encoding: gzip', `Content-Length: ${length}`);

  it('half a gzip is refused', async () => {
    expect(await heard([gzip(zipped.length - 20), zipped.subarray(0, -20)], 300)).toMatchObject({
      status: 400,
      code: 'request.invalid',
    });
  });

  it('a zip bomb is refused when the limit is passed, and the memory is not used', async () => {
    const before = process.memoryUsage.rss();
    for (let times = 0; times < 20; times += 1) {
      expect(await heard([gzip(bomb.length), bomb])).toMatchObject({
        status: 413,
        code: 'request.too_large',
        closed: true,
      });
    }
    expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000);
  });

  it('half a gzip of many commands gets an error line, and so does a zip bomb', async () => {
    const many = gzipSync(`${JSON.stringify({ command: 'Nothing' })}\n`.repeat(100));
    const path = '/v1/commands';
    const half = await heard([gzip(many.length - 20, NDJSON_TYPE, path), many.subarray(0, -20)], 300);
    expect(half).toMatchObject({ status: 200 });
    expect(half.text).toMatch(/"status":400,.*"code":"request.invalid"/);
    const bombed = await heard([gzip(bomb.length, NDJSON_TYPE, path), bomb], 3_000);
    expect(bombed.text).toContain('"code":"request.too_large"');
  });

  it('what stands behind the end that Content-Length gave is no request', async () => {
    const lies = headOf(admin, `POST ${BUY}?dryRun=true`, JSON_TYPE, `Content-Length: ${bought.length}`);
    const { text, closed } = await heard([lies, `${bought}{"customerId":1}\r\n\r\n`]);
    expect([closed, text.match(/HTTP\/1.1 \d+/g)?.at(-1)]).toEqual([true, 'HTTP/1.1 400']);
  });

  it('a body shorter than its Content-Length is none', async () => {
    const { store } = server.running.patron;
    const before = await store.head();
    await overSocket(url, [headOf(admin, `POST ${BUY}`, JSON_TYPE, 'Content-Length: 5000'), bought], 50);
    expect(await store.head()).toBe(before);
  });
});

describe('a client that never ends', () => {
  it.each([
    ['its headers', () => headOf(admin, `POST ${BUY}`, JSON_TYPE).slice(0, -2), 408, 'request.too_slow'],
    ['a body whose length it gave', () => post() + bought.slice(0, 20), 408, 'request.too_slow'],
    [
      'a body in chunks',
      () => `${headOf(admin, `POST ${BUY}`, JSON_TYPE, 'Transfer-Encoding: chunked')}5\r\n{"cus\r\n`,
      408,
      'request.too_slow',
    ],
    [
      'a gzip',
      () => `${headOf(admin, `POST ${BUY}`, JSON_TYPE, 'Content-Encoding: gzip', 'Content-Length: 900')}\x1f`,
      408,
      'request.too_slow',
    ],
    [
      'a stream of commands',
      () => `${headOf(admin, 'POST /v1/commands', NDJSON_TYPE, 'Content-Length: 900')}{"comm`,
      200,
      'request.too_slow',
    ],
    [
      'a body that nobody wants',
      () => headOf(admin, 'POST /v1/nothing', 'Content-Length: 900'),
      404,
      'route.not_found',
    ],
    [
      'a body without a token',
      () => `POST ${BUY} HTTP/1.1\r\nHost: p\r\n${JSON_TYPE}\r\nContent-Length: 900\r\n\r\n{`,
      401,
      'auth.unauthenticated',
    ],
  ])('%s is told so or cut off in time', async (_, begun, status, code) => {
    expect(await heard([begun()], 8_000)).toMatchObject({ status, code, closed: true });
  });

  it('a hundred of them at once delay nobody else', async () => {
    const slow = Array.from({ length: 100 }, () => overSocket(url, [post() + bought.slice(0, 20)], 8_000));
    await delay(50);
    expect((await admin.post(`${BUY}?dryRun=true`, bought)).status).toBe(200);
    expect(new Set((await Promise.all(slow)).map(({ status, closed }) => `${status} ${closed}`))).toEqual(
      new Set(['408 true']),
    );
  });

  it('a stream of commands that pauses for less is read on', async () => {
    const piece = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    const begun = headOf(admin, 'POST /v1/commands', NDJSON_TYPE, 'Transfer-Encoding: chunked');
    const [first, second] = [piece('{"command":"A"}\n'), piece('{"command":"B"}\n')];
    const going = overSocket(url, [begun, first], 250).then(() => undefined);
    await going;
    const { text } = await overSocket(url, [begun, first, second, '0\r\n\r\n'], 200);
    expect(text.match(/"code":"command.not_found"/g)).toHaveLength(2);
  });
});
