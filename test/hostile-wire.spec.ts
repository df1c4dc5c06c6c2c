import * as fc from 'fast-check';
import { headOf, JSON_TYPE } from './hostile.fixture.js';
import { closeServers, ndjson, purchase, testServer, type Caller, type TestServer } from './server-kit.js';
import { answersIn, exchanged, type WireAnswer } from './wire.fixture.js';

const PROBLEM = 'application/problem+json';
const RUNS = 500;

let server: TestServer;
let admin: Caller;
beforeAll(async () => {
  server = await testServer({}, { patience: { headersMs: 2_000, bodyMs: 2_000, pieceMs: 2_000 } });
  admin = server.as('admin');
});
afterAll(closeServers);

let number = 0;
/** A command that was never sent before, by itself or as one of many. */
const fresh = (how: 'one' | 'line'): object => ({
  ...purchase(`w-${(number += 1)}`, 'p-1'),
  commandId: `${how}-${number}`,
});
const chunked = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`;

/** Requests as an honest client sends them, among them such as do something. */
const honest: fc.Arbitrary<() => string> = fc.constantFrom(
  () => {
    const body = JSON.stringify(fresh('one'));
    return headOf(admin, 'POST /v1/commands/RecordPurchase', JSON_TYPE, `Content-Length: ${body.length}`) + body;
  },
  () =>
    headOf(admin, 'POST /v1/commands/RecordPurchase', JSON_TYPE, 'Transfer-Encoding: chunked') +
    chunked(JSON.stringify(fresh('one'))),
  () => {
    const lines = [fresh('line'), fresh('line'), fresh('line')].map(
      (body) => `${JSON.stringify({ command: 'RecordPurchase', ...body })}\n`,
    );
    const head = headOf(admin, 'POST /v1/commands', 'Content-Type: application/x-ndjson', 'Transfer-Encoding: chunked');
    return head + chunked(lines.join(''));
  },
  () => headOf(admin, 'GET /v1/read-models/loyalty_balance?sort=-available&limit=2'),
  () => headOf(admin, 'GET /health/live'),
);

const TRICKS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    '\t',
    ':',
    ';',
    '0\r\n\r\n',
    'ffffffffff\r\n',
    '-1\r\n',
    '%00',
    '\u00ff',
    '{',
    '"',
  ],
  ...['Content-Length: 0\r\n', 'Content-Length: 9\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n'],
  ...['Expect: 100-continue\r\n', 'Host: x\r\n', 'Upgrade: h2c\r\n', 'GET / HTTP/1.1\r\n\r\n', 'garbage\r\n\r\n'],
];
/** One change of the bytes: something put in, taken out, said twice, or cut off. */
const change = fc.record({
  how: fc.constantFrom('insert', 'insert', 'remove', 'repeat', 'cut'),
  /** Where, in thousandths of the bytes. */
  at: fc.integer({ min: 0, max: 999 }),
  length: fc.integer({ min: 1, max: 60 }),
  trick: fc.constantFrom(...TRICKS),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(text: string, { how, at, length, trick }: Change): string {
  const from = Math.floor((at / 1_000) * text.length);
  const [before, piece, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
  if (how === 'insert') return before + trick + piece + after;
  if (how === 'remove') return before + after;
  return how === 'cut' ? before : before + piece + piece + after;
}

const isLines = ({ headers }: WireAnswer): boolean => headers['content-type'] === 'application/x-ndjson';

/** What a caller was told that was done, by its id. */
const doneIn = (answer: WireAnswer): readonly string[] => {
  const { status, body } = answer;
  const receipts = isLines(answer)
    ? ndjson(body.slice(0, body.lastIndexOf('\n') + 1))
    : status === 201
      ? [JSON.parse(body)]
      : [];
  return receipts.filter(({ status: of = 201 }) => of === 201).map(({ commandId }) => String(commandId));
};

describe('requests whose bytes were changed on the way', () => {
  it('get answers that a strict client can read, and nothing is done that is not answered', async () => {
    const { store } = server.running.patron;
    const sending = fc.record({
      requests: fc.array(honest, { minLength: 1, maxLength: 3 }),
      changes: fc.array(change, { maxLength: 3 }),
    });
    const statuses: Record<number, number> = {};
    await fc.assert(
      fc.asyncProperty(sending, async ({ requests, changes }) => {
        const before = await store.head();
        const text = changes.reduce(changed, requests.map((request) => request()).join(''));
        const answers = answersIn(await exchanged(server.running.url, Buffer.from(text, 'latin1')));
        for (const { status, headers, body, isWhole } of answers) {
          statuses[status] = (statuses[status] ?? 0) + 1;
          expect(status).toBeLessThan(500);
          const type = headers['content-type'] ?? '';
          if (status >= 400 && body !== '')
            expect([type.split(';')[0], JSON.parse(body).status]).toEqual([PROBLEM, status]);
          if (!isWhole) expect(type).toBe('application/x-ndjson'); // all else is answered as a whole
        }
        const told = new Set(answers.flatMap(doneIn));
        const done = new Set<string>();
        for await (const { facts } of store.readAll({ after: before }))
          for (const { metadata } of facts) done.add(metadata.commandId);
        for (const id of told) expect(done).toContain(id);
        const untold = [...done].filter((id) => !told.has(id));
        // Of a stream that broke off the caller knows that it does not know.
        const streams = answers.filter((one) => one.isWhole && isLines(one)).length;
        const brokeOff = (text.match(/x-ndjson/g) ?? []).length > streams;
        expect(untold.filter((id) => !brokeOff || id.includes('one-'))).toEqual([]);
      }),
      { numRuns: RUNS, seed: 20_261_126 },
    );
    expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '201', '400', '401', '404']));
    expect((await admin.get('/v1/clock')).status).toBe(200);
    expect(server.logged.filter((line) => line.includes('unforeseen'))).toEqual([]);
  }, 60_000);
});
