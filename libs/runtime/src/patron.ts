import type { Clock } from '#kernel/ports/clock.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Slice } from '#kernel/slice.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { CustomerMemory } from '#engine/customer-cache.js';
import { Engine } from '#engine/engine.js';
import type { Projecting } from '#engine/projecting.js';
import type { Registry } from '#engine/registry.js';
import { slices as shipped } from '#slices/index.js';
import { isMirror, lockOf, openEventStore, openKeys, openReadModels, type Mode } from './adapters.js';
import { MeasuredEventStore } from './measured-event-store.js';
import { CommandGateway } from './command-gateway.js';
import { PastReads } from './past-reads.js';
import type { PatronConfig } from './config.js';
import { memoryIsShort } from './heap-growth.js';
import { partitionsOf } from './partitions.js';
import { canThread, ProjectorThread } from './projector-thread.js';
import { Tokens } from './tokens.js';

export interface OpenOptions {
  /**
   * `read` opens beside a running writer: no lock, nothing is appended or folded. `fold` folds read models under the folder's lock and
   * appends nothing, as on a mirror.
   */
  readonly mode: Mode | 'fold';
  /** For tests: other slices than those shipped, another clock, other ids. */
  readonly slices?: readonly Slice[];
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** How long projections wait for more before they write; for bulk work in this process. Milliseconds. */
  readonly lingerMs?: number;
  /** Fold projections in a thread of their own, where that can be: for whoever sends many commands. */
  readonly thread?: boolean;
  /** How many customers stay in memory, where that is not as a server has it. */
  readonly memory?: Pick<CustomerMemory, 'readyFacts' | 'restingBytes'>;
}

/** All of Patron, opened as a configuration says. */
export interface Patron {
  readonly config: PatronConfig;
  readonly engine: Engine;
  readonly past: PastReads;
  readonly store: MeasuredEventStore;
  readonly commands: CommandGateway;
  readonly tokens: Tokens;
  close(): Promise<void>;
}

/** What each target opens for writing, and whether it folds. */
const MODES = {
  all: { store: 'write', readModels: 'write', project: true },
  commands: { store: 'write', readModels: 'write', project: false },
  queries: { store: 'read', readModels: 'read', project: false },
  projector: { store: 'read', readModels: 'write', project: true },
} as const;

/** Files and servers can be shared between threads, memory cannot; other slices than those shipped cannot be told to one. */
const inThread = ({ eventStore, readModels }: PatronConfig, { thread = false, slices }: OpenOptions): boolean =>
  thread && canThread() && eventStore !== 'memory' && readModels === 'embedded' && slices === undefined;

/** The thread writes the read models; this one reads them, and writes no more than states of long streams. */
async function threadBeside(
  config: PatronConfig,
  lingerMs: number | undefined,
  readModels: ReadModels,
  opened: { close(): Promise<void> }[],
) {
  const snapshotModels = await openReadModels(config, 'write');
  opened.push(snapshotModels);
  const data = { config, ...(lingerMs !== undefined && { lingerMs }) };
  const projecting = async (registry: Registry): Promise<Projecting> => {
    const thread = await ProjectorThread.open(data, registry, readModels);
    opened.push({ close: () => thread.stop() }); // a process does not end while a thread of it lives
    return thread;
  };
  return { snapshotModels, projecting };
}

const TARGET_OF = { read: 'queries', fold: 'projector' } as const;

/** @throws {DomainError} saying what cannot be opened and why; what was opened before is closed again */
export async function openPatron(given: PatronConfig, options: OpenOptions): Promise<Patron> {
  const { slices = shipped, mode } = options;
  // whoever reads a mirror wants none of the server that it follows, whatever the environment names
  const config = isMirror(given) ? { ...given, eventStore: 'embedded' } : given;
  const modes = MODES[mode === 'write' ? config.target : TARGET_OF[mode]];
  const { SystemClock } = await import('#adapters/system/system-clock.js');
  const { SystemIds } = await import('#adapters/system/system-ids.js');
  const clock = options.clock ?? new SystemClock();
  const ids = options.ids ?? new SystemIds();
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };
  try {
    if (mode === 'fold') opened.push(await lockOf(config));
    const store = new MeasuredEventStore(await openEventStore(config, modes.store, clock));
    opened.push(store);
    const isBegun = (await store.head()) > 0;
    const keys = await openKeys(config, modes.store, isBegun);
    opened.push(keys);
    await keys.belongTo({ storeId: store.storeId, isBegun, isWritten: modes.store === 'write' });
    const threaded = modes === MODES.all && inThread(config, options);
    const readModels = await openReadModels(config, threaded ? 'read' : modes.readModels);
    opened.push(readModels);
    const write = modes.store === 'write';
    const { lingerMs, memory } = options;
    const engine = await Engine.open({
      memory: { memoryIsShort, ...memory },
      ...{ store, readModels, keys, clock, ids, slices, write, project: modes.project },
      ...(slices === shipped && partitionsOf(config)),
      ...(config.batch !== undefined && { batch: config.batch }),
      ...(lingerMs !== undefined && { lingerMs }),
      ...(threaded && (await threadBeside(config, lingerMs, readModels, opened))),
    });
    opened.push(engine);
    engine.projector?.start();
    const tokens = new Tokens(
      config.data,
      slices.map(({ name }) => name),
    );
    const past = new PastReads(config, engine);
    opened.push(past);
    return { config, engine, past, store, commands: new CommandGateway(engine, write), tokens, close };
  } catch (error) {
    await close();
    throw error;
  }
}
