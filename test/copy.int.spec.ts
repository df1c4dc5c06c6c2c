import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedHistoryCopy } from '#adapters/embedded/embedded-history-copy.js';
import { copy, openSource, placeOf } from '#runtime/copy.js';
import { openPatron } from '#runtime/patron.js';
import { recordedElsewhere } from '#testing/history-copy.contract.js';
import { onEventStoreDB } from '#testing/real-servers.js';
import { tempFolder } from '#testing/temp-folder.js';
import { CliWorld } from './cli.fixture.js';
import { configOf, folded, known, logicalFacts, shopIn } from './copy.fixture.js';

const FACTS = 20_000;

onEventStoreDB('a history that is copied to EventStoreDB and back', (server) => {
  const temp = tempFolder();
  const at = (name: string): string => join(temp(), name);
  const history = (): string => `${server()}&history=t-${randomUUID()}`;

  it('has equal facts, times included, and folds to equal digests of every read model', async () => {
    const [from, there] = [await shopIn(temp()), history()];
    const out = await copy(placeOf(from), placeOf(there));
    const back = await copy(placeOf(there), placeOf(at('back')));
    expect([back.digest, back.facts, back.storeId]).toEqual([out.digest, out.facts, out.storeId]);
    const facts = await logicalFacts(from);
    expect(await logicalFacts(there)).toEqual(facts);
    expect(await logicalFacts(at('back'))).toEqual(facts);
    const digests = await folded(temp(), from);
    expect(await folded(temp(), there)).toEqual(digests);
    expect(await folded(temp(), at('back'))).toEqual(digests);
    const sameVersion = Object.keys(known).filter((name) => known[name]?.version === digests[name]?.version);
    for (const name of sameVersion) expect([name, digests[name]]).toEqual([name, known[name]]);
  }, 120_000);

  it('goes from one history of a server to another', async () => {
    const [from, one, two] = [await shopIn(temp()), history(), history()];
    const { digest } = await copy(placeOf(from), placeOf(one));
    expect(await copy(placeOf(one), placeOf(two))).toMatchObject({ digest });
  }, 120_000);

  it('takes commands there, and the copy made before is then no part of it', async () => {
    const [from, there] = [await shopIn(temp()), history()];
    await copy(placeOf(from), placeOf(there));
    const patron = await openPatron(configOf(temp(), there), { mode: 'write' });
    const total = { units: 1_000, scale: 2, currency: 'GBP' };
    const body = { customerId: 'ann', purchaseId: 'on-the-server', total };
    const receipt = await patron.commands.submit({ type: 'RecordPurchase', body });
    await patron.engine.projector?.allCaughtUp(receipt.position);
    expect((await patron.engine.queries.get('customer_card', 'ann'))?.doc).toMatchObject({ name: 'Ann King' });
    await patron.close();
    await expect(copy(placeOf(from), placeOf(there))).rejects.toThrow('went on by itself');
    await expect(copy(placeOf(at('source')), placeOf(`${server()}&history=${randomUUID()}`))).resolves.toBeDefined();
  }, 120_000);

  it('is killed in the middle and run again: nothing is doubled, missing or in another order', async () => {
    const source = await EmbeddedHistoryCopy.open({ folder: at('source'), storeId: randomUUID(), standing: 'copying' });
    await source.take(recordedElsewhere(FACTS, 500));
    await source.complete();
    await source.close();
    const there = history();
    const world = new CliWorld();
    const running = world.start(['copy', '--from', at('source'), '--to', there]);
    while (!(await hasSome(there))) await delay(20);
    await running.kill();
    await expect(openSource(placeOf(there))).rejects.toThrow('run the same `patron copy` again');
    await world.close();

    const again = await copy(placeOf(at('source')), placeOf(there));
    expect(again.facts).toBe(FACTS);
    expect(again.taken).toBeGreaterThan(0);
    expect(again.taken).toBeLessThan(FACTS);
    expect(await logicalFacts(there)).toEqual(await logicalFacts(at('source')));
  }, 120_000);

  /** Whether facts of an unfinished copy are on the server. */
  async function hasSome(there: string): Promise<boolean> {
    const { EventStoreDBEventStore } = await import('#adapters/eventstoredb/eventstoredb-event-store.js');
    const store = await EventStoreDBEventStore.open({ url: there, mode: 'copy' }).catch(() => undefined);
    const head = (await store?.head()) ?? 0;
    await store?.close();
    return head > 0;
  }

  it('refuses what the server cannot hold, and says which fact it is', async () => {
    const source = await EmbeddedHistoryCopy.open({ folder: at('source'), storeId: randomUUID(), standing: 'copying' });
    const [one, two] = recordedElsewhere(2);
    await source.take([{ ...one, data: { text: 'x'.repeat(1_100_000) } } as never, two as never]);
    await source.complete();
    await source.close();
    const refused = copy(placeOf(at('source')), placeOf(history()));
    await expect(refused).rejects.toMatchObject({ code: 'copy.refused' });
    await expect(refused).rejects.toThrow('EventStoreDB cannot hold note-0@0: its body is more than 1048576 bytes');
  }, 60_000);
});
