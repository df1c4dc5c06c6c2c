import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { EmbeddedHistoryCopy } from '#adapters/embedded/embedded-history-copy.js';
import { EventStoreDBEventStore } from '#adapters/eventstoredb/eventstoredb-event-store.js';
import { copy, placeOf } from '#runtime/copy.js';
import { mirror, type MirrorStatus } from '#runtime/mirror.js';
import { recordedElsewhere } from '#testing/history-copy.contract.js';
import { fill } from '#testing/proposed.js';
import { RealCluster } from '#testing/real-cluster.js';
import { withEventStoreDBProgram } from '#testing/real-servers.js';
import { tempFolder } from '#testing/temp-folder.js';
import { configOf, logicalFacts } from './copy.fixture.js';

const LONG_MS = 240_000;
const FACTS = 20_000;

withEventStoreDBProgram('a history on EventStoreDB nodes that are killed', (program) => {
  const temp = tempFolder();
  const at = (name: string): string => join(temp(), name);
  let cluster: RealCluster;
  afterEach(() => cluster.close());
  const history = (): string => `${cluster.url()}&history=t-${randomUUID()}`;

  /** Does it again as a person would, until the cluster has a leader that answers. */
  async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
    for (const until = Date.now() + 60_000; ; await delay(500)) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || Date.now() > until) throw error;
      }
    }
  }

  it(
    'is copied to three of them, one of which leads and is killed in the middle: the same copy run again is whole',
    async () => {
      const source = await EmbeddedHistoryCopy.open({
        ...{ folder: at('source'), storeId: randomUUID(), standing: 'copying' },
      });
      await source.take(recordedElsewhere(FACTS, 500));
      await source.complete();
      await source.close();
      cluster = await RealCluster.start(program, 3);
      const [leader, there] = [await cluster.leader(), history()];
      let told: (share: number) => void = () => undefined;
      const begun = new Promise<void>((resolve) => (told = (share) => (share > 0.1 ? resolve() : undefined)));
      const first = copy(placeOf(at('source')), placeOf(there), { tell: (_, share) => told(share) });
      const cut = expect(first).rejects.toBeInstanceOf(StoreUnavailable);
      await begun;
      await cluster.kill(leader);
      await cut;
      const again = await untilAnswered(() => copy(placeOf(at('source')), placeOf(there)));
      expect(again.facts).toBe(FACTS);
      expect(again.taken).toBeLessThan(FACTS);
      expect(await logicalFacts(there)).toEqual(await logicalFacts(at('source')));
    },
    LONG_MS,
  );

  it(
    'is mirrored from one that is killed and started again: the mirror waits for it, and goes on at the next fact',
    async () => {
      cluster = await RealCluster.start(program, 1);
      const [node, there] = [await cluster.leader(), history()];
      const store = await EventStoreDBEventStore.open({ url: there, mode: 'write' });
      await fill(store, 'note-1', 300);
      const stop = new AbortController();
      const states: MirrorStatus['state'][] = [];
      let position = 0;
      const config = configOf(temp(), at('mirror'));
      const tell = (status: MirrorStatus): void => {
        if (states.at(-1) !== status.state) states.push(status.state);
        position = status.position;
      };
      const mirroring = mirror(config, placeOf(there), { signal: stop.signal, logOnly: true, tell });
      const reaches = async (head: number): Promise<void> => {
        for (const until = Date.now() + 60_000; position < head && Date.now() < until;) await delay(20);
        expect(position).toBe(head);
      };
      await reaches(await store.head());
      await cluster.kill(node);
      await delay(1_000);
      await cluster.revive(node);
      await untilAnswered(() => fill(store, 'note-2', 300));
      await reaches(await store.head());
      stop.abort();
      await mirroring;
      await store.close();
      expect(states).toContain('waiting');
      expect(await logicalFacts(at('mirror'))).toEqual(await logicalFacts(there));
    },
    LONG_MS,
  );
});
