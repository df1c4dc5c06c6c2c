import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { copy, placeOf } from '#runtime/copy.js';
import { mirror, mirrorStatus } from '#runtime/mirror.js';
import { openPatron } from '#runtime/patron.js';
import { onEventStoreDB } from '#testing/real-servers.js';
import { tempFolder } from '#testing/temp-folder.js';
import { configOf, folded, logicalFacts, shopIn } from './copy.fixture.js';

onEventStoreDB('a mirror of a history on EventStoreDB', (server) => {
  const temp = tempFolder();

  it('follows live, resumes at the next fact, and folds to the digests of the source', async () => {
    const there = `${server()}&history=t-${randomUUID()}`;
    await copy(placeOf(await shopIn(temp())), placeOf(there));
    const config = configOf(temp(), join(temp(), 'mirror'));
    const shop = await openPatron(configOf(temp(), there), { mode: 'write' });
    const buy = (purchaseId: string) =>
      shop.commands.submit({
        ...{ type: 'RecordPurchase' },
        body: { customerId: 'ann', purchaseId, total: { units: 1_000, scale: 2, currency: 'GBP' } },
      });
    const stop = new AbortController();
    let whole: (position: number) => void = () => undefined;
    const following = mirror(config, placeOf(there), {
      ...{ signal: stop.signal, logOnly: true },
      tell: ({ state, position }) => (state === 'following' ? whole(position) : undefined),
    });
    for (const purchaseId of ['p-1', 'p-2', 'p-3']) {
      const { position } = await buy(purchaseId);
      await new Promise<void>((resolve) => (whole = (reached) => (reached >= position ? resolve() : undefined)));
    }
    stop.abort();
    await following;
    const { position } = await buy('while-away');
    await mirror(config, placeOf(there), { once: true, signal: new AbortController().signal });
    await shop.close();

    expect(mirrorStatus(config)).toMatchObject({ position, behind: 0, state: 'ended' });
    expect(await logicalFacts(join(temp(), 'mirror'))).toEqual(await logicalFacts(there));
    expect(await folded(temp(), join(temp(), 'mirror'))).toEqual(await folded(temp(), there));
  }, 120_000);
});
