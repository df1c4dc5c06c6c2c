import { BUY, unharmed } from './hostile.fixture.js';
import { closeServers, purchase, testServer, type Caller, type TestServer } from './server-kit.js';

/** A body sent to a command, what its answer must say, and which field it must name. */
interface BodyCase {
  readonly name: string;
  readonly body: string;
  readonly status: number;
  readonly code: string;
  readonly path?: string;
}

const EARN = '/v1/commands/EarnPoints';
const bought = JSON.stringify(purchase('h-1', 'p-1'));
const withField = (name: string, json: string): string => bought.replace('{', `{${JSON.stringify(name)}:${json},`);
const priced = (units: string, quantity = '1'): string =>
  `{"customerId":"h-1","purchaseId":"p-1","lines":[{"sku":"mug","quantity":${quantity},` +
  `"unitPrice":{"units":${units},"scale":2,"currency":"GBP"}}]}`;
const refused = (name: string, body: string, status: number, code: string): BodyCase => ({ name, body, status, code });
const invalid = (name: string, body: string, path?: string): BodyCase => ({
  ...refused(name, body, 400, 'request.invalid'),
  ...(path !== undefined && { path }),
});

const bodies: readonly BodyCase[] = [
  invalid('nothing', ''),
  invalid('half an object', bought.slice(0, 40)),
  invalid('two objects', `${bought}${bought}`),
  invalid('a byte order mark', `\ufeff${bought}`),
  invalid('a comment', `/* hello */${bought}`),
  invalid('a list', '[]', ''),
  invalid('null', 'null', ''),
  invalid('a number', '1'),
  invalid('a text', '"DROP TABLE facts"'),
  invalid('an unknown field', withField('colour', '"red"'), 'colour'),
  invalid('__proto__', withField('__proto__', '{"admin":true}'), '__proto__'),
  invalid('constructor', withField('constructor', '{"prototype":{"admin":true}}'), 'constructor'),
  invalid('toString', withField('toString', '1'), 'toString'),
  invalid('then', withField('then', '1'), 'then'),
  invalid('its own type', withField('type', '"EraseCustomer"'), 'type'),
  invalid('a nameless field', withField('', '1'), ''),
  invalid('NaN', priced('NaN')),
  invalid('Infinity', priced('Infinity')),
  invalid('1e999', priced('1e999'), 'lines[0].unitPrice.units'),
  invalid('-1e999', priced('-1e999'), 'lines[0].unitPrice.units'),
  invalid('half a penny', priced('0.5'), 'lines[0].unitPrice.units'),
  invalid('a price below nothing', priced('-1'), 'lines[0].unitPrice.units'),
  invalid('more than is exact', priced('9007199254740993'), 'lines[0].unitPrice.units'),
  invalid('a price in a text', priced('"750"'), 'lines[0].unitPrice.units'),
  invalid('no pieces', priced('1', '0'), 'lines[0].quantity'),
  refused('an amount beyond what is exact', priced('1000000000000', '1000000'), 409, 'money.overflow'),
  invalid('year 9999', withField('at', '"9999-12-31T23:59:59Z"').replace('"at":"2026-03-02T10:15:00Z",', ''), 'at'),
  invalid('1899', withField('at', '"1899-12-31T23:59:59Z"').replace('"at":"2026-03-02T10:15:00Z",', ''), 'at'),
  invalid('30 February', bought.replace('2026-03-02', '2026-02-30'), 'at'),
  invalid('25 o’clock', bought.replace('T10:15', 'T25:15'), 'at'),
  invalid('no zone', bought.replace(':00Z', ':00'), 'at'),
  refused('tomorrow', bought.replace('2026-03-02', '2026-03-12'), 400, 'command.at_in_future'),
  invalid('a lone surrogate', bought.replace('"p-1"', '"\\ud800"'), 'purchaseId'),
  invalid('a lone surrogate in a commandId', withField('commandId', '"\\udc00"'), 'commandId'),
  invalid('a NUL', bought.replace('"p-1"', '"a\\u0000b"'), 'purchaseId'),
  invalid('CR and LF', bought.replace('"p-1"', '"a\\r\\nSet-Cookie: b"'), 'purchaseId'),
  invalid('SQL for a customer', bought.replace('"h-1"', `"h'; DROP TABLE facts; --"`), 'customerId'),
  invalid('a path for a customer', bought.replace('"h-1"', '"../../etc/passwd"'), 'customerId'),
  invalid('a customer of 65 characters', bought.replace('"h-1"', `"${'a'.repeat(65)}"`), 'customerId'),
  invalid('a customer who is a list', bought.replace('"h-1"', '["h-1"]'), 'customerId'),
  invalid(
    '501 lines',
    bought.replace(/"lines":\[(.*)\]/, (_, line: string) => `"lines":[${Array(501).fill(line).join()}]`),
    'lines',
  ),
  invalid('2,000 unknown fields', `{${Array.from({ length: 2_000 }, (_, n) => `"f${n}":1`).join()}}`),
  invalid('a field name of 100,000 characters', withField('x'.repeat(100_000), '1')),
  invalid('100,000 lists in each other', withField('deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`), ''),
  invalid('400 lists in each other', withField('deep', `${'['.repeat(400)}${']'.repeat(400)}`), 'deep'),
  invalid(
    '30,000 objects in each other',
    bought.replace('"p-1"', `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`),
    '',
  ),
  refused('300,000 bytes', withField('channel', `"${'x'.repeat(300_000)}"`), 413, 'request.too_large'),
];

describe('a hostile body', () => {
  let server: TestServer;
  let admin: Caller;
  beforeAll(async () => {
    server = await testServer();
    admin = server.as('admin');
  });
  afterAll(closeServers);

  it.each(bodies)('$name is refused, and nothing is appended', async ({ body, status, code, path }) => {
    const answer = await unharmed(server, admin, () => admin.post(BUY, body));
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.text.length).toBeLessThan(20_000);
    if (path !== undefined) expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(path);
  });

  it('rules of a policy with a name of 200,000 characters are refused in few words', async () => {
    const purposes = ['care', 'x'.repeat(200_000)];
    const answer = await unharmed(server, admin, () => admin.post('/v1/policies/consent', { rules: { purposes } }));
    expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
    expect(answer.text.length).toBeLessThan(20_000);
  });

  it('rules that are nested beyond any stack are refused by who is asked in process', () => {
    const { policies } = server.running.patron.engine;
    const currency = JSON.parse(`${'['.repeat(6_000)}${']'.repeat(6_000)}`) as unknown;
    expect(() => policies.parsed('company', { zone: null, currency })).toThrow('zone: expected a text');
  });

  it.each([450, 4_000, 60_000])('rules of a policy that are nested %i deep are refused', async (levels) => {
    const text = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const rules = `{"rules":{"reasons":{"silent":{"suggested":{"action":[],"text":${text}}}}}}`;
    const answer = await unharmed(server, admin, () => admin.post('/v1/policies/retention', rules));
    expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
    expect(answer.body.detail).not.toContain('call stack');
  });

  it.each(bodies.filter(({ body, status }) => !/[\r\n]/.test(body) && status !== 413 && body !== ''))(
    '$name is refused as a line of many, and the next line is read',
    async ({ body, status, code }) => {
      const named = body.startsWith('{') ? body.replace('{', '{"command":"RecordPurchase",') : body;
      const [line, next] = await unharmed(server, admin, () =>
        admin.lines(`${named}\n{"command":"EarnPoints"}\n`, '/v1/commands?dryRun=true'),
      );
      expect([line.line, line.status, line.code]).toEqual([1, status, code]);
      expect([next.line, next.code]).toEqual([2, 'request.invalid']);
    },
  );

  it('no UTF-8 is refused', async () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]]) {
      const [front, back] = bought.split('mug') as [string, string];
      const body = Buffer.concat([Buffer.from(front), Buffer.from(bytes), Buffer.from(back)]);
      const headers = { 'content-type': 'application/json' };
      const answer = await unharmed(server, admin, () => admin.send('POST', BUY, { body, headers }));
      expect([answer.status, (await answer.json()) as object]).toEqual([
        400,
        expect.objectContaining({ code: 'request.invalid' }),
      ]);
    }
  });

  it('of a field that stands twice the last one counts, for the digest too', async () => {
    const twice = '{"customerId":"h-2","earningId":"e","points":1,"points":2,"commandId":"twice"}';
    const { body } = await admin.post(EARN, twice);
    expect(body.facts[0].data).toMatchObject({ points: 2 });
    expect((await admin.post(EARN, twice.replace('"points":1,', ''))).body.repeated).toBe(true);
  });

  it.each(['AdvanceClock', 'FixClock'])(
    '%s to a day beyond year 2200 is refused, so that time stays countable',
    async (type) => {
      const field = type === 'AdvanceClock' ? 'to' : 'at';
      for (const day of ['9999-12-31', '2200-01-01', '1899-12-31', '0000-01-01', '9999-12-31T00:00:00Z']) {
        const { status, body } = await unharmed(server, admin, () =>
          admin.post(`/v1/commands/${type}`, { [field]: day }),
        );
        expect([status, body.errors?.[0]?.path]).toEqual([400, field]);
      }
    },
  );

  it('a birthday outside 1900 to 2200 is refused', async () => {
    for (const birthday of ['1899-12-31', '9999-12-31', '2026-02-30']) {
      const { body } = await unharmed(server, admin, () =>
        admin.post('/v1/commands/RegisterCustomer', { customerId: 'h-3', birthday }),
      );
      expect(body.errors).toEqual([expect.objectContaining({ path: 'birthday' })]);
    }
  });

  it.each([
    ['a lone surrogate', '{"zone":"UTC","currency":"\\ud800"}'],
    ['an infinity', '{"zone":"UTC","currency":1e999}'],
    ['a name of the prototype', '{"zone":"UTC","currency":"constructor"}'],
    ['100,000 lists', `{"zone":${'['.repeat(100_000)}${']'.repeat(100_000)},"currency":"GBP"}`],
    ['the prototype', '{"__proto__":{"zone":"UTC","currency":"GBP"}}'],
  ])('rules of a policy that hold %s are refused, and a good one is published after', async (_, rules) => {
    const bad = await unharmed(server, admin, () => admin.post('/v1/policies/company', `{"rules":${rules}}`));
    expect([bad.status, bad.body.code]).toEqual([400, 'request.invalid']);
    const good = await admin.post('/v1/policies/company?dryRun=true', { rules: { zone: 'UTC', currency: 'GBP' } });
    expect(good.status).toBe(200);
  });
});
