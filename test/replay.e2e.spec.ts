import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { dayOf, plusDays } from '#kernel/time.js';
import { buying } from '../apps/cli/src/demo/chapters/buying.js';
import { consent } from '../apps/cli/src/demo/chapters/consent.js';
import { registration } from '../apps/cli/src/demo/chapters/registration.js';
import { simulate } from '../apps/cli/src/demo/simulate.js';
import { CliWorld, type Ended } from './cli.fixture.js';
import { withSharedData } from '#testing/shared-data.js';

const built = existsSync(new URL('../dist/apps/cli/src/main.js', import.meta.url));
const described = built ? describe : describe.skip;
const zone = 'Europe/London';
const elsewhere = { TZ: 'Pacific/Auckland', PATRON_BATCH: '64' };
type Digests = Readonly<Record<string, string>>;

/** Some forty customers, around the day on which London's clocks go forward. */
const plan = { seed: 11, customers: 300, from: '2026-03-12', to: '2026-04-12', zone };
/** Bought by night: in London on other days than in UTC, Tokyo or New York. */
const nights = ['2026-03-28T23:30:00Z', '2026-03-29T00:30:00Z', '2026-03-29T23:30:00Z', '2026-03-31T23:30:00Z'];
const total = { units: 1_000, scale: 2, currency: 'GBP' };

/** What happened, each day behind a line that brings time to its end: the business clock stands still in between. */
function story(): readonly object[] {
  const chapters = [registration, consent, buying];
  const told = simulate(plan, { chapters, tickDays: 1 }).map(({ at, ...command }) =>
    command.command === 'AdvanceClock' ? { ...command, to: plusDays(dayOf(at, zone), 1) } : { ...command, at },
  );
  const late = nights.map((at, number) => {
    const purchaseId = `night-${number}`;
    return { command: 'RecordPurchase', commandId: purchaseId, customerId: 'night', at, purchaseId, total };
  });
  return [{ command: 'AdvanceClock', commandId: 'first-day', to: plusDays(plan.from, 1) }, ...told, ...late];
}

async function ok(running: Promise<Ended>): Promise<string> {
  const { code, out, err } = await running;
  if (code !== 0) throw new Error(`exit code ${code}: ${err}${out}`);
  return out;
}

async function companyIn(world: CliWorld, fixedAt: string): Promise<void> {
  const rules = JSON.stringify({ zone, currency: 'GBP' });
  const publish = ['policy', 'publish', 'company', rules, '--effective-from', '1990-01-01'];
  await ok(world.patron([...publish, '--data', world.data]));
  await ok(world.patron(['clock', 'fix', fixedAt, '--data', world.data]));
}

/** Sends lines; the server is killed in the midst of them where `killAfter` answers came. */
async function send(world: CliWorld, lines: readonly object[], killAfter = Infinity): Promise<void> {
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await world.fetch('/v1/commands', { method: 'POST', headers, body });
  let [answers, killed] = ['', false];
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      answers += decoder.decode(chunk, { stream: true });
      if (answers.split('\n').length <= killAfter) continue;
      killed = true;
      await world.end('SIGKILL');
    }
  } catch (error) {
    if (killAfter === Infinity) throw error;
  }
  expect(killed).toBe(killAfter !== Infinity);
  if (killed) return;
  const told = answers.trim().split('\n');
  expect([told.length, told.filter((line) => line.includes('"code"'))]).toEqual([lines.length, []]);
}

async function caughtUp(world: CliWorld): Promise<void> {
  for (;;) {
    const all = JSON.parse(await ok(world.through(['projections', '--json']))) as { position: number; head: number }[];
    if (all.every(({ position, head }) => position >= head)) return;
    await delay(100);
  }
}

const digests = (out: string): Digests =>
  Object.fromEntries((JSON.parse(out) as { name: string; digest: string }[]).map(({ name, digest }) => [name, digest]));

/** Digests that a new process gets out of the log alone; it exits with 1 where they are not the stored ones. */
async function replayed(world: CliWorld): Promise<Digests> {
  const words = ['projections', 'digest', '--replay', '--json', '--data', world.data];
  const all = JSON.parse(await ok(world.patron(words, '', elsewhere))) as {
    name: string;
    parked: unknown[];
    replayed: { digest: string };
  }[];
  expect(all.flatMap(({ parked }) => parked)).toEqual([]);
  return Object.fromEntries(all.map(({ name, replayed: { digest } }) => [name, digest]));
}

const runs = [
  { batch: '1', TZ: 'Asia/Tokyo', kills: [30, 50] },
  { batch: '7', TZ: 'America/New_York', kills: [35] },
  { batch: '500', TZ: 'UTC', kills: [] },
];

described('replaying what a served run wrote', () => {
  const lines = built ? story() : [];
  const worlds = runs.map(({ batch, TZ }) => new CliWorld({ PATRON_BATCH: batch, TZ }));
  afterAll(() => Promise.all(worlds.map((world) => world.close())));

  it('gives the same documents whatever the batch size, the restarts and the time zone of the machine', async () => {
    const [one] = worlds;
    if (one !== undefined) await companyIn(one, plan.from);
    for (const other of worlds.slice(1)) await sameKeys(one, other);
    const played = await Promise.all(worlds.map((world, at) => play(world, lines, runs[at]?.kills ?? [])));
    const [first] = played;
    for (const other of played) expect(other).toEqual(first);
    const again = await Promise.all(worlds.map((world) => replayed(world)));
    for (const other of again) expect(other).toEqual(first);
  }, 300_000);

  it("counts a night's purchases on the company's days, not on the machine's", async () => {
    for (const world of worlds) {
      const read = await ok(world.patron(['customer', 'night', '--json', '--data', world.data]));
      const { days } = (JSON.parse(read) as { lifecycle_stage: { days: { day: string }[] } }).lifecycle_stage;
      expect(days.map(({ day }) => day)).toEqual(['2026-03-28', '2026-03-29', '2026-03-30', '2026-04-01']);
    }
  }, 120_000);
});

/** Plays the story in three parts with restarts between and, where asked for, kills within. */
async function play(world: CliWorld, lines: readonly object[], kills: readonly number[]): Promise<Digests> {
  await world.serve();
  const third = Math.ceil(lines.length / 3);
  for (let part = 0; part < 3; part += 1) {
    const some = lines.slice(part * third, (part + 1) * third);
    const killAfter = kills[part];
    if (killAfter !== undefined) await send(world, some, killAfter);
    if (killAfter !== undefined || part > 0) {
      await world.end('SIGTERM');
      await world.serve();
    }
    await send(world, some);
  }
  await caughtUp(world);
  const live = digests(await ok(world.through(['projections', 'digest', '--json'])));
  await world.end('SIGTERM');
  return live;
}

/** Identities stand under a digest by the deployment's key: deployments that are compared must have the same one. */
async function sameKeys(from: CliWorld | undefined, to: CliWorld): Promise<void> {
  cpSync(`${from?.data}.keys`, `${to.data}.keys`, { recursive: true });
  await companyIn(to, plan.from);
}

withSharedData('cdnow/CDNOW_sample.txt.gz', (path) => {
  const only = built ? it : it.skip;
  only(
    'gives the same documents for sorted and shuffled rows, and again by replay',
    async () => {
      const rows = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(0, 600);
      const turned = rows.map((row, at) => [(at * 7_919) % 599, row] as const).sort(([a], [b]) => a - b);
      const orders = [rows, turned.map(([, row]) => row)];
      const worlds = [
        new CliWorld({ PATRON_BATCH: '7', TZ: 'Asia/Tokyo' }),
        new CliWorld({ PATRON_BATCH: '500', TZ: 'America/New_York' }),
      ];
      const mapping = new URL('../docs/mappings/cdnow-sample.json', import.meta.url).pathname;
      const imported = await Promise.all(
        worlds.map(async (world, at) => {
          await companyIn(world, '1996-12-31');
          await ok(world.patron(['clock', 'lift', '--data', world.data]));
          writeFileSync(join(world.folder, 'cdnow.txt'), `${orders[at]?.join('\n')}\n`);
          await ok(world.patron(['import', 'cdnow.txt', '--mapping', mapping, '--data', world.data]));
          return digests(await ok(world.patron(['projections', 'digest', '--json', '--data', world.data])));
        }),
      );
      expect(imported[1]).toEqual(imported[0]);
      for (const world of worlds) expect(await replayed(world)).toEqual(imported[0]);
      await Promise.all(worlds.map((world) => world.close()));
    },
    180_000,
  );
});
