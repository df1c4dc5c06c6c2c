import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedEventStore } from '#adapters/embedded/embedded-event-store.js';
import { EmbeddedReadModels } from '#adapters/embedded/embedded-read-models.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { ProjectorOptions } from '#engine/projector-options.js';
import { Projector } from '#engine/projector.js';
import { FactReader } from '#engine/reader.js';
import { References } from '#engine/references.js';
import { Registry } from '#engine/registry.js';
import { Sealer } from '#engine/sealing.js';
import { loadConfig } from '#runtime/config.js';
import { partitionThreads } from '#runtime/partition-thread.js';
import { partitionsFor } from '#runtime/partitions.js';
import { bulkInsert, proposedEvents } from './bare.js';
import { openEngine } from './commands.js';
import { timed, type Figure, type Measure } from './measure.js';
import type { Measured } from './partition-worker.js';
import { bought, fresh, summarySlice, type Summary } from './summary.js';
import { peersShape } from './workload.js';

async function oneDocument(folder: string): Promise<Figure> {
  const store = await EmbeddedEventStore.open({ folder, mode: 'write', clock: new SystemClock() });
  const counts = new Map<string, number>();
  const tails: Promise<unknown>[] = [];
  for (const { stream, proposed } of proposedEvents(peersShape.events)) {
    const revision = counts.get(stream) ?? 0;
    counts.set(stream, revision + 1);
    tails.push(store.append(stream, revision, [proposed]));
    if (tails.length === 500) await Promise.all(tails.splice(0));
  }
  await Promise.all(tails);
  const readModels = await EmbeddedReadModels.open({ folder, mode: 'write' });
  const registry = new Registry([summarySlice]);
  const reader = new FactReader(registry, new Sealer(new MemoryKeys()));
  const references = new References(registry);
  const threads = threadsOn({ folder, models: folder, slices: 'summary' });
  const projector = await Projector.open({ store, readModels, registry, reader, references, ...threads });
  const own = await timed(() => projector.rebuild('summary'));
  const limit = await timed(() => bareRebuild(folder, store));
  await projector.stop();
  await readModels.close();
  await store.close();
  return { value: own, limit };
}

/** As a server has them: a partition a core. `PATRON_PARTITIONS` says otherwise. */
function threadsOn(measured: Measured): Pick<ProjectorOptions, 'partitions' | 'threads'> {
  const threads = partitionThreads(measured, fileURLToPath(new URL('./partition-worker.js', import.meta.url)));
  return threads === undefined ? {} : { partitions: partitionsFor(loadConfig({ env: process.env })), threads };
}

/** Scan, parse, fold in memory, write all documents in key order in one transaction. */
async function bareRebuild(folder: string, store: EmbeddedEventStore): Promise<void> {
  const documents = new Map<string, Summary>();
  for await (const { facts } of store.readAll({ batch: 1_000 })) {
    for (const { stream, type, data, occurredAt } of facts) {
      const doc = documents.get(stream) ?? fresh(stream);
      documents.set(stream, type === 'PurchaseRecorded' ? bought(doc, data, occurredAt) : doc);
    }
  }
  bulkInsert(join(folder, 'bare-documents.db'), [...documents]);
}

const PURCHASES = 40_000;

async function allModels(folder: string): Promise<Figure> {
  const { engine, store, readModels, close } = await openEngine(folder, true);
  const { command: RecordPurchase, slice: owner } = engine.registry.commands.get('RecordPurchase') ?? {};
  if (RecordPurchase === undefined || owner === undefined) throw new Error('RecordPurchase is not there');
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < PURCHASES) {
      const number = next;
      next += 1;
      const fields = { purchaseId: `p-${number}`, total: { units: 1_999, scale: 2, currency: 'GBP' } };
      const at = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
      const command = Object.assign(new RecordPurchase(), { customerId: `c-${number % 10_000}`, at, ...fields });
      await engine.execute({
        commandId: `command-${number}`,
        command: command as never,
        part: engine.registry.part(owner),
      });
    }
  };
  await Promise.all(Array.from({ length: 64 }, caller));
  const { registry, reader, references } = engine;
  const anew = await EmbeddedReadModels.open({ folder: join(folder, 'anew'), mode: 'write' });
  const threads = threadsOn({ folder, models: join(folder, 'anew'), slices: 'all' });
  const opening = { store, readModels: anew, registry, reader, references, batch: 20_000 };
  const projector = await Projector.open({ ...opening, ...threads });
  const own = await timed(() => projector.catchUp());
  const written: (readonly [string, object])[][] = [];
  for (const name of registry.projections.keys()) written.push(await scanned(await projector.model(name)));
  const limit = await timed(async () => {
    for await (const { facts } of store.readAll({ batch: 1_000 })) if (facts.length < 0) break;
    for (const [index, documents] of written.entries()) bulkInsert(join(folder, `bare-${index}.db`), documents);
  });
  await anew.close();
  await readModels.close();
  await close();
  return { value: own, limit };
}

async function scanned(model: Awaited<ReturnType<Projector['model']>>): Promise<(readonly [string, object])[]> {
  const documents: (readonly [string, object])[] = [];
  for (let after = ''; ;) {
    const page = await model.scan(after, 5_000);
    for (const { key, doc } of page) documents.push([key, doc ?? {}]);
    if (page.length < 5_000) return documents;
    after = page.at(-1)?.key ?? '';
  }
}

export const rOne: Measure = {
  ...{
    name: 'R',
    about: 'rebuild one per-customer document from 200,000 events; limit: scan, parse, fold, bulk insert',
    unit: 's',
  },
  wanted: { ratio: 1.5, at: 'most' },
  run: oneDocument,
};

export const rAll: Measure = {
  ...{
    name: 'R-all',
    about: 'fold all read models from 40,000 purchases; limit: scan, parse, bulk insert of the same documents',
    unit: 's',
  },
  wanted: { ratio: 2.5, at: 'most' },
  run: allModels,
};
