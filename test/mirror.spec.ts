import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedHistoryCopy } from '#adapters/embedded/embedded-history-copy.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { modelDigest } from '#engine/digest.js';
import { StoreUnavailable, type Batch, type Follow } from '#kernel/ports/event-store.js';
import { copy, placeOf } from '#runtime/copy.js';
import { mirror, mirrorStatus, type MirrorOptions, type MirrorStatus } from '#runtime/mirror.js';
import { openPatron, type Patron } from '#runtime/patron.js';
import { recordedElsewhere } from '#testing/history-copy.contract.js';
import { fill } from '#testing/proposed.js';
import { tempFolder } from '#testing/temp-folder.js';
import { configOf, folded, logicalFacts, shopIn } from './copy.fixture.js';

describe('a mirror', () => {
  const temp = tempFolder();
  const at = (name: string): string => join(temp(), name);
  const mirrorConfig = () => configOf(temp(), at('mirror'));
  const running: { readonly stop: AbortController; readonly ended: Promise<void> }[] = [];
  afterEach(async () => {
    for (const { stop, ended } of running.splice(0)) {
      stop.abort();
      await ended;
    }
  });

  /** Follows until it is stopped; `until` waits for what it says. */
  function following(from: string, options: Omit<MirrorOptions, 'signal'> = {}) {
    const stop = new AbortController();
    const heard = new Set<(status: MirrorStatus) => void>();
    const tell = (status: MirrorStatus): void => heard.forEach((listener) => listener(status));
    const ended = mirror(mirrorConfig(), placeOf(from), { ...options, tell, signal: stop.signal });
    running.push({ stop, ended: ended.catch(() => undefined) });
    return {
      ended,
      stop: async (): Promise<void> => {
        stop.abort();
        await ended;
      },
      until: (enough: (status: MirrorStatus) => boolean): Promise<MirrorStatus> =>
        new Promise((resolve) => heard.add((status) => (enough(status) ? resolve(status) : undefined))),
    };
  }
  const isWhole =
    (head: number) =>
    ({ state, position }: MirrorStatus): boolean =>
      state === 'following' && position >= head;
  const buy = (patron: Patron, purchaseId: string) =>
    patron.commands.submit({
      ...{ type: 'RecordPurchase' },
      body: { customerId: 'ann', purchaseId, total: { units: 1_000, scale: 2, currency: 'GBP' } },
    });
  const caughtUp = (more: Partial<MirrorOptions> = {}, from = at('source')): Promise<void> =>
    mirror(mirrorConfig(), placeOf(from), { once: true, signal: new AbortController().signal, ...more });

  it('follows while services write, says how far it is, and goes on where it was stopped', async () => {
    const shop = await openPatron(configOf(temp(), await shopIn(temp())), { mode: 'write' });
    const first = following(at('source'), { logOnly: true, beatMs: 20 });
    await first.until(isWhole(await shop.store.head()));
    const { position } = await buy(shop, 'seen-live');
    await first.until(isWhole(position));
    await first.until(({ behind, wholeAt }) => behind === 0 && wholeAt !== null);
    await first.stop();
    expect(mirrorStatus(mirrorConfig())).toMatchObject({ state: 'ended', position, behind: 0, from: at('source') });

    const later = await buy(shop, 'while-away');
    let took = 0;
    await caughtUp({ logOnly: true, tell: (_, taken) => (took = Math.max(took, taken)) });
    expect(took).toBe(later.facts.length);
    await shop.close();
    expect(await logicalFacts(at('mirror'))).toEqual(await logicalFacts(at('source')));
  }, 60_000);

  it('folds read models from its own log, with digests equal to those of the source', async () => {
    await shopIn(temp());
    await caughtUp();
    rmSync(at('source'), { recursive: true }); // nothing of it is needed
    const mirrored = await openPatron(mirrorConfig(), { mode: 'read' });
    for (const [name, { digest }] of Object.entries(await folded(temp(), at('mirror')))) {
      expect([name, (await modelDigest(await mirrored.engine.readSide.model(name))).digest]).toEqual([name, digest]);
    }
    expect((await mirrored.engine.queries.get('customer_card', 'ann'))?.doc).toMatchObject({ name: 'Ann King' });
    await mirrored.close();
    const folding = await openPatron(mirrorConfig(), { mode: 'fold' });
    const [rebuilt] = (await folding.engine.projector?.rebuild('loyalty_balance', undefined, true)) ?? [];
    expect(rebuilt).toMatchObject({ name: 'loyalty_balance', changed: 0, appeared: 0, disappeared: 0 });
    await folding.close();
  }, 60_000);

  it('takes no commands, whatever the environment names', async () => {
    await shopIn(temp());
    await caughtUp({ logOnly: true });
    for (const config of [mirrorConfig(), { ...mirrorConfig(), eventStore: 'esdb://127.0.0.1:1?tls=false' }]) {
      await expect(openPatron(config, { mode: 'write' })).rejects.toMatchObject({ code: 'store.mirror' });
    }
    const reading = await openPatron(mirrorConfig(), { mode: 'read' });
    await expect(buy(reading, 'never')).rejects.toMatchObject({ code: 'server.not_here' });
    await reading.close();
  }, 60_000);

  it('has its folder for itself, and is no target of a copy but a source of one', async () => {
    await shopIn(temp());
    const { until, stop } = following(at('source'), { logOnly: true });
    await until(isWhole(1));
    await expect(openPatron(mirrorConfig(), { mode: 'fold' })).rejects.toMatchObject({ code: 'store.refused' });
    await expect(caughtUp()).rejects.toMatchObject({ code: 'store.refused' });
    await stop();
    await expect(copy(placeOf(at('source')), placeOf(at('mirror')))).rejects.toThrow('a mirror of this history');
    await copy(placeOf(at('mirror')), placeOf(at('promoted')));
    const promoted = await openPatron(configOf(temp(), at('promoted')), { mode: 'write' });
    expect(await buy(promoted, 'after-all')).toMatchObject({ repeated: false });
    await promoted.close();
  }, 60_000);

  it('refuses a source that is another history, or an older state of its own', async () => {
    await shopIn(temp());
    const source = (facts: number) => async () =>
      MemoryEventStore.holding(
        'shop',
        'shop',
        recordedElsewhereOnce.slice(0, facts).map((fact, n) => ({ ...fact, position: n + 1 })),
      );
    const recordedElsewhereOnce = recordedElsewhere(20);
    await caughtUp({ logOnly: true, open: source(12) });
    await expect(caughtUp({ logOnly: true, open: source(9) })).rejects.toThrow('is not what this mirror followed');
    await expect(caughtUp({ logOnly: true })).rejects.toMatchObject({ code: 'copy.refused' });
    await caughtUp({ logOnly: true, open: source(20) });
    expect(await logicalFacts(at('mirror'))).toHaveLength(20);
    await expect(caughtUp({ logOnly: true }, at('nowhere'))).rejects.toMatchObject({ code: 'store.refused' });
  });

  it('waits for a source that does not answer, and goes on at the next fact', async () => {
    class Failing extends MemoryEventStore {
      failures = 3;
      override async *follow(options: Follow): AsyncGenerator<Batch> {
        for await (const batch of super.follow({ ...options, batch: 2 })) {
          yield batch;
          if ((this.failures -= 1) >= 0) throw new StoreUnavailable('It went away.');
        }
      }
      override close(): Promise<void> {
        return Promise.resolve();
      }
    }
    const source = new Failing();
    await fill(source, 'note-1', 9);
    const { until, stop } = following('ignored', { logOnly: true, open: async () => source });
    const waiting = await until(({ state }) => state === 'waiting');
    expect(waiting).toMatchObject({ position: 2, error: 'It went away.' });
    const whole = await until(isWhole(9));
    expect(whole.error).toBeUndefined();
    await stop();
    expect(await logicalFacts(at('mirror'))).toHaveLength(9);
  });

  it('is never complete', async () => {
    const copied = await EmbeddedHistoryCopy.open({ folder: at('mirror'), storeId: 's', standing: 'mirror' });
    expect(() => copied.complete()).toThrow('goes on following');
    await copied.close();
  });
});
