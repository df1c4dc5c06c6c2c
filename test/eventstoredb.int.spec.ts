import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { onEventStoreDB } from '#testing/real-servers.js';
import { CliWorld } from './cli.fixture.js';
import { ndjson } from './server-kit.js';
import { withSharedData } from '#testing/shared-data.js';

const LONG_MS = 300_000;
const WAIT_MS = 20_000;

interface Sent {
  readonly status: number;
  readonly position: number;
  readonly repeated: boolean;
  readonly facts: readonly { readonly id: string }[];
}

interface Digest {
  readonly name: string;
  readonly digest: string;
}

/** As a service does: what is answered with 503, such as a race lost too often, is sent again under its id. */
async function send(world: CliWorld, command: string, id: string, body: object): Promise<Sent> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': id };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await world.fetch(`/v1/commands/${command}`, init);
  if (response.status === 503) {
    await delay(1_000 * Number(response.headers.get('retry-after')));
    return send(world, command, id, body);
  }
  return { ...((await response.json()) as Sent), status: response.status };
}

const buy = (world: CliWorld, customerId: string, purchaseId: string): Promise<Sent> =>
  send(world, 'RecordPurchase', purchaseId, {
    ...{ customerId, purchaseId, at: '2026-03-02T10:00:00Z', total: { units: 1_999, scale: 2, currency: 'GBP' } },
  });

async function digests(world: CliWorld): Promise<readonly Digest[]> {
  const { code, out, err } = await world.patron(['projections', 'digest', '--data', world.data, '--json']);
  if (code !== 0) throw new Error(err);
  return (JSON.parse(out) as readonly Digest[]).map(({ name, digest }) => ({ name, digest }));
}

/** Names of read models that a replay from nothing does not give. */
async function unlikeReplay(world: CliWorld): Promise<readonly string[]> {
  const replay = ['projections', 'digest', '--replay', '--data', world.data, '--json'];
  const { out } = await world.patron(replay);
  const all = JSON.parse(out) as readonly { readonly name: string; readonly equal: boolean; readonly behind: number }[];
  expect(all.length).toBeGreaterThan(10);
  return all.filter(({ equal, behind }) => !equal || behind > 0).map(({ name }) => name);
}

onEventStoreDB('the whole of Patron on EventStoreDB', (server) => {
  const worlds: CliWorld[] = [];
  const world = (beside?: CliWorld, url = `${server()}&history=t-${randomUUID()}`): CliWorld => {
    const one = new CliWorld({ PATRON_EVENT_STORE: url }, beside);
    worlds.push(one);
    return one;
  };
  afterEach(async () => {
    for (const one of worlds.splice(0).reverse()) await one.close();
  });

  it(
    'a mistyped history is begun by nobody whose read models are of another',
    async () => {
      const one = world();
      await one.serve();
      await buy(one, 'c-1', 'p-1');
      await one.end('SIGTERM');
      const url = `${server()}&history=t-${randomUUID()}`;
      const mistyped = world(one, url);
      for (const target of ['all', 'commands', 'projector'])
        await expect(mistyped.serve(['--target', target])).rejects.toThrow(/holds no history "t-.*Look at `history=`/s);
      const elsewhere = await mistyped.patron(['read', 'value_tier', '--data', 'elsewhere']);
      expect([elsewhere.code, elsewhere.err]).toEqual([4, expect.stringContaining('holds no history')]);
      await one.serve();
      expect(await buy(one, 'c-1', 'p-1')).toMatchObject({ status: 200, repeated: true });
    },
    LONG_MS,
  );

  it(
    'two processes take commands, one folds, one answers: each command is done once, and read where it was folded',
    async () => {
      const url = `${server()}&history=t-${randomUUID()}`;
      const one = world(undefined, url);
      await one.serve(['--target', 'commands']);
      const [two, projector, queries] = [world(one, url), world(one, url), world(one, url)];
      await Promise.all([
        two.serve(['--target', 'commands']),
        projector.serve(['--target', 'projector']),
        queries.serve(['--target', 'queries']),
      ]);

      // the same command through both doors at once, and many for one customer through either
      const twice = await Promise.all(
        Array.from({ length: 20 }, (_, n) => Promise.all([one, two].map((door) => buy(door, `c-${n}`, `p-${n}`)))),
      );
      for (const [left, right] of twice) {
        for (const one of [left, right]) expect([200, 201]).toContain(one?.status); // done, or known to be done
        expect(left?.facts.length).toBeGreaterThan(0);
        expect(left?.facts.map(({ id }) => id)).toEqual(right?.facts.map(({ id }) => id));
      }
      const many = Array.from({ length: 60 }, (_, n) => buy(n % 2 === 0 ? one : two, 'busy', `busy-${n}`));
      expect(new Set((await Promise.all(many)).map(({ status }) => status))).toEqual(new Set([201]));

      // one of them is killed and comes back: what it had done is known, also to the other one
      const before = await buy(two, 'busy', 'before');
      await two.end('SIGKILL');
      const again = await buy(one, 'busy', 'before');
      expect([again.repeated, again.facts]).toEqual([true, before.facts]);
      const other = await send(one, 'EarnPoints', 'before', { customerId: 'busy', earningId: 'x', points: 1 });
      expect(other.status).toBe(409);
      await two.serve(['--target', 'commands']);
      expect((await buy(two, 'busy', 'before')).repeated).toBe(true);
      const { position } = await buy(two, 'busy', 'after');

      const read = await queries.fetch(`/v1/read-models/lifecycle_stage/busy?after=${position}&wait=${WAIT_MS}`);
      expect(read.status).toBe(200);
      const changes = ndjson(await (await queries.fetch('/v1/changes?types=PurchaseRecorded')).text());
      const bought = changes.filter(({ type }) => type === 'PurchaseRecorded');
      expect(bought).toHaveLength(20 + 60 + 2);
      expect(await unlikeReplay(one)).toEqual([]);
    },
    LONG_MS,
  );

  it(
    'is stopped and started, rebuilt through the server, and goes on where it was',
    async () => {
      const one = world();
      await one.serve();
      for (let n = 0; n < 10; n += 1) await buy(one, `c-${n % 3}`, `p-${n}`);
      await one.end('SIGTERM');
      await one.serve();
      const last = await buy(one, 'c-1', 'later');
      expect((await buy(one, 'c-1', 'p-1')).repeated).toBe(true);
      const read = await one.fetch(`/v1/read-models/lifecycle_stage/c-1?after=${last.position}`);
      expect(read.status).toBe(200);
      const before = await digests(one);
      expect((await one.through(['projections', 'rebuild', 'loyalty_balance'])).code).toBe(0);
      expect(await digests(one)).toEqual(before);
      expect(await unlikeReplay(one)).toEqual([]);
    },
    LONG_MS,
  );

  withSharedData('cdnow/CDNOW_sample.txt.gz', (sample) => {
    it(
      'holds after an import what the embedded store does, and after a rebuild of all, too',
      async () => {
        const [remote, embedded] = [world(), world(undefined, 'embedded')];
        const mapping = new URL('../docs/mappings/cdnow-sample.json', import.meta.url).pathname;
        const imports = [remote, embedded].map((one) =>
          one.patron(['import', sample, '--mapping', mapping, '--data', one.data]),
        );
        for (const { code, err } of await Promise.all(imports)) expect([code, code === 0 ? '' : err]).toEqual([0, '']);
        const [there, here] = await Promise.all([digests(remote), digests(embedded)]);
        expect(there).toEqual(here); // though customers stand in another order in the log: many are imported at a time
        expect((await remote.patron(['projections', 'rebuild', '--all', '--data', remote.data])).code).toBe(0);
        expect(await digests(remote)).toEqual(there);
      },
      LONG_MS,
    );
  });
});
