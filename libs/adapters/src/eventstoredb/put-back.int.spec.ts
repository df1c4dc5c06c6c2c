import { setTimeout as delay } from 'node:timers/promises';
import { StoreRefused, StoreUnavailable } from '#kernel/ports/event-store.js';
import { factsOf, fill, proposals, proposed } from '#testing/proposed.js';
import { RealCluster } from '#testing/real-cluster.js';
import { withEventStoreDBProgram } from '#testing/real-servers.js';
import { EventStoreDBEventStore } from './eventstoredb-event-store.js';

const LONG_MS = 300_000;
const PATIENCE_MS = 60_000;

/** What comes of a call once the server answers. */
async function answered<T>(call: () => Promise<T>): Promise<T | Error> {
  for (const until = Date.now() + PATIENCE_MS; ; await delay(100)) {
    const outcome = await call().catch((error: Error) => error);
    if (!(outcome instanceof StoreUnavailable) || Date.now() > until) return outcome;
  }
}

withEventStoreDBProgram('EventStoreDB that is put back to an older database under a running store', (program) => {
  let cluster: RealCluster;
  let store: EventStoreDBEventStore;
  const stop = new AbortController();
  beforeAll(async () => {
    cluster = await RealCluster.start(program, 1);
    store = await EventStoreDBEventStore.open({ url: cluster.url(), mode: 'write' });
  }, LONG_MS);
  afterAll(async () => {
    stop.abort();
    await store.close();
    await cluster.close();
  });

  it(
    'is refused by every call until the newer one is back, and then all goes on',
    async () => {
      const [host = ''] = cluster.hosts;
      const restarted = async (between: () => void): Promise<void> => {
        await cluster.kill(host);
        between();
        await cluster.revive(host);
      };
      await fill(store, 'note-1', 3);
      await restarted(() => cluster.keep(host, 'older'));
      expect(await answered(() => store.append('note-1', 3, proposals(2)))).toMatchObject({ revision: 4 });
      const { position } = await store.append('note-2', 0, [proposed()]);
      const followed = async (): Promise<void> => {
        for await (const _ of store.follow({ after: position, signal: stop.signal }));
      };
      const heard = answered(followed); // as a projection does: it begins again after an outage

      await restarted(() => {
        cluster.keep(host, 'newer');
        cluster.putBack(host, 'older');
      });
      for (const call of [
        () => store.append('note-2', 1, [proposed()]),
        () => store.append('note-3', 0, [proposed()]),
        () => store.readStream('note-1'),
        () => store.head(),
        () => store.markAt(position),
        () => factsOf(store),
      ]) {
        const outcome = await answered<unknown>(call);
        expect(outcome).toBeInstanceOf(StoreRefused);
        expect((outcome as Error).message).toMatch(/it was put back to an earlier state\. Put back the newer/);
      }
      expect(await heard).toBeInstanceOf(StoreRefused);

      await restarted(() => cluster.putBack(host, 'newer'));
      const until = Date.now() + PATIENCE_MS;
      let outcome: unknown;
      do outcome = await answered(() => store.append('note-2', 1, [proposed()]));
      while (outcome instanceof StoreRefused && Date.now() < until);
      expect(outcome).toMatchObject({ revision: 1 });
      expect(await store.readStream('note-1')).toHaveLength(5);
      expect(await store.readStream('note-3')).toEqual([]);
    },
    LONG_MS,
  );
});
