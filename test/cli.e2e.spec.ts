import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;
const purchase = (id: string, units = 1_999) =>
  JSON.stringify({
    ...{ customerId: 'c-1', at: '2026-03-02T10:00:00Z', purchaseId: id },
    lines: [{ sku: 'mug', quantity: 1, amount: { units, scale: 2, currency: 'GBP' } }],
  });

described('the command line beside a running server', () => {
  const world = new CliWorld();
  beforeAll(() => world.serve(), 60_000);
  afterAll(() => world.close());

  it('sends a command once, and answers it again', async () => {
    const words = ['send', 'RecordPurchase', purchase('p-1'), '--command-id', 'first', '--json'];
    const [first, again] = [await world.through(words), await world.through(words)];
    expect([first.code, again.code]).toEqual([0, 0]);
    expect(JSON.parse(first.out)).toMatchObject({ customerId: 'c-1', repeated: false });
    expect(JSON.parse(again.out)).toMatchObject({
      repeated: true,
      revision: (JSON.parse(first.out) as { revision: number }).revision,
    });
    const other = await world.through(['send', 'RecordPurchase', purchase('p-2'), '--command-id', 'first']);
    expect([other.code, other.err]).toEqual([4, expect.stringContaining('command.id_reused')]);
  }, 60_000);

  it('names every bad field, and what comes near an unknown name', async () => {
    const bad = await world.through(['send', 'RecordPurchase', '{"customerId":"a b","purchaseId":""}']);
    expect(bad.code).toBe(2);
    expect(bad.err).toMatch(/purchaseId: .*\n.*customerId: /s);
    const near = await world.through(['send', 'RecordPurchse', '{}']);
    expect([near.code, near.err]).toEqual([3, expect.stringContaining('RecordPurchase')]);
    const flag = await world.patron(['read', 'x', '--limt', '3']);
    expect([flag.code, flag.err]).toEqual([2, expect.stringContaining('--limit')]);
    const word = await world.patron(['custmer', 'c-1']);
    expect([word.code, word.err]).toEqual([2, expect.stringContaining('customer')]);
  }, 60_000);

  it('explains what is said of a customer, and says what cannot be explained', async () => {
    await world.through(['send', 'RecordPurchase', purchase('p-why', 60_000).replace('c-1', 'c-why')]);
    const told = await world.through(['why', 'c-why', 'tier']);
    expect(told.out).toMatch(
      /^c-why is of value tier high since 2026-03-02\.\n {2}600\.00 GBP \(high\) on 1 day \(low\)/,
    );
    expect(told.out).toContain('c-why is of loyalty tier silver since 2026-03-02.');
    expect(told.out).toMatch(/ 0 {2}2026-03-02 {2}\* {2}bought \(p-why\) {2}600\.00 GBP\n/);
    const { out } = await world.through(['why', 'c-why', 'stage', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      ...{ statement: 'stage', states: { lastDay: '2026-03-02' }, rules: [{ policy: 'lifecycle', version: 1 }] },
      facts: [{ revision: 0, type: 'PurchaseRecorded', amount: '600.00 GBP', decisive: true, without: null }],
    });
    const wrong = async (...words: string[]) =>
      (({ code, err }) => [code, err])(await world.through(['why', ...words]));
    expect(await wrong('c-why', 'mood')).toEqual([3, expect.stringContaining('Known are stage, tier, balance, alert')]);
    expect(await wrong('c-why', 'alert', 'silent')).toEqual([3, expect.stringContaining('statement.not_made')]);
    expect(await wrong('c-why', 'stage', '--as-of', '99999999')).toEqual([2, expect.stringContaining('has not come')]);
  }, 60_000);

  it('says where a customer stood before, and who has moved since', async () => {
    const sent = await world.through([
      'send',
      'RecordPurchase',
      purchase('p-then', 500).replace('c-1', 'c-then'),
      '--json',
    ]);
    const { position, facts } = JSON.parse(sent.out) as { position: number; facts: readonly unknown[] };
    const before = String(position - facts.length);
    const words = ['read', 'purchase_history', '--json', '--as-of'];
    const ids = ({ out }: { out: string }): string[] =>
      [...out.matchAll(/"purchaseId":"([^"]+)"/g)].map(([, id = '']) => id);
    expect(ids(await world.through([...words, before]))).not.toContain('p-then');
    expect(ids(await world.through([...words, String(position)]))).toContain('p-then');
    const then = await world.through(['customer', 'c-then', '--json', '--as-of', String(position)]);
    expect(JSON.parse(then.out)).toMatchObject({ loyalty_balance: { customerId: 'c-then' } });

    const moved = await world.through(['diff', 'purchase_history', '--from', before, '--to', String(position)]);
    expect([moved.code, moved.out]).toEqual([0, expect.stringMatching(/c-then\/p-then +appeared/)]);
    expect(moved.out).toContain('0 changed, 1 appeared, 0 disappeared');

    const late = await world.through([...words, '2199-01-01T00:00:00Z', '--by', 'business']);
    expect([late.code, late.err]).toEqual([2, expect.stringContaining('has not come: business time has reached')]);
    const both = await world.through(['customer', 'c-1', '--by', 'business']);
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('--by goes with --as-of')]);
    const half = await world.through(['diff', 'purchase_history', '--from', '1']);
    expect([half.code, half.err]).toEqual([2, expect.stringContaining('--from and --to')]);
    const turned = ['diff', 'purchase_history', '--from', String(position), '--to', before];
    const refusal = { code: 2, err: expect.stringContaining(`to: is ${before}, which lies before from, ${position}`) };
    expect(await world.through(turned)).toMatchObject(refusal);
  }, 60_000);

  it('sends a stream of commands, one answer a line in order', async () => {
    const lines = [1, 2, 3].map((n) => JSON.stringify({ command: 'RegisterCustomer', customerId: `s-${n}` }));
    const { code, out } = await world.through(['send', '-'], `${lines.join('\n')}\nnonsense\n`);
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; customerId?: string; code?: string });
    expect(answers.map(({ line, customerId, code: refusal }) => [line, customerId ?? refusal])).toEqual([
      ...[
        [1, 's-1'],
        [2, 's-2'],
        [3, 's-3'],
      ],
      [4, 'request.invalid'],
    ]);
    expect(code).toBe(2);
  }, 60_000);

  it('shows a customer, a read model and a stream through the server and on the folder alike', async () => {
    for (const place of [
      ['--server', world.url, '--token', world.token],
      ['--data', world.data],
    ]) {
      const customer = await world.patron(['customer', 'c-1', '--json', ...place]);
      expect([customer.code, customer.err]).toEqual([0, '']);
      expect(JSON.parse(customer.out)).toHaveProperty('loyalty_balance');
      const read = await world.patron(['read', 'purchase_history', '--where', 'customerId=c-1', ...place]);
      expect(
        read.out
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { purchaseId: string }).purchaseId),
      ).toEqual(['p-1']);
      const csv = await world.patron(['read', 'purchase_history', '--csv', ...place]);
      expect(csv.out.split('\r\n')[0]).toContain('purchaseId');
      const stream = await world.patron(['stream', 'show', 'customer-c-1', ...place]);
      expect(JSON.parse(stream.out.split('\n')[0] ?? '')).toMatchObject({ type: 'PurchaseRecorded', revision: 0 });
      expect((await world.patron(['customer', 'nobody', ...place])).code).toBe(3);
    }
  }, 120_000);

  it('refuses a second writer, naming the first one', async () => {
    const { code, err } = await world.patron(['send', 'RegisterCustomer', '{"customerId":"x"}', '--data', world.data]);
    expect(code).toBe(4);
    expect(err).toContain(`Process ${world.pid} `);
    expect(err).toContain('--server');
  }, 60_000);

  it('publishes a policy once', async () => {
    const words = [
      'policy',
      'publish',
      'purchases',
      '{"refundWithinDays":30,"channels":[]}',
      '--effective-from',
      '2027-01-01',
    ];
    const [first, again] = [await world.through(words), await world.through(words)];
    expect([first.out, again.out]).toEqual([
      expect.stringContaining('is version 2'),
      expect.stringContaining('was already version 2'),
    ]);
    const shown = await world.through(['policy', 'show', 'purchases', '--json']);
    expect((JSON.parse(shown.out) as object[]).at(-1)).toMatchObject({ version: 2, rules: { refundWithinDays: 30 } });
  }, 60_000);

  it('makes a token that holds at once, and ends it', async () => {
    const made = await world.patron(['token', 'create', 'reader', '--role', 'analyst', '--data', world.data]);
    const headers = { authorization: `Bearer ${made.out.trim()}` };
    expect((await world.fetch('/v1/customers/c-1', { headers })).status).toBe(200);
    expect(
      (
        await world.fetch('/v1/commands/RegisterCustomer', {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{}',
        })
      ).status,
    ).toBe(403);
    expect((await world.patron(['token', 'list', '--data', world.data])).out).toContain('reader');
    expect((await world.patron(['token', 'revoke', 'reader', '--data', world.data])).code).toBe(0);
    expect((await world.fetch('/v1/customers/c-1', { headers })).status).toBe(401);
  }, 60_000);

  it('rebuilds a projection to the same digest', async () => {
    const digest = async () => (await world.through(['projections', 'digest', 'purchase_history', '--json'])).out;
    const before = await digest();
    expect((await world.through(['projections', 'rebuild', 'purchase_history'])).code).toBe(0);
    expect(await digest()).toBe(before);
    expect((await world.through(['projections'])).out).toContain('purchase_history');

    const one = async (...words: string[]): Promise<readonly [number | null, string]> => {
      const { code, out, err } = await world.through(['projections', 'rebuild', ...words]);
      return [code, out + err];
    };
    expect(await one('purchase_history', '--customer', 'c-1')).toEqual([
      ...[0, 'rebuilt purchase_history of c-1: as before\n'],
    ]);
    expect(await one('purchase_history', '--customer', 'nobody')).toEqual([3, expect.stringContaining('nobody')]);
    expect(await one('sales_by_month', '--customer', 'c-1')).toEqual([
      ...[4, expect.stringContaining('projection.not_by_customer')],
    ]);
    expect(await one('--all')).toEqual([0, expect.stringMatching(/^rebuilt .* as before\n[^]*\d\d in [\d.]+ s;/)]);
    expect(await one('--all', '--customer', 'c-1')).toEqual([2, expect.stringContaining('instead of --all')]);
    expect(await one('--all', '--partitions', '2')).toEqual([2, expect.stringContaining('patron serve')]);
    expect(await digest()).toBe(before);

    const turn = async (how: string): Promise<readonly [number | null, string]> => {
      const { code, out, err } = await world.through(['projections', how, 'purchase_history']);
      return [code, out + err];
    };
    expect(await turn('switch-back')).toEqual([0, 'purchase_history: switched back\n']);
    expect(await digest()).toBe(before);
    expect(await turn('drop')).toEqual([0, 'purchase_history: dropped\n']);
    expect(await turn('drop')).toEqual([3, expect.stringContaining('Nothing is kept')]);
    expect(await turn('cancel')).toEqual([3, expect.stringContaining('It is not being rebuilt')]);
  }, 60_000);

  it('ends quietly where its reader has gone', async () => {
    const { code, out, err } = await world.shell(`patron stream show customer-c-1 --data "${world.data}" | head -n 1`);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toHaveLength(2);
  });

  it('ends quietly where its reader goes while it waits to write on: of more than a pipe holds', async () => {
    const bought = `{command:'RecordPurchase',customerId:'m-'+n,purchaseId:'p',total:{units:1,scale:2,currency:'GBP'}}`;
    const lines = `node -e "for (let n = 0; n < 400; n += 1) console.log(JSON.stringify(${bought}))"`;
    const many = `--data "${world.data}-many"`;
    expect((await world.shell(`${lines} | patron send - ${many}`)).code).toBe(0);
    const read = await world.shell(`patron read purchase_history --all ${many} | head -n 1`);
    expect([read.code, read.err, read.out.split('\n').length]).toEqual([0, '', 2]);
  }, 60_000);

  it('imports through the server, and adds nothing the second time', async () => {
    const mapping = {
      ...{
        name: 'till',
        currency: 'GBP',
        quantity: { value: '1' },
        sku: { column: 'sku' },
        amount: { column: 'price' },
      },
      ...{ file: {}, customer: { column: 'who' }, date: { column: 'day', format: 'YYYY-MM-DD' } },
    };
    writeFileSync(join(world.folder, 'till.json'), JSON.stringify(mapping));
    writeFileSync(
      join(world.folder, 'till.csv'),
      'who,day,sku,price\na,2026-01-02,mug,1.50\nb,2026-01-03,mug,2.50\n,2026-01-03,mug,1\n',
    );
    const words = ['import', 'till.csv', '--mapping', 'till.json', '--json', '--rejects', 'rejects.csv'];
    const [first, again] = [await world.through(words), await world.through(words)];
    expect([first.code, again.code]).toEqual([0, 0]);
    const last = (out: string): unknown => JSON.parse(out.trim().split('\n').at(-1) ?? '');
    expect(last(first.out)).toMatchObject({
      rowsRead: 3,
      accepted: 2,
      rejected: 1,
      purchases: 2,
      totals: { GBP: '4.00' },
    });
    expect(last(again.out)).toMatchObject({
      rowsRead: 3,
      accepted: 0,
      repeated: 2,
      rejected: 1,
      totals: { GBP: '4.00' },
    });
  }, 120_000);

  it('keeps everything it answered through kill -9', async () => {
    const before = (await world.through(['stream', 'show', 'customer-c-1'])).out;
    await world.end('SIGKILL');
    await world.serve();
    // the clock of the new process may add what time owes meanwhile, behind what was there
    expect((await world.through(['stream', 'show', 'customer-c-1'])).out.startsWith(before)).toBe(true);
    const again = await world.through(['send', 'RecordPurchase', purchase('p-1'), '--command-id', 'first', '--json']);
    expect(JSON.parse(again.out)).toMatchObject({ repeated: true });
  }, 120_000);

  it('works on the folder once the server has ended', async () => {
    await world.end('SIGTERM');
    const { code } = await world.patron(['send', 'RegisterCustomer', '{"customerId":"x"}', '--data', world.data]);
    expect(code).toBe(0);
  }, 60_000);
});
