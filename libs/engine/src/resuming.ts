import type { Position } from '#kernel/fact.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { Build } from './build.js';
import { Parking, type Parked } from './parking.js';
import type { ProjectorOptions } from './projector-options.js';
import { specOf } from './read-side.js';

/** What a build notes of itself, so that one process can go on with what another had built when it ended. */
export interface BuildProgress {
  /** Of a build that goes customer by customer: streams up to this one are in it. */
  readonly streams?: number;
  /** Where the log ended for them. */
  readonly upTo?: Position;
  /** Facts that were folded. */
  readonly facts?: number;
  readonly parked: readonly Parked[];
}

/** A build as it was found or begun. */
export interface Begun extends Build {
  /** Streams that are in it already; all of them where `folded` is not 0. */
  readonly streams: number;
  readonly facts: number;
  readonly upTo: Position | undefined;
  /** Everything up to here is in it. */
  readonly folded: Position;
}

/** The build of a projection that an earlier process left, or else an empty one. */
export async function begun(options: ProjectorOptions, projection: AnyProjection): Promise<Begun> {
  const { readModels, registry, parking } = options;
  const spec = specOf(registry, projection.name);
  const left = parking === undefined ? await readModels.unfinished(spec) : undefined;
  const checkpoint = await left?.checkpoint();
  if (left !== undefined && checkpoint?.progress !== undefined) {
    const { streams = 0, facts = 0, upTo, parked } = checkpoint.progress as unknown as BuildProgress;
    const found = { projection, model: left, parking: Parking.ofBuild(parked) };
    return { ...found, streams, facts, upTo, folded: checkpoint.position };
  }
  if (left !== undefined) await readModels.abandon(left);
  return anew(options, projection);
}

/** Builds of one pass end at the same place in the log: those that were left by another pass are begun again. */
export async function agreed(options: ProjectorOptions, builds: readonly Begun[]): Promise<readonly Begun[]> {
  const underWay = builds.filter(({ folded, upTo }) => folded === 0 && upTo !== undefined);
  const upTo = Math.max(...underWay.map((build) => build.upTo ?? 0));
  return Promise.all(
    builds.map(async (build) => {
      if (build.folded > 0 || build.upTo === undefined || build.upTo === upTo) return build;
      await options.readModels.abandon(build.model);
      return anew(options, build.projection);
    }),
  );
}

async function anew(options: ProjectorOptions, projection: AnyProjection): Promise<Begun> {
  const { readModels, registry, parking = () => Parking.ofBuild() } = options;
  const model = await readModels.build(specOf(registry, projection.name));
  return { projection, model, parking: parking(), streams: 0, facts: 0, upTo: undefined, folded: 0 };
}

/** Lets go of builds: for a later process where this one ends, and else for good. */
export async function putAway(readModels: ReadModels, builds: readonly Build[], isEnding: boolean): Promise<void> {
  for (const { model } of builds) {
    await (isEnding ? readModels.leave(model) : readModels.abandon(model)).catch(() => undefined);
  }
}
