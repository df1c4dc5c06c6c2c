import { randomUUID } from 'node:crypto';
import type { Proposed } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import { BareEventStoreDB } from './bare-eventstoredb.js';
import { proposedEvents } from './bare.js';
import { timed, type Figure, type Measure } from './measure.js';

const CALLERS = 128;
const APPENDS = 20_000;
const FOLLOWED = 40_000;

const server = (): string => process.env['PATRON_TEST_EVENTSTOREDB'] ?? '';
const missing = (): string | undefined =>
  server() === '' ? 'PATRON_TEST_EVENTSTOREDB names no server (esdb://…, with at least one option)' : undefined;

/** A history of its own on the server, and the bare client beside it. */
async function beside<T>(work: (store: EventStore, bare: BareEventStoreDB) => Promise<T>): Promise<T> {
  const { EventStoreDBEventStore } = await import('#adapters/eventstoredb/eventstoredb-event-store.js');
  const history = `bench-${randomUUID()}`;
  const store = await EventStoreDBEventStore.open({ url: `${server()}&history=${history}`, mode: 'write' });
  const bare = new BareEventStoreDB(server(), `${history}/`);
  try {
    return await work(store, bare);
  } finally {
    await bare.close();
    await store.close();
  }
}

type Append = (stream: string, expected: number, fact: Proposed) => Promise<unknown>;

/** Seconds that all appends take, each caller one at a time, those of a stream in their order. */
function appended(events: ReturnType<typeof proposedEvents>, callers: number, append: Append): Promise<number> {
  const counts = new Map<string, number>();
  const tails = new Map<string, Promise<unknown>>();
  const queue = events.values();
  const caller = async (): Promise<void> => {
    for (const { stream, proposed } of queue) {
      const expected = counts.get(stream) ?? 0;
      counts.set(stream, expected + 1);
      const mine = (tails.get(stream) ?? Promise.resolve()).then(() => append(stream, expected, proposed));
      tails.set(stream, mine);
      await mine;
    }
  };
  return timed(() => Promise.all(Array.from({ length: callers }, caller)));
}

/** Streams of its own for each, as a stream cannot be begun twice; ids too, as the server knows them again. */
const own = (events: ReturnType<typeof proposedEvents>, name: string): ReturnType<typeof proposedEvents> =>
  events.map(({ stream, proposed }) => ({ stream: `${name}-${stream}`, proposed: { ...proposed, id: randomUUID() } }));

async function appends(run: number): Promise<Figure> {
  const events = proposedEvents(APPENDS);
  return beside(async (store, bare) => {
    const ours = () =>
      appended(own(events, 'ours'), CALLERS, (...[stream, at, fact]) => store.append(stream, at, [fact]));
    const theirs = () => appended(own(events, 'bare'), CALLERS, (...append) => bare.append(...append));
    // who comes second finds the server warm: they take turns
    const [first, second] = run % 2 === 0 ? [await theirs(), await ours()] : [await ours(), await theirs()];
    const [limit, value] = run % 2 === 0 ? [first, second] : [second, first];
    return { value: APPENDS / value, limit: APPENDS / limit };
  });
}

async function heard(store: EventStore, after: number): Promise<void> {
  const stop = new AbortController();
  let count = 0;
  for await (const { facts } of store.follow({ after, signal: stop.signal })) {
    count += facts.length;
    if (count === FOLLOWED) stop.abort();
  }
}

async function follows(run: number): Promise<Figure> {
  const events = own(proposedEvents(FOLLOWED + 1), 'log');
  return beside(async (store, bare) => {
    const [first, ...rest] = events;
    const { position } = await store.append('first', 0, first === undefined ? [] : [first.proposed]);
    await appended(rest, 512, (stream, expected, fact) => store.append(stream, expected, [fact]));
    const ours = () => timed(() => heard(store, position));
    const theirs = () => timed(() => bare.hear(FOLLOWED, position));
    const [one, two] = run % 2 === 0 ? [await theirs(), await ours()] : [await ours(), await theirs()];
    const [limit, value] = run % 2 === 0 ? [one, two] : [two, one];
    return { value: FOLLOWED / value, limit: FOLLOWED / limit };
  });
}

export const e128: Measure = {
  ...{ name: 'E128', about: 'EventStoreDB: one append a call, 128 callers; limit: the bare client', unit: 'events/s' },
  ...{ wanted: { ratio: 0.8, at: 'least' }, missing },
  run: (_, run) => appends(run),
};

export const eAll: Measure = {
  ...{ name: 'E-all', about: 'EventStoreDB: follow 40,000 facts of $all; limit: the bare client', unit: 'events/s' },
  ...{ wanted: { ratio: 0.8, at: 'least' }, missing },
  run: (_, run) => follows(run),
};
