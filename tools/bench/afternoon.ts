import { join } from 'node:path';
import { BareLog, bulkInsert, proposedEvents } from './bare.js';
import { timed, type Figure, type Measure } from './measure.js';
import { fresh, steps, type Summary } from './summary.js';
import { peersShape } from './workload.js';

const APPENDS = 5_000;
const BATCH = 1_000;

/** Callers that each look for the newest revision and append one event, in a transaction each: nobody groups. */
async function appends(folder: string): Promise<Figure> {
  const bare = new BareLog(folder);
  const newest = bare.db.prepare('SELECT max(revision) FROM events WHERE stream = ?');
  const queue = proposedEvents(APPENDS).values();
  const caller = async (): Promise<void> => {
    for (const event of queue) {
      newest.get(event.stream);
      bare.append([event], 1);
      await Promise.resolve();
    }
  };
  const seconds = await timed(() => Promise.all(Array.from({ length: 64 }, caller)));
  bare.close();
  return { value: APPENDS / seconds };
}

/** Reads the table in its order, parses, folds in memory, and writes all documents in one transaction. */
async function rebuild(folder: string): Promise<Figure> {
  const bare = new BareLog(folder);
  const events = proposedEvents(peersShape.events).map(({ stream, proposed }) => {
    return { stream, proposed: { ...proposed, data: { ...proposed.data, at: proposed.occurredAt } } };
  });
  bare.append(events, BATCH);
  const seconds = await timed(() => {
    const documents = new Map<string, Summary>();
    const page = bare.db.prepare(
      `SELECT position, stream, type, data FROM events WHERE position > ? ORDER BY position LIMIT ${BATCH}`,
    );
    for (let after = 0; after < peersShape.events; after += BATCH) {
      for (const [, stream, type, json] of page.all(after) as unknown as Row[]) {
        const data = JSON.parse(json) as { readonly at: string };
        documents.set(stream, steps[type](documents.get(stream) ?? fresh(stream), data, data.at));
      }
    }
    bulkInsert(join(folder, 'documents.db'), [...documents]);
  });
  bare.close();
  return { value: peersShape.events / seconds };
}

type Row = readonly [position: number, stream: string, type: keyof typeof steps, json: string];

export const a64Afternoon: Measure = {
  ...{ name: 'A64-afternoon', about: "the same by an afternoon's own code: a transaction a call", unit: 'events/s' },
  run: appends,
};

export const rAfternoon: Measure = {
  ...{ name: 'R-afternoon', about: "the document of R by an afternoon's own code on a bare table", unit: 'events/s' },
  run: rebuild,
};
