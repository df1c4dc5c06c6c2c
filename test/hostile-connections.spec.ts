import { BUY, headOf, JSON_TYPE, overSocket, unharmed, type Heard } from './hostile.fixture.js';
import { closeServers, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

const NDJSON_TYPE = 'Content-Type: application/x-ndjson';
const GARBAGE = 'what is this\r\n\r\n';

let server: TestServer;
let admin: Caller;
let url: string;
beforeAll(async () => {
  server = await testServer();
  admin = server.as('admin');
  ({ url } = server.running);
});
afterAll(closeServers);

const statuses = ({ text }: Heard): readonly number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const post = (path: string, body: string, ...headers: readonly string[]): string =>
  headOf(admin, `POST ${path}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers) + body;
const buying = (id: string): string => post(BUY, JSON.stringify(purchase(id, 'p-1')), JSON_TYPE);
const line = (id: string): string => `${JSON.stringify({ command: 'RecordPurchase', ...purchase(id, 'p-1') })}\n`;
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const streaming = (path = '/v1/commands'): string =>
  headOf(admin, `POST ${path}`, NDJSON_TYPE, 'Transfer-Encoding: chunked');

describe('what is no HTTP behind a request', () => {
  it.each([1, 3])('is refused behind the answers to %d commands before it, which are done', async (many) => {
    const ids = Array.from({ length: many }, (_, n) => `before-${many}-${n}`);
    const heard = await overSocket(url, [ids.map(buying).join('') + GARBAGE]);
    expect([statuses(heard), heard.closed]).toEqual([[...ids.map(() => 201), 400], true]);
    for (const id of ids) {
      expect(await server.running.patron.store.readStream(`customer-${id}`)).toHaveLength(2);
    }
  });

  it('is refused behind them also where it stands within the body of a later request', async () => {
    const broken = `${headOf(admin, `POST ${BUY}`, JSON_TYPE, 'Transfer-Encoding: chunked')}zz\r\n`;
    const heard = await overSocket(url, [
      buying('whole') + post('/v1/commands', line('whole-too'), NDJSON_TYPE) + broken,
    ]);
    expect([statuses(heard), heard.closed]).toEqual([[201, 200, 400], true]);
  });

  it('within the body of a request that is answered already ends the connection and nothing else', async () => {
    const begun = `POST ${BUY} HTTP/1.1\r\nHost: p\r\n${JSON_TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const heard = await overSocket(url, [begun, 'zz\r\n']);
    expect([statuses(heard), heard.closed]).toEqual([[401], true]);
  });

  it('waits for the end of an answer that is a stream', async () => {
    const body = Array.from({ length: 50 }, (_, n) => line(`lines-${n}`)).join('');
    const heard = await overSocket(url, [post('/v1/commands', body, NDJSON_TYPE) + GARBAGE]);
    expect([statuses(heard), heard.closed]).toEqual([[200, 400], true]);
    expect(heard.text.match(/"status":201/g)).toHaveLength(50);
  });

  it('is told once, however much of it there is', async () => {
    const heard = await overSocket(url, [buying('much') + GARBAGE, GARBAGE, GARBAGE]);
    expect(statuses(heard)).toEqual([201, 400]);
  });
});

describe('a stream of commands that breaks off', () => {
  it.each([
    ['by a chunk that is none', ['zz\r\n']],
    ['by a chunk longer than it said', ['3\r\n{"comm\r\n']],
  ])('%s ends its answer, in which nothing else stands', async (name, rest) => {
    const heard = await overSocket(url, [
      streaming() + chunk(line(`broken ${name.length}`.replace(' ', '-'))),
      ...rest,
    ]);
    expect([statuses(heard), heard.closed]).toEqual([[200], true]);
    expect(heard.text).not.toContain('\r\n0\r\n\r\n'); // a whole answer would say that all was heard
  });

  it('in its first piece is answered as a stream too: what came before was done', async () => {
    const heard = await overSocket(url, [`${streaming()}${chunk(line('at-once'))}zz\r\n`]);
    expect([statuses(heard), heard.closed]).toEqual([[200], true]);
    expect(await server.running.patron.store.readStream('customer-at-once')).toHaveLength(2);
  });
});

describe('a request that two would read in two ways', () => {
  const bought = JSON.stringify(purchase('twice', 'p-1'));
  const bare = (start: string, ...headers: readonly string[]): string =>
    [start, ...headers, 'Connection: close', '', ''].join('\r\n');
  const known = (): string => `Authorization: ${admin.headers['authorization'] ?? ''}`;
  it.each([
    ['without a Host', () => bare('GET /v1/customers/c HTTP/1.1', known()), 'host'],
    ['with two of them', () => headOf(admin, 'GET /v1/customers/c', 'Host: other', 'Connection: close'), 'host'],
    [
      'with two tokens',
      () => headOf(admin, 'GET /v1/customers/c', 'Authorization: Bearer x', 'Connection: close'),
      'authorization',
    ],
    [
      'with two types',
      () => post(BUY, bought, JSON_TYPE, 'Content-Type: text/plain', 'Connection: close'),
      'content-type',
    ],
    [
      'in a coding nobody asked for',
      () =>
        `${headOf(admin, `POST ${BUY}`, JSON_TYPE, 'Transfer-Encoding: gzip, chunked', 'Connection: close')}${chunk(bought)}0\r\n\r\n`,
      'transfer-encoding',
    ],
  ])('%s is refused, naming the header', async (_, request, path) => {
    const heard = await unharmed(server, admin, () => overSocket(url, [request()]));
    expect([heard.status, heard.code]).toEqual([400, 'request.invalid']);
    expect(heard.text).toContain(`"path":"${path}"`);
  });

  it('HTTP/1.0 knew no Host, and needs none', async () => {
    expect((await overSocket(url, [bare('GET /health/live HTTP/1.0')])).status).toBe(200);
  });

  it('CONNECT is refused: this is no proxy', async () => {
    const heard = await unharmed(server, admin, () => overSocket(url, [bare('CONNECT x:443 HTTP/1.1', 'Host: x:443')]));
    expect(heard).toMatchObject({ status: 400, code: 'request.invalid', closed: true });
  });
});
