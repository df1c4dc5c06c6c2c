import type { Position } from '#kernel/fact.js';
import type { Batch } from '#kernel/ports/event-store.js';
import type { Pinned, ReadModel } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { NotYetProjected } from './errors.js';
import { catchUp, gatheredUpTo } from './building.js';
import { Following } from './following.js';
import { incomingOf } from './incoming.js';
import { LaterBuilds, WORTH_A_BUILD } from './later-builds.js';
import { Parking } from './parking.js';
import type { Compared, Progress, Projecting, ProjectionStatus } from './projecting.js';
import type { ProjectorOptions } from './projector-options.js';
import { ProjectionRun } from './projection-run.js';
import { Queues } from './queue.js';
import { Rebuilding } from './rebuilding.js';
import { answeringOf, specOf } from './read-side.js';
import { settled } from './settled.js';
import { statusesOf, type Doing } from './statuses.js';
import { unwantedTypes } from './unwanted.js';
import { Waiters } from './waiters.js';

const BATCH = 5_000;
/** Changed documents that wait for more before they are written, while a projection is far behind or being built. */
const UNWRITTEN_BEHIND = 10_000;
const LINGER_MS = 100;
/** Who lets a follower linger so long does not want each step written, unless somebody waits for it. */
const BULK_MS = 1_000;
/** How long a follower waits for more at most: what is not folded yet, those who then wait for it wait for. */
const MOST_LINGER_MS = 250;
/** How long a projection without changes may leave unsaid how far it came. */
const NOTE_MS = 200;
const TURN = 'turn';
const silent: Progress = () => undefined;

/** Keeps all projections up to date: follows the store, folds in batches, wakes who waits. */
export class Projector implements Projecting {
  private readonly runs = new Map<string, ProjectionRun>();
  private readonly rebuilding: Rebuilding;
  private readonly waiters = new Waiters();
  private readonly urgent = new Map<string, Position>();
  private readonly turns = new Queues();
  private readonly following: Following;
  private readonly later: LaterBuilds;
  /** Those that were of another version when this began; readers have that until they are built. */
  private readonly answered = new Set<string>();
  private noting: NodeJS.Timeout | undefined;
  private started = false;
  private readonly isBulk: boolean;

  private constructor(
    private readonly options: ProjectorOptions,
    private readonly parking: Parking,
  ) {
    const { store, batch = BATCH, lingerMs = LINGER_MS } = options;
    this.isBulk = lingerMs >= BULK_MS;
    const follower = {
      from: () => (this.current.length === 0 ? undefined : { after: this.least(), skip: this.unwanted() }),
      take: (read: Batch, isOld: () => boolean) =>
        this.turns.run(TURN, async () => (isOld() ? undefined : this.take(read))),
      failed: () => this.resume(),
      isAwaited: () => this.waiters.any,
    };
    this.rebuilding = new Rebuilding({
      ...{ options, parking },
      run: (name) => this.run(name),
      goOn: async (projection, model) => void this.runs.set(projection.name, await this.runOn(projection, model)),
      inTurn: (work) => this.turns.run(TURN, work),
      switched: (name) => (this.later.names.has(name) ? this.letFollow([name]) : this.waiters.wake()),
      switchedBack: (name) => this.letFollow([name]),
      throwIfStopped: () => this.following.throwIfStopped(),
    });
    this.following = new Following(store, follower, batch, Math.min(lingerMs, MOST_LINGER_MS));
    const { following } = this;
    this.later = new LaterBuilds({
      head: () => store.head(),
      beginning: store.beginning,
      isAnswered: (name) => this.answered.has(name),
      rebuild: (names, progress) => this.rebuilding.first(names, progress),
      follow: (names) => this.turns.run(TURN, async () => this.letFollow(names)),
      get isStopped() {
        return following.isStopped;
      },
      stopped: following.stopped,
    });
  }

  static async open(options: ProjectorOptions): Promise<Projector> {
    const projector = new Projector(options, await Parking.open(options.readModels));
    for (const projection of options.registry.projections.values()) {
      const spec = specOf(options.registry, projection.name);
      const run = await projector.runOn(projection, await options.readModels.open(spec));
      projector.runs.set(projection.name, run);
      if (run.position > 0) continue;
      if ((await options.readModels.earlier(spec)) !== undefined) projector.answered.add(projection.name);
    }
    return projector;
  }

  start(): void {
    this.started = true;
    for (const name of this.empty()) {
      const isFollowed = this.isBulk && this.options.registry.isMeasured(name); // time waits for it at month ends
      if (!isFollowed || this.answered.has(name)) this.later.names.add(name);
    }
    if (this.later.names.size > 0 && !this.isBulk) this.later.begin();
    this.following.start();
  }

  async stop(): Promise<void> {
    clearTimeout(this.noting);
    await this.following.stop();
    await this.later.ended();
    await this.turns.idle();
    await settled(this.writeAll());
    await this.note();
    this.waiters.wake();
  }

  model(name: string): Promise<ReadModel> {
    return Promise.resolve(this.run(name).model);
  }

  answering(name: string): Promise<ReadModel> {
    const { readModels, registry } = this.options;
    return answeringOf(readModels, specOf(registry, name));
  }

  async pin(name: string, edition: string): Promise<Pinned | undefined> {
    return this.options.readModels.pin(specOf(this.options.registry, name), edition);
  }

  /** Whoever waits for one projection does not wait for the others: that one goes ahead of them. */
  async caughtUp(name: string, position: Position, timeoutMs = Infinity): Promise<void> {
    if (this.run(name).position >= position) return;
    if (this.later.names.has(name) && (position > WORTH_A_BUILD || this.answered.has(name))) this.later.begin();
    else if (this.started) {
      this.urgent.set(name, Math.max(position, this.urgent.get(name) ?? 0));
      void settled(this.turns.run(TURN, () => this.serveUrgent()));
    }
    await this.reaching(name, position, timeoutMs);
  }

  async gathered(name: string, position: Position): Promise<unknown> {
    const measurement = this.options.registry.measurement(name);
    const { model } = measurement;
    if (this.later.names.has(model)) await this.caughtUp(model, position);
    return this.turns.run(TURN, () => gatheredUpTo(this.options, this.run(model), measurement, position));
  }

  async allCaughtUp(position: Position, timeoutMs = Infinity): Promise<void> {
    if (this.later.names.size > 0) this.later.begin();
    if (this.started) void settled(this.turns.run(TURN, () => this.writeAll()));
    await Promise.all([...this.runs.keys()].map((name) => this.reaching(name, position, timeoutMs)));
  }

  /** Folds everything there is now, without following; for tools and tests. */
  async catchUp(progress = silent): Promise<void> {
    const { store, batch = BATCH } = this.options;
    const head = await store.head();
    const fresh = this.empty();
    if (head > WORTH_A_BUILD && fresh.length > 0) await this.rebuild(fresh, progress);
    let facts = 0;
    for await (const read of store.readAll({ after: this.least(), upTo: head, batch, skip: this.unwanted() })) {
      await this.take(read);
      facts += read.facts.length;
      progress(store.distance(0, read.position), store.distance(0, head), facts);
    }
    await this.take({ facts: [], position: head }); // writes what a last full batch left unwritten
  }

  reached(): Promise<Position> {
    const { names, reached } = this.later;
    return Promise.resolve(names.size === 0 ? this.least() : Math.min(this.least(), reached));
  }

  status(): Promise<readonly ProjectionStatus[]> {
    const doing = (name: string): Doing => this.doing(name);
    const answering = (name: string): Promise<ReadModel> => this.answering(name);
    return statusesOf(this.runs.values(), this.parking, this.options.store, doing, answering);
  }

  rebuild(names: string | readonly string[], progress = silent, keep = false): Promise<readonly Compared[]> {
    return this.rebuilding.run([names].flat(), progress, keep);
  }

  rebuildCustomer(name: string, customerId: string): Promise<Compared> {
    return this.rebuilding.customer(name, customerId);
  }

  async cancel(name: string): Promise<boolean> {
    return this.rebuilding.cancel(name);
  }

  switchBack(name: string): Promise<boolean> {
    return this.rebuilding.switchBack(name);
  }

  drop(name: string): Promise<boolean> {
    return this.rebuilding.drop(name);
  }

  /** Takes them in among those that follow; in turn only, and nothing that was read before is folded. */
  private letFollow(names: readonly string[]): void {
    for (const name of names) this.later.names.delete(name);
    this.following.begin();
    this.waiters.wake();
  }

  /** Folds again what was parked, after its cause was mended; names the projections that had any. */
  async retry(): Promise<readonly string[]> {
    const parked = [...this.runs.keys()].filter((name) => this.parking.of(name).length > 0);
    if (parked.length > 0) await this.rebuild(parked);
    return parked;
  }

  private async reaching(name: string, position: Position, timeoutMs: number): Promise<void> {
    const { waiters, following } = this;
    const isOver = (): boolean => this.run(name).position >= position || following.isStopped;
    await waiters.until(isOver, timeoutMs, () => following.hurry());
    if (this.run(name).position < position) throw new NotYetProjected(name, this.run(name).position, position);
  }

  /** Brings those that somebody waits for up to what is asked for, as far as there is anything. */
  private async serveUrgent(): Promise<void> {
    for (const [name, position] of this.urgent) {
      this.urgent.delete(name);
      const run = this.run(name);
      if (run.position >= position) continue;
      const upTo = Math.min(position, await this.options.store.head());
      await run.attempt(() => catchUp(this.options, [run], upTo));
      this.waiters.wake();
    }
  }

  private async take(read: Batch): Promise<void> {
    const incoming = incomingOf(read.facts, this.options);
    const { batch = BATCH } = this.options;
    const patient = this.isBulk && !this.waiters.any;
    const behind = patient || read.facts.length >= batch;
    for (const run of this.current) {
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
    for (const run of this.current) await run.write();
    this.waiters.wake();
  }

  private async note(): Promise<void> {
    this.noting = undefined;
    for (const run of this.current) await run.note();
  }

  private run(name: string): ProjectionRun {
    specOf(this.options.registry, name);
    return this.runs.get(name) as ProjectionRun;
  }

  private runOn(projection: AnyProjection, model: ReadModel): Promise<ProjectionRun> {
    const { references, registry } = this.options;
    const alone = this.isBulk && registry.isMeasured(projection.name); // it has all the room: the others are built later
    return ProjectionRun.open(projection, model, references, this.parking, alone);
  }

  private least(): Position {
    return Math.min(...this.current.map(({ position }) => position));
  }

  private unwanted(projections: Iterable<AnyProjection> = this.current.map(({ projection }) => projection)) {
    return unwantedTypes(this.options.registry, projections);
  }

  private doing(name: string): Doing {
    const waits = this.later.names.has(name);
    const error = waits ? this.later.failure : this.following.failure;
    const still = error !== undefined ? 'failed' : waits || !this.started ? 'stopped' : 'following';
    if (this.rebuilding.has(name)) return { state: 'rebuilding', error, looked: this.rebuilding.looked(name) };
    const looked = waits ? 0 : this.following.looked;
    return { state: this.following.isStopped ? 'stopped' : still, error, looked };
  }

  private get current(): readonly ProjectionRun[] {
    return [...this.runs.values()].filter(({ projection }) => !this.later.names.has(projection.name));
  }

  private empty(): readonly string[] {
    return [...this.runs.keys()].filter((name) => this.run(name).position === 0);
  }

  private async resume(): Promise<void> {
    for (const run of this.runs.values()) await settled(run.resume());
  }
}
