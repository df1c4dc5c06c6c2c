import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;

const total = { units: 4_200, scale: 2, currency: 'GBP' };
const purchase = (n: number): string =>
  JSON.stringify({ command: 'RecordPurchase', customerId: 'ann', purchaseId: `p-${n}`, total });
const purchases = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) => purchase(from + at)).join('\n');

/** An operator puts a log back by hand, beside read models and snapshots that know more. */
described('a log that was put back to an earlier state', () => {
  const world = new CliWorld();
  const log = join(world.data, 'log.db');
  const readModels = join(world.data, 'read-models');
  const [older, newer] = [join(world.folder, 'older.db'), join(world.folder, 'newer.db')];

  /** What one more purchase leaves in the read model. */
  const serveOnce = async (n: number): Promise<number> => {
    await world.serve();
    try {
      const sent = await world.through(['send', '-'], purchase(n));
      const { position } = JSON.parse(sent.out) as { position: number };
      const read = ['read', 'purchase_history', '--where', 'customerId=ann', '--all', '--after', String(position)];
      return (await world.through(read)).out.trim().split('\n').length;
    } finally {
      await world.end('SIGTERM');
    }
  };
  const send = (input: string, data = world.data) => world.patron(['send', '-', '--data', data], input);

  beforeAll(async () => {
    expect((await send(purchases(0, 20))).code).toBe(0);
    cpSync(log, older);
    expect((await send(purchases(20, 40))).code).toBe(0);
    expect(await serveOnce(60)).toBe(61);
    cpSync(log, newer);
    cpSync(older, log);
  }, 60_000);
  afterAll(() => world.close());

  it('is refused by server and commands, which say what to do and change nothing', async () => {
    const before = [readFileSync(log).toString('base64'), readdirSync(readModels).sort()];
    const refused = await send(purchase(61));
    expect([refused.code, refused.out]).toEqual([4, '']);
    expect(refused.err).toContain(`The read models in ${readModels} know facts up to position`);
    expect(refused.err).toMatch(/the log ends at \d+: it was put back.*Put back the newer log.*folded anew/s);
    await expect(world.serve()).rejects.toThrow(/it was put back to an earlier state/);
    expect([readFileSync(log).toString('base64'), readdirSync(readModels).sort()]).toEqual(before);
  }, 60_000);

  it('has no documents for readers either, but its streams', async () => {
    const documents = [
      ['read', 'purchase_history'],
      ['customer', 'ann'],
      ['export', 'value_tier', '--out', join(world.folder, 'tiers.parquet')],
    ];
    for (const words of documents) {
      const { code, out, err } = await world.patron([...words, '--data', world.data]);
      expect([words[0], code, out, err]).toEqual([words[0], 4, '', expect.stringContaining('it was put back')]);
    }
    const stream = await world.patron(['stream', 'show', 'customer-ann', '--data', world.data]);
    expect([stream.code, stream.out]).toEqual([0, expect.stringContaining('PurchaseRecorded')]);
    const queries = new CliWorld({}, world);
    try {
      await queries.serve(['--target', 'queries']);
      const answer = await queries.fetch('/v1/read-models/value_tier');
      expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'store.refused' }]);
      expect((await queries.fetch('/v1/streams/customer-ann')).status).toBe(200);
    } finally {
      await queries.close();
    }
  }, 60_000);

  it('is refused too where it has gone on since, past all that was folded', async () => {
    const elsewhere = join(world.folder, 'elsewhere');
    mkdirSync(elsewhere);
    cpSync(older, join(elsewhere, 'log.db'));
    const words = ['send', '-', '--data', elsewhere, '--keys', `${world.data}.keys`];
    expect((await world.patron(words, purchases(20, 80))).code).toBe(0); // most of them are the same commands as before
    cpSync(join(elsewhere, 'log.db'), log);
    const refused = await send(purchase(101));
    expect([refused.code, refused.out]).toEqual([4, '']);
    expect(refused.err).toMatch(/belong to a log with another fact at position \d+ than the log here has/);
    const read = await world.patron(['read', 'purchase_history', '--data', world.data]);
    expect([read.code, read.out, read.err]).toEqual([4, '', expect.stringContaining('it was put back')]);
    cpSync(older, log);
  }, 60_000);

  it('is gone on from once the newer one is back', async () => {
    cpSync(newer, log);
    expect(await serveOnce(61)).toBe(62);
  }, 60_000);

  it('is folded anew where the read models were removed', async () => {
    cpSync(older, log);
    rmSync(readModels, { recursive: true });
    expect(await serveOnce(62)).toBe(21);
  }, 60_000);

  it('is not gone on with under the keys of another one', async () => {
    const other = join(world.folder, 'third');
    expect((await send(purchase(1), other)).code).toBe(0);
    const before = readFileSync(log).toString('base64');
    const words = ['send', '-', '--data', world.data, '--keys', `${other}.keys`];
    const { code, out, err } = await world.patron(words, purchase(64));
    expect([code, out]).toEqual([4, '']);
    expect(err).toContain(`The keys in ${other}.keys are not of history`);
    const read = await world.patron(['customer', 'ann', '--data', world.data, '--keys', `${other}.keys`]);
    expect([read.code, read.err]).toEqual([4, expect.stringContaining('name their folder with --keys')]);
    expect(readFileSync(log).toString('base64')).toBe(before);
  }, 60_000);

  it('is refused where the read models are of another one', async () => {
    const other = join(world.folder, 'other');
    expect((await send(purchase(1), other)).code).toBe(0);
    rmSync(readModels, { recursive: true });
    cpSync(join(other, 'read-models'), readModels, { recursive: true });
    const { code, err } = await send(purchase(63));
    expect([code, err]).toEqual([4, expect.stringMatching(/were folded from log .*, and the log here is/)]);
    const read = await world.patron(['read', 'value_tier', '--data', world.data]);
    expect([read.code, read.err]).toEqual([4, expect.stringContaining('were folded from log')]);
  }, 60_000);
});
