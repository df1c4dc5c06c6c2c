import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import type { PolicyDefinition } from '#kernel/policy.js';
import type { DeclaredCommand } from './commands.js';
import { mutated } from './mutations.js';

/** One request over HTTP, as it goes out. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** False for a request without a token. */
  readonly known: boolean;
}

export interface Places {
  readonly commands: readonly DeclaredCommand[];
  /** `GET /v1/customers/{id}`, as the OpenAPI document writes them. */
  readonly operations: readonly string[];
  readonly readModels: readonly string[];
  readonly policies: readonly Pick<PolicyDefinition, 'name' | 'defaults'>[];
}

const METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const;
const SEGMENTS = [
  ...['c-1', 'c-2', 'nobody', 'customer-c-1', 'loyalty_balance', 'lifecycle_stage', 'company', 'loyalty', 'retry'],
  ...[
    '..',
    '.',
    '%2e%2e',
    '..%2f..%2fetc%2fpasswd',
    '%00',
    'a%00b',
    '%',
    '%zz',
    '%ff',
    '%ed%a0%80',
    '%c0%ae',
    '\\..\\',
  ],
  ...[
    '__proto__',
    'constructor',
    "'%20OR%201=1--",
    '%0d%0aSet-Cookie:a=b',
    'x'.repeat(513),
    'y'.repeat(6_000),
    '💥',
    '*',
  ],
];
const QUERIES = [
  ...[
    '',
    '?',
    '?dryRun=true',
    '?dryRun=perhaps',
    '?dryRun=true&dryRun=false',
    '?sort=-available',
    '?sort=',
    '?limit=1',
  ],
  ...[
    '?limit=0',
    '?limit=1e9',
    '?limit=-1',
    '?limit=99999999999999999999',
    '?cursor=x',
    '?cursor=WzEsMl0',
    '?cursor=W3siYSI6MX1d',
  ],
  ...['?cursor=W251bGwsbnVsbF0', '?sort=-available&cursor=W3siYSI6MX0sInkiXQ', '?sort=-available&cursor=W1tdLCJ5Il0'],
  ...[
    '?after=0',
    '?after=999999999',
    '?after=-1',
    '?after=NaN',
    '?after=x.1',
    '?types=Nothing,__proto__',
    '?from=999',
    '?from=-1',
  ],
  ...[
    '?__proto__=1',
    '?constructor[prototype]=1',
    '?available[gte]=1',
    '?available[__proto__]=1',
    '?available[gte]=x',
    '?a[b][c]=1',
  ],
  ...[
    '?available[gte]=1e999',
    '?available[gte]=9007199254740993',
    '?customerId=%00',
    '?stage=null',
    '?x=%ed%a0%80',
    '?%zz=1',
  ],
  ...[
    '?identity=email:ann@example.org',
    '?identity=:',
    '?identity=__proto__:x',
    '?identity=email:%00',
    '?a=1&a=2',
    '?wait=true',
  ],
];
const HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ['idempotency-key', ['k-1', '', ' ', 'settle/x', 'x/settle-1', 'x'.repeat(201), 'é', '__proto__', 'a, b', '\t']],
  ['if-match', ['"0"', '"-1"', '7', 'W/"1"', '*', '"x"', '"1", "2"', '"99999999999999999999"', '']],
  ['x-correlation-id', ['t-1', 'x'.repeat(5_000), '', 'é']],
  ['x-causation-id', ['t-1', "'; DROP TABLE facts"]],
  [
    'accept',
    ['text/csv', 'application/x-ndjson', '*/*', 'image/png', 'text/csv, application/x-ndjson', 'x'.repeat(3_000)],
  ],
  ['content-encoding', ['gzip', 'GZIP', 'x-gzip', 'identity', 'br', 'gzip, gzip', '']],
  ['x-forwarded-for', ['127.0.0.1']],
  ['x-http-method-override', ['DELETE']],
  ['expect', ['200-nothing']],
];
const TYPES = [
  ...['application/json', 'application/json; charset=utf-8', 'application/JSON', 'application/x-ndjson', 'text/plain'],
  ...[
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'x',
    '/',
  ],
];

const headers = fc
  .array(
    fc
      .constantFrom(...HEADERS)
      .chain(([name, values]) => fc.constantFrom(...values).map((value) => [name, value] as const)),
    { maxLength: 2 },
  )
  .map((pairs): Record<string, string> => Object.fromEntries(pairs));
const known = fc.nat(50).map((n) => n > 0);

/** Requests to every route there is, and to some that are not there. */
export function requestsTo({ commands, operations, readModels, policies }: Places): fc.Arbitrary<Sent> {
  const body = fc.oneof(...commands.map(({ type, texts }) => texts.map((text) => ({ type, text }))));
  const command = fc
    .record({ body, headers, known, query: fc.constantFrom('', '', '', '?dryRun=true', '?dryRun=1', '?x=1') })
    .map(({ body: { type, text }, query, ...rest }) => post(`/v1/commands/${type}${query}`, text, rest));
  const lines = fc
    .record({
      bodies: fc.array(body, { maxLength: 5 }),
      headers,
      known,
      glue: fc.constantFrom('\n', '\r\n', '\n\n', ' ', ''),
    })
    .map(({ bodies, glue, headers: more, ...rest }) => {
      const text = bodies
        .map((one) => one.text.replace('{', `{"command":"${one.type}",`).replaceAll('\n', ' '))
        .join(glue);
      return post('/v1/commands', text, { ...rest, headers: { 'content-type': 'application/x-ndjson', ...more } });
    });
  const policy = fc
    .record({
      publication: publicationOf(policies),
      headers,
      known,
      elsewhere: fc.constantFrom(undefined, undefined, undefined, undefined, 'company', 'nothing', '%00'),
    })
    .map(({ publication: { name, text }, elsewhere, ...rest }) =>
      post(`/v1/policies/${elsewhere ?? name}?dryRun=true`, text, rest),
    );
  const segment = fc.oneof(fc.constantFrom(...SEGMENTS), fc.constantFrom(...readModels), fc.webSegment());
  const anything = fc
    .record({
      ...{
        operation: fc.constantFrom(...operations, 'GET /', 'GET /{a}', 'GET /v1/{a}', 'POST /v1/{a}/{b}/{c}'),
        headers,
        known,
      },
      ...{ fill: fc.array(segment, { minLength: 3, maxLength: 3 }), query: fc.constantFrom(...QUERIES) },
      ...{ other: fc.constantFrom(...Array<undefined>(12).fill(undefined), ...METHODS), text: body },
    })
    .map(({ operation, fill, query, other, text, ...rest }) => {
      const [method = 'GET', template = '/'] = operation.split(' ');
      let at = 0;
      const path = template.replace(/\{\w+\}/g, () => fill[at++] ?? 'x');
      const sent = { method: other ?? method, path: encoded(path + patient(query)), ...rest };
      return sent.method === 'POST' || sent.method === 'PUT'
        ? { ...post(sent.path, text.text, rest), method: sent.method }
        : sent;
    });
  return fc.oneof(
    { weight: 10, arbitrary: command },
    { weight: 2, arbitrary: lines },
    { weight: 2, arbitrary: policy },
    { weight: 10, arbitrary: anything },
  );
}

/** The rules that a policy begins with, and others near them. */
const publicationOf = (policies: Places['policies']): fc.Arbitrary<{ readonly name: string; readonly text: string }> =>
  fc.constantFrom(...policies).chain(({ name, defaults }) => {
    const effectiveFrom = fc.constantFrom('2026-03-01', '2026-03-01T00:00:00Z');
    const publication = fc.record({ rules: fc.constant(defaults), effectiveFrom }, { requiredKeys: ['rules'] });
    return mutated(publication).map((text) => ({ name, text }));
  });

function post(path: string, text: string, { headers: more, known: isKnown }: Pick<Sent, 'headers' | 'known'>): Sent {
  const type =
    more['content-type'] ??
    (text.length % 17 === 0 ? TYPES[text.length % TYPES.length] : undefined) ??
    'application/json';
  const gzip = more['content-encoding'] === 'gzip' && text.length % 3 > 0;
  const whole = gzip ? gzipSync(text) : Buffer.from(text);
  const body = gzip && text.length % 3 === 2 ? whole.subarray(0, whole.length - 9) : whole;
  return { method: 'POST', path, headers: { ...more, 'content-type': type }, body, known: isKnown };
}

/** Nobody waits two seconds for a position that does not come. */
const patient = (query: string): string => (query.includes('after=') ? `${query}&wait=0` : query);

/** Only what a client cannot send at all is escaped. */
const encoded = (path: string): string =>
  path.replace(/[^\u0021-\u007e]/gu, (character) => encodeURIComponent(character));
