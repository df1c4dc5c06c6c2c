import { canonicalJson } from '#kernel/canonical.js';
import type { Actor } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import type { Keys } from '#kernel/ports/keys.js';
import type { Json, ReadModels } from '#kernel/ports/read-models.js';
import type { Slice } from '#kernel/slice.js';
import { toInstant, type Instant } from '#kernel/time.js';
import { FixedClock } from '#adapters/memory/fixed-clock.js';
import { MemoryEventStore } from '#adapters/memory/memory-event-store.js';
import { MemoryKeys } from '#adapters/memory/memory-keys.js';
import { MemoryReadModels } from '#adapters/memory/memory-read-models.js';
import { SequentialIds } from '#adapters/memory/sequential-ids.js';
import type { CustomerMemory } from '#engine/customer-cache.js';
import type { CommandRequest, Receipt } from '#engine/requests.js';
import { modelDigest } from '#engine/digest.js';
import { Engine } from '#engine/engine.js';
import { CUSTOMER, type GivenCommand } from './makers.js';
import { documentsOf } from './projection-spec.js';

export interface WorldOptions {
  readonly now?: Instant;
  readonly batch?: number;
  /** Partitions of customers that a rebuild folds beside each other; 1 by default. */
  readonly partitions?: number;
  readonly store?: EventStore;
  readonly readModels?: ReadModels;
  readonly keys?: Keys;
  readonly clock?: FixedClock;
  readonly memory?: CustomerMemory;
}

/** What a caller may say beside the command. */
export type How = Partial<Pick<CommandRequest, 'commandId' | 'ifMatch' | 'dryRun' | 'actor' | 'bodyDigest'>>;

/** A whole Patron in memory whose clock stands still until it is moved. */
export interface World {
  readonly engine: Engine;
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly clock: FixedClock;
  send(command: GivenCommand, how?: How): Promise<Receipt>;
  /** Moves the clock and the calendar, with all that time owes. */
  advanceTo(at: string): Promise<void>;
  /** Waits until every projection holds all there is. */
  quiet(): Promise<void>;
  /** Every document of a read model by its key, once it holds all there is. */
  documents(name: string): Promise<ReadonlyMap<string, Json>>;
  /** Digests of all read models by name, once they hold all there is. */
  digests(): Promise<Readonly<Record<string, string>>>;
  /** Folds every read model from the first fact; the digests before and after. */
  rebuildAll(): Promise<Readonly<Record<'live' | 'rebuilt', Readonly<Record<string, string>>>>>;
  /** A new engine on the same stores, as after the process was ended; `{ readModels }` gives it other read models. */
  restarted(changed?: WorldOptions): Promise<World>;
  close(): Promise<void>;
}

/** Worlds may share a store: each names its commands for itself. */
let worlds = 0;

/** So few that a rebuild of a small world goes in several. */
const PORTION = 7;

const MASTER = new Uint8Array(32).fill(7);

/** Opens a world. Close it, or a follower waits for ever. */
export async function engineWorld(slices: readonly Slice[], options: WorldOptions = {}): Promise<World> {
  const { now = '2026-03-02T12:00:00.000Z', batch, partitions = 1 } = options;
  const clock = options.clock ?? new FixedClock(now);
  const parts = {
    ...{ clock, batch, partitions },
    store: options.store ?? new MemoryEventStore(clock, 'world'),
    readModels: options.readModels ?? new MemoryReadModels(),
    keys: options.keys ?? new MemoryKeys(MASTER),
  };
  const kept = options.memory === undefined ? {} : { memory: options.memory };
  const { store, readModels, keys } = parts;
  const ids = new SequentialIds();
  const world = (worlds += 1);
  let commands = 0;
  const nextCommandId = (): string => `world-${world}/command-${(commands += 1)}`;
  const engine = await Engine.open({
    ...{ store, readModels, keys, clock, ids, slices, partitions },
    ...(batch !== undefined && { batch }),
    ...kept,
    portion: PORTION,
  });
  engine.projector?.start();

  const quiet = async (): Promise<void> => engine.projector?.allCaughtUp(await store.head());
  const digests = async (): Promise<Record<string, string>> => {
    await quiet();
    const names = [...engine.registry.projections.keys()];
    const digested = names.map(async (name) => {
      const { digest } = await modelDigest(await engine.readSide.model(name));
      return [name, digest] as const;
    });
    return Object.fromEntries(await Promise.all(digested));
  };
  return {
    ...{ engine, store, readModels, clock, quiet, digests },
    send: (command, how) => engine.execute(requestOf(engine, command, { commandId: nextCommandId(), ...how })),
    advanceTo: async (at) => {
      clock.set(toInstant(at));
      await engine.timekeeper.advanceTo(toInstant(at));
    },
    documents: async (name) => {
      await quiet();
      return documentsOf(await engine.readSide.model(name));
    },
    rebuildAll: async () => {
      const live = await digests();
      for (const name of engine.registry.projections.keys()) await engine.projector?.rebuild(name);
      return { live, rebuilt: await digests() };
    },
    restarted: async (changed = {}) => {
      await engine.close();
      return engineWorld(slices, { ...parts, ...kept, ...changed } as WorldOptions);
    },
    close: () => engine.close(),
  };
}

const SENDER: Actor = { kind: 'service', id: 'spec' };

/** What a transport makes of a command: its part, its id, the digest of its body. */
function requestOf(engine: Engine, given: GivenCommand, how: How & { readonly commandId: string }): CommandRequest {
  const declared = engine.registry.commands.get(given.type);
  if (declared === undefined) throw new Error(`No slice of this world declares the command ${given.type}.`);
  const command = { customerId: CUSTOMER, ...given, at: given.at === undefined ? engine.now() : toInstant(given.at) };
  const bodyDigest = engine.keys.digest('body', canonicalJson(given));
  return { command, part: engine.registry.part(declared.slice), bodyDigest, actor: SENDER, ...how };
}
