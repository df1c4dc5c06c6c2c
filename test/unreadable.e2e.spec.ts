import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { customerStream, type Proposed } from '#kernel/fact.js';
import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { openDatabase } from '#adapters/embedded/sqlite.js';
import { CliWorld } from './cli.fixture.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;
const total = { units: 1_999, scale: 2, currency: 'GBP' };
const unreadable = expect.objectContaining({ status: 409, code: 'history.unreadable' });

interface Problem {
  readonly status: number;
  readonly code?: string;
  readonly position: number;
}
interface Standing {
  readonly name: string;
  readonly parked: readonly { readonly customerId: string; readonly reason: string }[];
}

described('a history that cannot be read, to those who serve and those who call', () => {
  const world = new CliWorld();
  afterAll(() => world.close());

  const send = async (command: string, body: object): Promise<Problem> => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await world.fetch(`/v1/commands/${command}`, init);
    return { ...((await response.json()) as Problem), status: response.status };
  };
  const buy = (customerId: string, purchaseId: string) => send('RecordPurchase', { customerId, purchaseId, total });
  const json = async <T>(path: string): Promise<T> => (await (await world.fetch(path)).json()) as T;
  const parked = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
    const { items } = await json<{ items: readonly Standing[] }>('/v1/projections');
    const waiting = items.filter((one) => one.parked.length > 0);
    return Object.fromEntries(waiting.map((one) => [one.name, one.parked.map(({ customerId }) => customerId).sort()]));
  };
  const caughtUp = async (): Promise<void> => {
    const { position } = await buy('last', `mark-${String(performance.now())}`);
    for (const { name } of (await json<{ items: readonly Standing[] }>('/v1/projections')).items) {
      const known = await world.fetch(`/v1/projections/${name}/digest?after=${position}&wait=10000`);
      expect([name, known.status]).toEqual([name, 200]);
    }
  };
  /** What a newer program, or a broken disk, leaves in the log. */
  const append = async (facts: Readonly<Record<string, Partial<Proposed>>>): Promise<void> => {
    const store = await EmbeddedEventStore.open({ folder: world.data, mode: 'write' });
    for (const [customerId, changed] of Object.entries(facts)) {
      const stream = customerStream(customerId);
      const { length } = await store.readStream(stream);
      const metadata = { commandId: `raw-${customerId}` };
      const fact = { id: `raw-${customerId}`, type: 'PurchaseRecorded', version: 1, data: {}, metadata };
      await store.append(stream, length, [{ ...fact, occurredAt: '2026-03-02T10:00:00.000Z', ...changed }]);
    }
    await store.close();
  };
  const sealedNameOf = async (customerId: string): Promise<unknown> => {
    const { facts } = await json<{ facts: readonly Proposed[] }>(`/v1/streams/customer-${customerId}`);
    return facts.find(({ type }) => type === 'CustomerRegistered')?.data['name'];
  };
  const broken = ['garbled', 'moved', 'newer', 'torn', 'unheard'];

  it('is parked and shown everywhere; its customers are refused, all others are served', async () => {
    await world.serve();
    for (const customerId of [...broken, 'well']) {
      await send('RegisterCustomer', { customerId, name: 'Ann Example' });
      await buy(customerId, 'p-1');
    }
    const name = await sealedNameOf('moved');
    await world.end('SIGTERM');
    await append({
      unheard: { type: 'Unheard' },
      newer: { version: 99 },
      torn: { data: { total: 'much' } },
      garbled: { data: { purchaseId: 'p-0', total, lines: [] } },
      moved: { type: 'CustomerRegistered', data: { before: {}, name } },
    });
    const log = openDatabase(join(world.data, 'log.db'));
    log.exec(`UPDATE facts SET data = replace(data, '"total":', '"total"#') WHERE id = 'raw-garbled'`);
    log.close();
    await world.serve();

    for (const customerId of broken) expect(await buy(customerId, 'p-2')).toEqual(unreadable);
    const served = await buy('well', 'p-2');
    expect(served.status).toBe(201);
    const shown = await world.fetch(`/v1/read-models/loyalty_balance/well?after=${served.position}&wait=10000`);
    expect(shown.status).toBe(200);
    await caughtUp();
    expect(await parked()).toMatchObject({
      purchase_history: ['garbled', 'newer', 'torn', 'unheard'],
      customer_card: expect.arrayContaining(['moved', 'unheard']) as string[],
    });
    const ready = await world.fetch('/health/ready');
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringContaining('purchase_history has parked 4 facts'),
    ]);
    expect(await (await world.fetch('/metrics')).text()).toMatch(
      /patron_projection_parked\{projection="purchase_history"\} 4/,
    );
    const told = await world.through(['projections']);
    expect([told.code, told.out]).toEqual([
      0,
      expect.stringMatching(/parked: purchase_history customer-unheard@\d+ Unheard: /),
    ]);
    const feed = await (await world.fetch('/v1/changes')).text();
    expect(feed.match(/"unreadable":/g)).toHaveLength(4); // a feed opens no seal
    const stream = await world.fetch('/v1/streams/customer-garbled');
    expect(await stream.text()).toMatch(/"data":\{\}.*"unreadable":"what is stored of it at position \d+ is no JSON: /);
    const refused = await world.through([
      'send',
      'RecordPurchase',
      JSON.stringify({ customerId: 'torn', purchaseId: 'p-3', total }),
    ]);
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('history.unreadable')]);
  }, 120_000);

  it('stays parked through a kill, and through a retry before its cause is mended', async () => {
    const before = await parked();
    await world.end('SIGKILL');
    await world.serve();
    expect(await parked()).toEqual(before);
    const { code, out } = await world.through(['projections', 'retry']);
    expect([code, out]).toEqual([0, expect.stringContaining('retried ')]);
    expect(await parked()).toEqual(before);
    expect((await buy('well', 'p-4')).status).toBe(201);
  }, 120_000);

  it('of a key that does not open waits for the right one, and is then whole again by one command', async () => {
    await caughtUp();
    const keys = `${world.data}.keys`;
    const waiting = await parked();
    await world.end('SIGTERM');
    cpSync(keys, join(world.folder, 'right-keys'), { recursive: true });
    const db = openDatabase(join(keys, 'keys.db'));
    db.exec("UPDATE keys SET wrapped = zeroblob(60) WHERE customer = 'well'");
    db.close();

    await world.serve();
    expect(await buy('well', 'p-5')).toEqual(unreadable);
    expect((await buy('other', 'p-1')).status).toBe(201);
    expect((await world.through(['projections', 'rebuild', 'customer_card'])).code).toBe(0);
    expect((await parked())['customer_card']).toContain('well');

    await world.end('SIGTERM');
    rmSync(keys, { recursive: true });
    cpSync(join(world.folder, 'right-keys'), keys, { recursive: true });
    const { code, out } = await world.patron(['projections', 'retry', '--data', world.data]);
    expect([code, out]).toEqual([0, expect.stringContaining('customer_card')]);
    await world.serve();
    expect(await parked()).toEqual(waiting);
    expect((await buy('well', 'p-5')).status).toBe(201);
    const { name } = await json<{ name: string }>('/v1/read-models/customer_card/well');
    expect(name).toBe('Ann Example');
  }, 180_000);
});
