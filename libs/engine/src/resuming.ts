import type { Position } from '#kernel/fact.js';
import type { Portion } from '#kernel/ports/event-store.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { Build } from './build.js';
import { Parking, type Parked } from './parking.js';
import type { ProjectorOptions } from './projector-options.js';
import { specOf } from './read-side.js';
import { withPortion, type StreamRanges } from './stream-ranges.js';

/** What a build notes of itself, so that one process can go on with what another had built when it ended. */
export interface BuildProgress {
  /** Of a build that goes customer by customer: the streams that are in it. */
  readonly done?: StreamRanges;
  /** Where the log ended for them. */
  readonly upTo?: Position;
  /** Facts that were folded. */
  readonly facts?: number;
  readonly parked: readonly Parked[];
}

/** A portion that was folded. */
export interface FoldedPortion {
  readonly portion: Portion;
  readonly upTo: Position;
  readonly facts: number;
}

/** Several may work on a build: each adds its portion, and whom it parked, to what is noted. */
export function progressWith(
  noted: Partial<BuildProgress> = {},
  { portion, upTo, facts }: FoldedPortion,
  parked: readonly Parked[],
): BuildProgress {
  const { done = [], facts: before = 0, parked: known = [] } = noted;
  const all = new Map([...known, ...parked].map((one) => [one.position, one]));
  return { done: withPortion(done, portion), upTo, facts: before + facts, parked: [...all.values()] };
}

/** A build as it was found or begun. */
export interface Begun extends Build {
  /** Streams that are in it already; all of them where `folded` is not 0. */
  readonly done: StreamRanges;
  readonly facts: number;
  readonly upTo: Position | undefined;
  /** Everything up to here is in it. */
  readonly folded: Position;
}

/** The build of a projection that an earlier process left, or else an empty one. */
export async function begun(options: ProjectorOptions, projection: AnyProjection): Promise<Begun> {
  const { readModels, registry, parking, store } = options;
  const spec = specOf(registry, projection.name);
  const left = parking === undefined ? await readModels.unfinished(spec) : undefined;
  const checkpoint = await left?.checkpoint();
  if (left !== undefined && checkpoint?.progress !== undefined) {
    const { done, facts = 0, upTo, parked } = checkpoint.progress as unknown as BuildProgress;
    const { position: folded } = checkpoint;
    const found = { projection, model: left, parking: Parking.ofBuild(parked) };
    // the log may have been put back to an earlier state
    const isOfThisLog = Math.max(folded, upTo ?? 0) <= (await store.head());
    // earlier versions noted otherwise what they had
    if (isOfThisLog && (done !== undefined || folded > 0)) return { ...found, done: done ?? [], facts, upTo, folded };
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
  return { projection, model, parking: parking(), done: [], facts: 0, upTo: undefined, folded: 0 };
}

/** Lets go of builds: for a later process where this one ends, and else for good. */
export async function putAway(readModels: ReadModels, builds: readonly Build[], isEnding: boolean): Promise<void> {
  for (const { model } of builds) {
    await (isEnding ? readModels.leave(model) : readModels.abandon(model)).catch(() => undefined);
  }
}
