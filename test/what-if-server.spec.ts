import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '#runtime/config.js';
import { openPatron } from '#runtime/patron.js';
import type { Access } from '../apps/cli/src/access/access.js';
import { DirectAccess } from '../apps/cli/src/access/direct.js';
import { RemoteAccess } from '../apps/cli/src/access/remote.js';
import { commands } from '../apps/cli/src/commands.js';
import { terminalOf } from '../apps/cli/src/frame/terminal.js';
import { run } from '../apps/cli/src/run.js';
import { closeServers, testServer, type Caller, type TestServer } from './server-kit.js';

const folder = mkdtempSync(join(tmpdir(), 'patron-what-if-spec-'));
const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
afterAll(async () => {
  await closeServers();
  rmSync(folder, { recursive: true, force: true });
});

const LOYALTY = {
  ...{ earn: { points: 2, perUnits: 1 }, earnIn: {}, pendingDays: 14, expireAfterMonths: 12, reservationHours: 24 },
  ...{ graceDays: 30, tiers: [{ name: 'silver', from: 150 }], costPerPoint: { units: 1, scale: 2, currency: 'EUR' } },
};
const purchase = (customerId: string) => ({
  ...{ customerId, purchaseId: `p-${customerId}`, at: '2026-03-02T10:15:00Z' },
  total: { units: 10_050, scale: 2, currency: 'EUR' },
});

/** Runs a command line in this process. */
async function patron(
  access: (where: { readonly data?: string | undefined }) => Promise<Access>,
  ...words: readonly string[]
) {
  const [out, err]: [string[], string[]] = [[], []];
  const opened: Access[] = [];
  const code = await run(commands, words, {
    ...{ out: (line) => void out.push(line), err: (line) => void err.push(line), errText: () => undefined, env: {} },
    write: () => Promise.resolve(),
    ...{ terminal: terminalOf({}, {}, {}), stdin: new PassThrough(), signal: new AbortController().signal },
    patron: async (where) => {
      const one = await access(where);
      opened.push(one);
      return one;
    },
  });
  for (const one of opened) await one.close();
  return { code, out, err };
}

describe('asking a server what if', () => {
  let server: TestServer;
  let analyst: Caller;
  let secret: string;
  beforeAll(async () => {
    server = await testServer();
    for (const customerId of ['ann', 'bob'])
      await server.as('service').post('/v1/commands/RecordPurchase', purchase(customerId));
    analyst = server.as('analyst');
    secret = String(analyst.headers['authorization']).slice('Bearer '.length);
  });
  const through = (...words: readonly string[]) =>
    patron(() => Promise.resolve(new RemoteAccess(server.running.url, secret)), 'what-if', ...words);

  it('answers an analyst, and writes nothing', async () => {
    const head = await server.running.patron.store.head();
    const { status, body } = await analyst.post('/v1/what-if', { policies: { loyalty: LOYALTY } });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      customers: { all: 2, changed: 2, undecided: 0 },
      amounts: [{ sums: { earned: { before: 200, after: 402 } } }],
    });
    expect(body.amounts[0].liability.money).toEqual({
      before: [{ units: 200, scale: 2, currency: 'USD' }],
      after: [{ units: 402, scale: 2, currency: 'EUR' }],
    });
    expect(await server.running.patron.store.head()).toBe(head);
    expect((await analyst.get('/v1/policies/loyalty')).body.versions).toHaveLength(1);
  });

  it.each(['service', 'auditor', 'operator'])('refuses a %s', async (role) => {
    expect((await server.as(role).post('/v1/what-if', {})).status).toBe(403);
  });

  it('names every field that does not hold', async () => {
    const { status, body } = await analyst.post('/v1/what-if', {
      policies: { loyalty: { ...LOYALTY, pendingDays: -1 }, generosity: {}, value: 7 },
      ...{ from: 'yesterday', asOf: 'then', wish: 1 },
    });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      { path: 'wish', message: 'is none of policies, from, asOf, by' },
      { path: 'from', message: expect.stringContaining('instant') },
      { path: 'policies.loyalty', message: 'pendingDays: must be a whole number from 0 to 36525' },
      { path: 'policies.generosity', message: expect.stringContaining('Known are company') },
      { path: 'policies.value', message: 'must be an object: the rules of the policy' },
      { path: 'asOf', message: expect.stringContaining('must be an instant') },
    ]);
    expect((await analyst.post('/v1/what-if', { asOf: '999999' })).body.errors[0]).toMatchObject({ path: 'asOf' });
    expect((await analyst.post('/v1/what-if', [])).status).toBe(400);
  });

  it('answers one at a time, and gives up when the caller leaves', async () => {
    const { store } = server.running.patron;
    const head = store.head.bind(store);
    let waiting = 0;
    store.head = async () => {
      waiting += 1;
      await delay(300);
      return head();
    };
    const gone = new AbortController();
    const headers = { 'content-type': 'application/json' };
    const first = analyst.send('POST', '/v1/what-if', { body: '{}', headers, signal: gone.signal });
    while (waiting === 0) await delay(5);
    expect((await analyst.get('/v1/what-if')).body).toEqual({ running: true, share: 0, facts: 0 });
    expect(await analyst.post('/v1/what-if', {})).toMatchObject({ status: 409, body: { code: 'what_if.running' } });
    gone.abort();
    await expect(first).rejects.toThrow('abort');
    store.head = head;
    await delay(400);
    expect((await analyst.post('/v1/what-if', {})).status).toBe(200);
  });

  it('tells the command line how far it is, which waits for as long as that takes', async () => {
    const { store } = server.running.patron;
    const head = store.head.bind(store);
    store.head = async () => {
      await delay(600);
      return head();
    };
    const told: number[] = [];
    const remote = new RemoteAccess(server.running.url, secret);
    const verdict = await remote.whatIf({}, (share) => void told.push(share), new AbortController().signal);
    store.head = head;
    expect(verdict.customers).toMatchObject({ all: 2, changed: 0 });
    expect(told[0]).toBe(0);
    expect((await analyst.get('/v1/what-if')).body).toEqual({ running: false, share: 0, facts: 0 });
  });

  it('the command line draws what it answers, or hands it on', async () => {
    const richer = file('richer.json', LOYALTY);
    const { out, code } = await through('--policy', `loyalty=${richer}`);
    expect(code).toBe(0);
    expect(out.map((line) => line.replace(/ +/g, ' '))).toEqual(
      expect.arrayContaining([
        'loyalty in force always',
        '2 of 2 customers would see a difference',
        'loyalty_balance tier: 2 customers move',
        'basic silver 2',
        'earned 200 402 +202',
        'liability, EUR 0 4.02',
        'shortfall: everything that was taken would have been there',
      ]),
    );
    const json = await through('--policy', `loyalty=${richer}`, '--json');
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({ customers: { changed: 2 } });
  });

  it.each<[string, () => readonly string[], RegExp]>([
    ['a file that is not there', () => ['--policy', 'loyalty=./none.json'], /^\.\/none\.json cannot be read/],
    ['a broken file', () => ['--policy', `loyalty=${file('broken.json', '{')}`], /broken\.json: This is no JSON/],
    [
      'a bad figure',
      () => ['--policy', `loyalty=${file('bad.json', { ...LOYALTY, earn: { points: 'two', perUnits: 1 } })}`],
      /bad\.json: earn\.points: expected a whole number, found "two"$/,
    ],
    [
      'a figure that is missing',
      () => ['--policy', `loyalty=${file('less.json', { ...LOYALTY, tiers: undefined })}`],
      /less\.json: tiers: expected a list, found nothing$/,
    ],
    [
      'the one figure that is to be another',
      () => ['--policy', `loyalty=${file('one.json', { earn: { points: 2, perUnits: 1 } })}`],
      /one\.json: one of earnIn, pendingDays, .* and 2 more, which are missing \(rules are given whole\): expected/,
    ],
    [
      'a policy that there is not',
      () => ['--policy', `generosity=${file('more.json', {})}`],
      /more\.json: .*Known are company/,
    ],
    ['no file', () => ['--policy', 'loyalty'], /^--policy loyalty is no <name>=<file>/],
    ['the same policy twice', () => ['--policy', 'value=a', '--policy', 'value=b'], /^--policy value=… is given twice/],
  ])('the command line refuses %s', async (_, words, said) => {
    const { code, err } = await through(...words());
    expect(code).toBe(2);
    expect(err).toEqual([expect.stringMatching(said)]);
  });
});

describe('asking a folder what if', () => {
  it('leaves every byte of it as it is', async () => {
    const data = join(folder, 'data');
    const written = await openPatron(loadConfig({ flags: { data }, folder }), { mode: 'write' });
    await written.commands.submit({ type: 'RecordPurchase', body: purchase('ann') });
    await written.engine.projector?.allCaughtUp(await written.engine.store.head());
    await written.close();
    const before = bytesIn(folder);
    const richer = file('richer.json', LOYALTY);
    const { out, code } = await patron(
      (where) => DirectAccess.open(where, 'read', {}),
      ...['what-if', '--policy', `loyalty=${richer}`, '--data', data, '--json'],
    );
    expect(code).toBe(0);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ amounts: [{ sums: { earned: { before: 100, after: 201 } } }] });
    expect(bytesIn(folder)).toEqual(before);
  });

  /** By name; SQLite's index of a log, and one without a byte, hold nothing. */
  const bytesIn = (root: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/(-shm|\.json)$/.test(entry.name))
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((path) => !path.endsWith('-wal') || statSync(path).size > 0)
        .sort()
        .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
    );
});
