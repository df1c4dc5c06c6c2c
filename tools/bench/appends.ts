import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { BareLog, proposedEvents } from './bare.js';
import { timed, type Figure, type Measure } from './measure.js';

const openStore = (folder: string): Promise<EmbeddedEventStore> =>
  EmbeddedEventStore.open({ folder, mode: 'write', clock: new SystemClock() });

async function appends(folder: string, callers: number, count: number): Promise<Figure> {
  const events = proposedEvents(count);
  const bare = new BareLog(folder);
  const limit = count / (await timed(() => bare.append(events, callers)));
  bare.close();
  const store = await openStore(folder);
  const counts = new Map<string, number>();
  const queues = events.values();
  const tails = new Map<string, Promise<unknown>>();
  const caller = async (): Promise<void> => {
    for (const { stream, proposed } of queues) {
      const revision = counts.get(stream) ?? 0;
      counts.set(stream, revision + 1);
      const before = tails.get(stream);
      const mine =
        before === undefined
          ? store.append(stream, revision, [proposed])
          : before.then(() => store.append(stream, revision, [proposed]));
      tails.set(stream, mine);
      await mine;
    }
  };
  const seconds = await timed(() => Promise.all(Array.from({ length: callers }, caller)));
  await store.close();
  return { value: count / seconds, limit };
}

export const a1: Measure = {
  ...{ name: 'A1', about: 'one durable append a call, one caller; limit: the same by bare driver', unit: 'events/s' },
  run: (folder) => appends(folder, 1, 5_000),
};

export const a64: Measure = {
  ...{
    name: 'A64',
    about: 'one durable append a call, 64 callers; limit: bare driver in groups of 64',
    unit: 'events/s',
  },
  wanted: { ratio: 0.8, at: 'least' },
  run: (folder) => appends(folder, 64, 60_000),
};
