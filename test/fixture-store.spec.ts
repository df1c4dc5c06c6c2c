import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Receipt } from '#engine/requests.js';
import { modelDigest } from '#engine/digest.js';
import { openAll } from '#engine/reader.js';
import { WhatIf } from '#engine/what-if.js';
import { restore } from '#runtime/backup.js';
import { loadConfig, type PatronConfig } from '#runtime/config.js';
import { readManifest, type Digests } from '#runtime/manifest.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { slices } from '#slices/index.js';
import { ndjson } from './server-kit.js';

const fixtures = new URL('fixtures/', import.meta.url).pathname;
const stores = readdirSync(fixtures).filter((name) => name.startsWith('store-'));

describe.each(stores)('%s, written by an earlier commit', (name) => {
  const from = join(fixtures, name, 'backup');
  const known = readManifest(from).opened ?? {};
  let folder: string;
  let config: PatronConfig;
  let patron: Patron;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'patron-fixture-'));
    cpSync(join(fixtures, name, 'keys'), join(folder, 'keys'), { recursive: true });
    const flags = { data: join(folder, 'data'), keys: join(folder, 'keys') };
    config = loadConfig({ flags, folder });
    const { opened } = await restore(config, from);
    expect(opened).toEqual({ differ: [] });
    patron = await openPatron(config, { mode: 'write' });
    await caughtUp();
  }, 60_000);
  afterAll(async () => {
    await patron?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const caughtUp = async (): Promise<void> => patron.engine.projector?.allCaughtUp(await patron.store.head());
  const shown = async (model: string) => (await patron.engine.queries.get(model, 'ann'))?.doc;
  const digests = async (): Promise<Digests> => {
    const all = [...patron.engine.registry.projections.values()].map(async ({ name: model, version }) => {
      const digest = await modelDigest(await patron.engine.readSide.model(model));
      return [model, { version, ...digest }] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  };

  it('is decided again to the facts that it holds', async () => {
    const { facts, customers, shortfall } = await new WhatIf(patron.engine).ask({ suppositions: [] });
    expect(customers).toMatchObject({ changed: 0, undecided: 0 });
    expect(facts.derived.after).toBe(facts.derived.before);
    expect(facts.derived.before).toBeGreaterThan(0);
    expect([facts.withoutObject, shortfall.count]).toEqual([{}, 0]);
  });

  it('holds facts of every slice that had any, all of which are read', async () => {
    const types = new Set<string>();
    for await (const { facts } of patron.store.readAll()) {
      for (const recorded of facts) {
        types.add(recorded.type);
        await patron.engine.reader.read(recorded, openAll);
      }
    }
    const told = slices.filter(({ events }) => events.some(({ type }) => types.has(type))).map((slice) => slice.name);
    expect(told).toEqual(
      expect.arrayContaining([
        'profiles',
        'purchases',
        'loyalty',
        'consent',
        'contacts',
        'complaints',
        'surveys',
        'retention',
      ]),
    );
  });

  it('folds to the digests of that time, of every projection whose version is the same', async () => {
    const now = await digests();
    const compared = Object.keys(known).filter((model) => now[model]?.version === known[model]?.version);
    expect(compared.length).toBeGreaterThan(0);
    for (const model of compared) expect([model, now[model]]).toEqual([model, known[model]]);
    expect((await patron.engine.projector?.status())?.flatMap(({ parked }) => parked)).toEqual([]);
  });

  it('answers the commands of that time with their facts, and adds nothing', async () => {
    const head = await patron.store.head();
    const answered = ndjson(readFileSync(join(fixtures, name, 'answered.ndjson'), 'utf8'));
    for (const { command, commandId, facts, ...body } of answered) {
      const receipt = await sent(command, commandId, body);
      const ids = receipt.facts.map(({ id }) => id);
      expect([command, receipt.repeated, ids]).toEqual([command, facts.length > 0, facts]);
    }
    expect(await patron.store.head()).toBe(head);
  }, 60_000);

  it('goes on: a purchase earns points on what was there, a taken identity stays taken, a name opens', async () => {
    const before = await shown('loyalty_balance');
    const total = { units: 5_000, scale: 2, currency: 'GBP' };
    const receipt = await sent('RecordPurchase', 'today', { customerId: 'ann', purchaseId: 'today', total });
    expect(receipt.facts.map(({ type }) => type)).toEqual(expect.arrayContaining(['PurchaseRecorded', 'PointsEarned']));
    await caughtUp();
    const points = [before, await shown('loyalty_balance')].map((doc) => Number(doc?.['pending']));
    expect(points[1]).toBe((points[0] ?? 0) + 50);
    const taken = sent('IdentifyCustomer', 'thief', { customerId: 'ben', system: 'webshop', externalId: '10042' });
    await expect(taken).rejects.toMatchObject({ code: 'identity.taken' });
    expect(await shown('customer_card')).toMatchObject({ name: 'Ann King' });
  });

  it('is folded anew to the same, with what was added', async () => {
    await caughtUp();
    const live = await digests();
    for (const model of patron.engine.registry.projections.keys()) await patron.engine.projector?.rebuild(model);
    expect(await digests()).toEqual(live);
  }, 60_000);

  const sent = (type: string, commandId: string, body: object) =>
    patron.commands.submit({ type, commandId, body }) as Promise<Receipt>;
});
