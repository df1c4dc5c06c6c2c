import type { Position } from '#kernel/fact.js';
import type { ReadModel } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { catchUp, foldAnew, type Folded } from './building.js';
import { differences, type Difference } from './differences.js';
import { AlreadyRebuilding, KeptVersion, NotFound, RebuildCancelled } from './errors.js';
import { foldCustomer } from './one-customer.js';
import type { Parking } from './parking.js';
import type { Compared, Progress } from './projecting.js';
import type { ProjectionRun } from './projection-run.js';
import type { ProjectorOptions } from './projector-options.js';
import { specOf } from './read-side.js';
import { putAway } from './resuming.js';

/** Differing documents that are shown of each read model. */
const SHOWN = 5;

/** What rebuilding needs of the projector whose read models are rebuilt. */
export interface RebuildHost {
  readonly options: ProjectorOptions;
  readonly parking: Parking;
  run(name: string): ProjectionRun;
  /** Reads a model from now on, where it is. */
  goOn(projection: AnyProjection, model: ReadModel): Promise<void>;
  /** Runs while nothing else is folded or switched. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Readers have another build of it, which holds what the one before did, or more; in turn. */
  switched(name: string): void;
  /** The same, but it may hold less: it is to be followed from where it is. */
  switchedBack(name: string): void;
  throwIfStopped(): void;
}

/** One that is under way, of some projections in one pass. */
interface UnderWay {
  cancelled: boolean;
  /** How much of the log was gone through, as `Progress` counts it. */
  done: number;
  /** The first build of a version, which nobody asked for. */
  readonly isFirst: boolean;
  /** Who is told how far it is. */
  readonly told: Set<Progress>;
  ended: Promise<unknown>;
}

/** Builds read models anew beside those that are read, switches to them, and back. */
export class Rebuilding {
  private readonly underWay = new Map<string, UnderWay>();

  constructor(private readonly host: RebuildHost) {}

  has(name: string): boolean {
    return this.underWay.has(name);
  }

  /** Up to where the log was gone through for a build. */
  looked(name: string): Position {
    return this.host.options.store.beginning + (this.underWay.get(name)?.done ?? 0);
  }

  /**
   * Folds projections from the first fact in one pass, and lets readers switch in one step each. What was read before is kept
   * where `keep` says so, and compared: a build with parked customers cannot be gone back to, as its documents stand still.
   * Those whose first build is under way are what was asked for when that has ended; they are not folded twice.
   *
   * @throws {NotFound} @throws {AlreadyRebuilding} @throws {RebuildCancelled}
   */
  async run(names: readonly string[], progress: Progress, keep: boolean): Promise<readonly Compared[]> {
    const joined = names.filter((name) => this.underWay.get(name)?.isFirst === true);
    const others = names.filter((name) => !joined.includes(name));
    const compared = new Map((await this.join(joined, progress)).map((one) => [one.name, one]));
    if (others.length > 0) {
      for (const one of await this.begun(others, progress, keep, false)) compared.set(one.name, one);
    }
    return names.flatMap((name) => compared.get(name) ?? []);
  }

  /** Builds those that hold nothing yet; who asks for a rebuild of them meanwhile waits for it. */
  first(names: readonly string[], progress: Progress): Promise<unknown> {
    return this.begun(names, progress, false, true);
  }

  /** There was nothing of these before. */
  private async join(names: readonly string[], progress: Progress): Promise<readonly Compared[]> {
    const builds = new Set(names.flatMap((name) => this.underWay.get(name) ?? []));
    for (const { told } of builds) told.add(progress);
    await Promise.all([...builds].map(({ ended }) => ended));
    return Promise.all(
      names.map(async (name) => ({ ...NOTHING, name, appeared: await this.host.run(name).model.count() })),
    );
  }

  private begun(
    names: readonly string[],
    progress: Progress,
    keep: boolean,
    isFirst: boolean,
  ): Promise<readonly Compared[]> {
    const projections = names.map((name) => this.host.run(name).projection);
    const busy = names.find((name) => this.has(name));
    if (busy !== undefined) throw new AlreadyRebuilding(busy);
    const state: UnderWay = {
      ...{ cancelled: false, done: 0, isFirst },
      ...{ told: new Set([progress]), ended: Promise.resolve() },
    };
    for (const name of names) this.underWay.set(name, state);
    const ended = this.built(projections, state, keep).finally(() => {
      for (const name of names) if (this.isIn(name, state)) this.underWay.delete(name);
    });
    state.ended = ended;
    return ended;
  }

  private async built(
    projections: readonly AnyProjection[],
    state: UnderWay,
    keep: boolean,
  ): Promise<readonly Compared[]> {
    const { host } = this;
    const names = projections.map(({ name }) => name);
    const builds = await foldAnew(host.options, projections, (...far) => {
      host.throwIfStopped();
      if (state.cancelled) throw new RebuildCancelled(names);
      [state.done] = far;
      for (const told of state.told) told(...far);
    });
    const compared: Compared[] = [];
    try {
      // each in a turn of its own: others are folded on between two
      for (const build of builds) compared.push(await host.inTurn(() => this.switchNext(build, state, keep)));
    } catch (error) {
      const isEnding = (error as { name?: unknown }).name === 'AbortError';
      await putAway(host.options.readModels, builds.slice(compared.length), isEnding);
      throw error;
    }
    return compared;
  }

  private async switchNext(build: Folded, state: UnderWay, keep: boolean): Promise<Compared> {
    const { name } = build.projection;
    this.host.throwIfStopped();
    if (state.cancelled) throw new RebuildCancelled([...this.underWay.keys()].filter((of) => this.isIn(of, state)));
    this.underWay.delete(name); // from here on it is not given up with the others
    const compared = await this.switchTo(build, keep);
    this.host.switched(name);
    return compared;
  }

  private isIn(name: string, state: UnderWay): boolean {
    return this.underWay.get(name) === state;
  }

  /** Folds one customer's documents anew, where they are read. @throws {NotFound} @throws {NotByCustomer} */
  customer(name: string, customerId: string): Promise<Compared> {
    const { host } = this;
    host.run(name);
    return host.inTurn(async () => {
      const run = host.run(name);
      if (run.position === 0) throw new NotFound('read_model', name, 'It is being built; ask again when it is.');
      return foldCustomer(host.options, run, host.parking, customerId);
    });
  }

  /** Gives up the rebuild that a projection is in, at its next batch; what is read stays. False where there is none. */
  cancel(name: string): boolean {
    this.host.run(name);
    const state = this.underWay.get(name);
    if (state !== undefined) state.cancelled = true;
    return state !== undefined;
  }

  /** Lets readers have the build again that was read before the last rebuild; it goes on from where it was. */
  switchBack(name: string): Promise<boolean> {
    const { host } = this;
    const { projection, model } = host.run(name);
    return host.inTurn(async () => {
      await host.run(name).write();
      const { readModels, registry } = host.options;
      const spec = specOf(registry, name);
      if (!(await readModels.switchBack(spec))) {
        const earlier = await readModels.earlier(spec);
        if (earlier !== undefined) throw new KeptVersion(name, earlier.version);
        return false;
      }
      await host.goOn(projection, model);
      host.switchedBack(name);
      return true;
    });
  }

  /** Removes what was kept by the last rebuild. */
  drop(name: string): Promise<boolean> {
    const { options } = this.host;
    return this.host.inTurn(() => options.readModels.drop(specOf(options.registry, name)));
  }

  private async switchTo({ projection, model, parking, run }: Folded, keep: boolean): Promise<Compared> {
    const { host } = this;
    const { name } = projection;
    const present = host.run(name);
    await catchUp(host.options, [run], Math.max(present.folded, run.folded));
    const isWhole = keep && host.parking.of(name).length === 0 && parking.of(name).length === 0;
    if (keep) await catchUp(host.options, [present], run.folded);
    const compared = keep ? await compare(name, present.model, model) : { name, ...NOTHING };
    await host.parking.adopt(parking);
    await host.options.readModels.swap(model, isWhole && present.position > 0 ? 'keep' : 'drop');
    await host.parking.releaseAllBut(parking, name);
    await host.goOn(projection, model);
    return compared;
  }
}

const NOTHING = { appeared: 0, disappeared: 0, changed: 0, first: [] };

async function compare(name: string, before: ReadModel, after: ReadModel): Promise<Compared> {
  const counts = { appeared: 0, disappeared: 0, changed: 0 };
  const first: Difference[] = [];
  for await (const difference of differences(before, after)) {
    counts[difference.kind] += 1;
    if (first.length < SHOWN) first.push(difference);
  }
  return { name, ...counts, first };
}
