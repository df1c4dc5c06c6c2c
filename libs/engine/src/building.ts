import type { Position, Recorded } from '#kernel/fact.js';
import type { AnyProjection } from '#kernel/projection.js';
import type { Build } from './build.js';
import { incomingOf } from './incoming.js';
import { Pass } from './pass.js';
import type { Progress } from './projecting.js';
import { ProjectionRun } from './projection-run.js';
import type { ProjectorOptions } from './projector-options.js';
import { agreed, begun, putAway, type Begun } from './resuming.js';
import type { AnyMeasurement } from './registry.js';
import { unwantedTypes } from './unwanted.js';

const BATCH = 5_000;
/** Changed documents that wait for more before they are written. */
const UNWRITTEN = 10_000;

/** One that holds all of history, and the run that keeps it so until readers switch to it. */
export interface Folded extends Build {
  readonly run: ProjectionRun;
}

/**
 * Folds projections from the first fact up to now, beside what is read; goes on where a process that ended had left a build.
 * Where this one is to end, it leaves them in the same way.
 */
export async function foldAnew(
  options: ProjectorOptions,
  projections: readonly AnyProjection[],
  progress: Progress,
): Promise<readonly Folded[]> {
  const { store, readModels, references } = options;
  const found: Begun[] = [];
  let builds: readonly Begun[] = found;
  try {
    for (const projection of projections) found.push(await begun(options, projection));
    builds = await agreed(options, found);
    const upTo = builds.find((build) => build.upTo !== undefined)?.upTo ?? (await store.head());
    await new Pass(options, upTo, progress).run(builds);
    const folded: Folded[] = [];
    for (const { projection, model, parking } of builds) {
      const run = await ProjectionRun.open(projection, model, references, parking);
      folded.push({ projection, model, parking, run });
    }
    await catchUp(
      options,
      folded.map(({ run }) => run),
      await store.head(),
    );
    return folded;
  } catch (error) {
    await putAway(readModels, builds, (error as { name?: unknown }).name === 'AbortError');
    throw error;
  }
}

/** Folds into runs what came since, and writes it. */
export async function catchUp(
  options: ProjectorOptions,
  runs: readonly ProjectionRun[],
  upTo: Position,
): Promise<void> {
  await foldSince(options, runs, upTo);
  for (const run of runs) {
    await run.apply([], upTo);
    await run.note();
  }
}

/** What a measurement gathers up to a position: from what is in memory, where it is, as time waits for it. */
export function gatheredUpTo(
  options: ProjectorOptions,
  run: ProjectionRun,
  measurement: AnyMeasurement,
  position: Position,
): Promise<unknown> {
  return run.attempt(async () => {
    if (run.folded < position) await foldSince(options, [run], position);
    return run.gather(measurement);
  });
}

/** Folds into runs what came since; it is written only where that is much. */
async function foldSince(options: ProjectorOptions, runs: readonly ProjectionRun[], upTo: Position): Promise<void> {
  const { store, registry, batch = BATCH } = options;
  const after = Math.min(...runs.map(({ folded }) => folded));
  const skip = unwantedTypes(
    registry,
    runs.map(({ projection }) => projection),
  );
  for await (const { facts, position } of store.readAll({ after, upTo, batch, skip })) {
    const incoming = incomingOf(facts, options);
    for (const run of runs) await run.apply(incoming, position, UNWRITTEN);
  }
}

/** Two lists in the order of the log, as one. */
export function merged(left: readonly Recorded[], right: readonly Recorded[]): readonly Recorded[] {
  if (right.length === 0) return left;
  return [...left, ...right].sort((a, b) => a.position - b.position);
}
