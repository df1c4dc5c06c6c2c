import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '#kernel/fact.js';
import type { Batch } from '#kernel/ports/event-store.js';
import type { ReadModel } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { NotFound, NotYetProjected } from './errors.js';
import { Incoming } from './incoming.js';
import { Parking } from './parking.js';
import type { Progress, Projecting, ProjectionStatus } from './projecting.js';
import type { ProjectorOptions } from './projector-options.js';
import { ProjectionRun } from './projection-run.js';
import { Queues } from './queue.js';
import { specOf } from './read-side.js';
import { settled } from './settled.js';
import { unwantedTypes } from './unwanted.js';
import { Waiters } from './waiters.js';

const BATCH = 5_000;
/** Changed documents that wait for more before they are written, while a projection is far behind or being built. */
const UNWRITTEN_BEHIND = 10_000;
const UNWRITTEN_IN_BUILD = 50_000;
const LINGER_MS = 100;
/** Who lets a follower linger so long does not want each step written, unless somebody waits for it. */
const BULK_MS = 1_000;
/** How long a projection without changes may leave unsaid how far it came. */
const NOTE_MS = 200;
const RETRY_MS = 1_000;
const TURN = 'turn';

/** Keeps all projections up to date: follows the store, folds in batches, wakes who waits. */
export class Projector implements Projecting {
  private readonly runs = new Map<string, ProjectionRun>();
  private readonly rebuilding = new Set<string>();
  private readonly waiters = new Waiters();
  private readonly urgent = new Map<string, Position>();
  private readonly turns = new Queues();
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private noting: NodeJS.Timeout | undefined;
  private hurry: () => void = () => undefined;
  private started = false;
  private failure: string | undefined;

  private constructor(
    private readonly options: ProjectorOptions,
    private readonly parking: Parking,
  ) {}

  static async open(options: ProjectorOptions): Promise<Projector> {
    const projector = new Projector(options, await Parking.open(options.readModels));
    for (const projection of options.registry.projections.values()) {
      const model = await options.readModels.open(specOf(options.registry, projection.name));
      projector.runs.set(projection.name, await projector.runOn(projection, model));
    }
    return projector;
  }

  start(): void {
    this.started = true;
    this.following = this.follow();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.hurry();
    clearTimeout(this.noting);
    await this.following;
    await this.turns.idle();
    await settled(this.writeAll());
    await this.note();
    this.waiters.wake();
  }

  model(name: string): Promise<ReadModel> {
    return Promise.resolve(this.run(name).model);
  }

  /** Whoever waits for one projection does not wait for the others: that one goes ahead of them. */
  async caughtUp(name: string, position: Position, timeoutMs = Infinity): Promise<void> {
    if (this.run(name).position >= position) return;
    if (this.started) {
      this.urgent.set(name, Math.max(position, this.urgent.get(name) ?? 0));
      void settled(this.turns.run(TURN, () => this.serveUrgent()));
    }
    await this.reaching(name, position, timeoutMs);
  }

  async allCaughtUp(position: Position, timeoutMs = Infinity): Promise<void> {
    if (this.started) void settled(this.turns.run(TURN, () => this.writeAll()));
    await Promise.all([...this.runs.keys()].map((name) => this.reaching(name, position, timeoutMs)));
  }

  /** Folds everything there is now, without following; for tools and tests. */
  async catchUp(progress: Progress = () => undefined): Promise<void> {
    const { store, batch = BATCH } = this.options;
    const head = await store.head();
    let facts = 0;
    for await (const read of store.readAll({ after: this.least(), upTo: head, batch, skip: this.unwanted() })) {
      await this.take(read);
      facts += read.facts.length;
      progress(read.position, head, facts);
    }
    await this.take({ facts: [], position: head }); // writes what a last full batch left unwritten
  }

  reached(): Promise<Position> {
    return Promise.resolve(this.least());
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const head = await this.options.store.head();
    const statuses = [...this.runs.values()].map(async ({ projection, model, position }) => ({
      name: projection.name,
      version: projection.version,
      state: this.stateOf(projection.name),
      position,
      head,
      documents: await model.count(),
      parked: this.parking.of(projection.name),
      ...(this.failure !== undefined && { error: this.failure }),
    }));
    return Promise.all(statuses);
  }

  /** Folds a projection from the first fact into a build of its own, then lets readers switch in one step. */
  async rebuild(name: string, progress: Progress = () => undefined): Promise<void> {
    const { store, readModels, registry, batch = BATCH } = this.options;
    const { projection } = this.run(name);
    if (this.rebuilding.has(name)) throw new NotFound('idle_projection', name, 'It is being rebuilt already.');
    this.rebuilding.add(name);
    try {
      const build = await readModels.build(specOf(registry, name));
      const parking = Parking.ofBuild();
      const run = await ProjectionRun.open(projection, build, this.options.references, parking, true);
      const skip = this.unwanted([projection]);
      let facts = 0;
      const fold = async (upTo?: Position): Promise<void> => {
        const head = upTo ?? (await store.head());
        for await (const read of store.readAll({ after: run.folded, upTo: head, batch, skip })) {
          await run.apply(this.incoming(read), read.position, UNWRITTEN_IN_BUILD);
          facts += read.facts.length;
          progress(read.position, head, facts);
        }
        await run.apply([], head, UNWRITTEN_IN_BUILD);
      };
      await fold();
      await this.turns.run(TURN, async () => {
        await fold(Math.max(this.run(name).folded, run.folded));
        await run.write();
        await run.note();
        await this.parking.adopt(parking);
        await readModels.swap(build);
        await this.parking.releaseAllBut(parking, name);
        this.runs.set(name, await this.runOn(projection, build));
      });
      this.waiters.wake();
    } finally {
      this.rebuilding.delete(name);
    }
  }

  /** Folds again what was parked, after its cause was mended; names the projections that had any. */
  async retry(): Promise<readonly string[]> {
    const parked = [...this.runs.keys()].filter((name) => this.parking.of(name).length > 0);
    for (const name of parked) await this.rebuild(name);
    return parked;
  }

  private async reaching(name: string, position: Position, timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.run(name).position < position) {
      const left = until - performance.now();
      if (left <= 0 || this.stopping.signal.aborted) throw new NotYetProjected(name, this.run(name).position, position);
      const written = this.waiters.next(left);
      this.hurry();
      await written;
    }
  }

  /** Brings those that somebody waits for up to what is asked for, as far as there is anything. */
  private async serveUrgent(): Promise<void> {
    const { store, batch = BATCH } = this.options;
    for (const [name, position] of this.urgent) {
      this.urgent.delete(name);
      const run = this.run(name);
      if (run.position >= position) continue;
      const skip = this.unwanted([run.projection]);
      const upTo = Math.min(position, await store.head());
      try {
        for await (const read of store.readAll({ after: run.folded, upTo, batch, skip })) {
          await run.apply(this.incoming(read), read.position, UNWRITTEN_BEHIND);
        }
        await run.write();
      } catch (error) {
        await run.resume();
        throw error;
      }
      this.waiters.wake();
    }
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    const { store, batch = BATCH } = this.options;
    while (!signal.aborted) {
      try {
        for await (const read of store.follow({ after: this.least(), batch, skip: this.unwanted(), signal })) {
          await this.turns.run(TURN, () => this.take(read));
          this.failure = undefined;
          if (read.facts.length > 0 && read.facts.length < batch) await this.linger();
        }
      } catch (error) {
        this.failure = error instanceof Error ? error.message : String(error);
        for (const run of this.runs.values()) await run.resume().catch(() => undefined);
        await delay(RETRY_MS);
      }
    }
  }

  private async take(read: Batch): Promise<void> {
    const incoming = this.incoming(read);
    const { batch = BATCH, lingerMs = LINGER_MS } = this.options;
    const patient = lingerMs >= BULK_MS && !this.waiters.any;
    const behind = patient || read.facts.length >= batch;
    for (const run of this.runs.values()) {
      if (this.urgent.size > 0) await this.serveUrgent();
      await run.apply(incoming, read.position, behind ? UNWRITTEN_BEHIND : 0);
    }
    this.noting ??= setTimeout(
      () => void this.turns.run(TURN, () => this.note()).catch(() => undefined),
      NOTE_MS,
    ).unref();
    this.waiters.wake();
  }

  private async writeAll(): Promise<void> {
    for (const run of this.runs.values()) await run.write();
    this.waiters.wake();
  }

  private async note(): Promise<void> {
    this.noting = undefined;
    for (const run of this.runs.values()) await run.note();
  }

  private incoming({ facts }: Batch): readonly Incoming[] {
    const { registry, reader, references } = this.options;
    const shared = new Set(registry.sharedTypes);
    return facts.map((recorded) => {
      if (shared.has(recorded.type)) references.take(recorded);
      return new Incoming(recorded, registry, reader);
    });
  }

  private run(name: string): ProjectionRun {
    specOf(this.options.registry, name);
    return this.runs.get(name) as ProjectionRun;
  }

  private runOn(projection: AnyProjection, model: ReadModel): Promise<ProjectionRun> {
    return ProjectionRun.open(projection, model, this.options.references, this.parking);
  }

  private least(): Position {
    return Math.min(...[...this.runs.values()].map(({ position }) => position));
  }

  private unwanted(projections: Iterable<AnyProjection> = this.options.registry.projections.values()) {
    return unwantedTypes(this.options.registry, projections);
  }

  private stateOf(name: string): ProjectionStatus['state'] {
    if (this.rebuilding.has(name)) return 'rebuilding';
    if (this.failure !== undefined) return 'failed';
    return this.started && !this.stopping.signal.aborted ? 'following' : 'stopped';
  }

  private linger(): Promise<void> {
    if (this.waiters.any || this.stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.hurry(), this.options.lingerMs ?? LINGER_MS);
      this.hurry = () => {
        clearTimeout(timer);
        this.hurry = () => undefined;
        resolve();
      };
    });
  }
}
