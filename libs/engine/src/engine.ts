import type { Clock } from '#kernel/ports/clock.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import type { Ids } from '#kernel/ports/ids.js';
import type { Keys } from '#kernel/ports/keys.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { Slice } from '#kernel/slice.js';
import { plusMs, type Instant } from '#kernel/time.js';
import { AHEAD_MS } from './ahead.js';
import { Calendar } from './calendar.js';
import type { CustomerMemory } from './customer-cache.js';
import { Customers } from './customers.js';
import { DueIndex } from './due-index.js';
import { AtInFuture } from './errors.js';
import { FollowUps } from './follow-ups.js';
import { Identities } from './identities.js';
import { CustomerLoader } from './loader.js';
import { Measurements } from './measurements.js';
import { Noting } from './noting.js';
import type { OpenPartitions } from './partition.js';
import { Policies } from './policies.js';
import type { Projecting } from './projecting.js';
import { Projector } from './projector.js';
import { Queries } from './queries.js';
import { PollingReadSide, type ReadSide } from './read-side.js';
import { FactReader } from './reader.js';
import { References } from './references.js';
import { Registry } from './registry.js';
import type { CommandRequest, Receipt } from './requests.js';
import { Sealer } from './sealing.js';
import { SecondHalves } from './second-halves.js';
import { Snapshots } from './snapshots.js';
import { Timekeeper } from './timekeeper.js';

export interface EngineOptions {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly slices: readonly Slice[];
  /** Fold projections in this process; where it is false another process does. */
  readonly project?: boolean;
  /** Who folds instead of this thread. */
  readonly projecting?: (registry: Registry) => Promise<Projecting>;
  /** Where states of long streams are kept; with the read models by default. */
  readonly snapshotModels?: ReadModels;
  /** Publish missing default policies; only a process that may write can. */
  readonly write?: boolean;
  /** Most facts a projection folds between two writes. */
  readonly batch?: number;
  /** See `ProjectorOptions`. */
  readonly portion?: number;
  /** See `ProjectorOptions`. */
  readonly partitions?: number;
  /** See `ProjectorOptions`. */
  readonly threads?: OpenPartitions;
  /** See `ProjectorOptions`. */
  readonly threadsFrom?: number;
  /** How long a projection waits for more, see `ProjectorOptions`. */
  readonly lingerMs?: number;
  /** How many customers are kept in memory. */
  readonly memory?: CustomerMemory;
}

/** All of Patron behind its edges: commands in, facts appended, documents out. */
export class Engine {
  private constructor(
    readonly registry: Registry,
    readonly references: References,
    readonly store: EventStore,
    readonly readModels: ReadModels,
    readonly keys: Keys,
    readonly clock: Clock,
    readonly ids: Ids,
    readonly reader: FactReader,
    readonly customers: Customers,
    readonly identities: Identities,
    readonly policies: Policies,
    readonly calendar: Calendar,
    readonly timekeeper: Timekeeper,
    private readonly secondHalves: SecondHalves,
    readonly readSide: ReadSide,
    readonly queries: Queries,
    /** Undefined where another process projects. */
    readonly projector: Projecting | undefined,
    private readonly unfollow: () => Promise<void>,
  ) {}

  static async open(options: EngineOptions): Promise<Engine> {
    const closing = new AbortController();
    return Engine.opened(options, closing).catch((error: unknown) => {
      closing.abort(); // or what follows the store keeps the process alive
      throw error;
    });
  }

  private static async opened(options: EngineOptions, closing: AbortController): Promise<Engine> {
    const {
      store,
      readModels,
      keys,
      clock,
      ids,
      slices,
      project = true,
      write = true,
      batch,
      portion,
      partitions,
      threads,
      threadsFrom,
      lingerMs,
      memory,
    } = options;
    const registry = new Registry(slices);
    const snapshotModels = options.snapshotModels ?? readModels;
    const noting = write || project ? new Noting(snapshotModels, store, closing.signal) : undefined;
    if (noting !== undefined) await snapshotModels.belongTo(store);
    await noting?.begin();
    const known = await store.head();
    const references = await References.load(store, registry);
    if (write) references.throwIfUnreadable();
    const following = references.follow(store, known, closing.signal);
    const policies = new Policies(store, registry, references, ids);
    if (write) await policies.publishDefaults();
    const sealer = new Sealer(keys);
    const reader = new FactReader(registry, sealer);
    const snapshots = await Snapshots.open(snapshotModels, keys, registry);
    const loader = new CustomerLoader(store, registry, reader, snapshots, references);
    const identities = new Identities(store, keys, registry, ids, clock);
    const followUps = new FollowUps(registry);
    const customers = new Customers({
      store,
      registry,
      references,
      loader,
      snapshots,
      sealer,
      identities,
      followUps,
      ids,
      memory,
    });
    const calendar = await Calendar.open(store, clock, ids);
    if (write) calendar.throwIfUnreadable();
    const projecting = {
      store,
      readModels,
      registry,
      reader,
      references,
      ...(batch !== undefined && { batch }),
      ...(portion !== undefined && { portion }),
      ...(partitions !== undefined && { partitions }),
      ...(threads !== undefined && { threads }),
      ...(threadsFrom !== undefined && { threadsFrom }),
      ...(lingerMs !== undefined && { lingerMs }),
    };
    const projector =
      (await options.projecting?.(registry)) ?? (project ? await Projector.open(projecting) : undefined);
    const readSide = projector ?? new PollingReadSide(readModels, registry, store);
    const due = new DueIndex(readSide);
    customers.onDue((...noted) => due.note(...noted));
    const secondHalves = new SecondHalves({ store, readSide, customers });
    customers.onKeptBack(() => secondHalves.keptBack());
    const measurements = new Measurements(store, registry, references, readSide, ids);
    const timekeeper = new Timekeeper({
      ...{ store, registry, references, calendar, customers, identities, readSide, due, secondHalves, measurements },
      ...{ clock, ids },
    });
    const queries = new Queries(registry, readSide);
    return new Engine(
      ...([registry, references, store, readModels, keys, clock, ids, reader, customers, identities] as const),
      ...([policies, calendar, timekeeper, secondHalves, readSide, queries, projector] as const),
      async () => {
        closing.abort();
        await following;
        await noting?.end();
      },
    );
  }

  /** Handles a validated command. @throws {DomainError} the refusal; nothing was written */
  async execute(request: CommandRequest): Promise<Receipt> {
    const now = this.calendar.now();
    const { at } = request.command;
    if (at > now && at > plusMs(now, AHEAD_MS)) throw new AtInFuture(at, now);
    return this.customers.handle(request);
  }

  /** Business time now. */
  now(): Instant {
    return this.calendar.now();
  }

  /** Ends its own work; stores and keys are closed by whoever opened them. */
  async close(): Promise<void> {
    await this.secondHalves.close();
    await this.projector?.stop();
    await this.customers.close();
    await this.unfollow();
  }
}
