import type { Position, Recorded } from '#kernel/fact.js';
import type { Portions } from '#kernel/ports/event-store.js';
import type { AnyProjection } from '#kernel/projection.js';
import { CALENDAR, policyStream } from '#kernel/system.events.js';
import type { Build } from './build.js';
import { CustomersFold, PortionFold } from './customers-fold.js';
import { Incoming } from './incoming.js';
import { Passing } from './passing.js';
import type { Progress } from './projecting.js';
import { ProjectionRun } from './projection-run.js';
import type { ProjectorOptions } from './projector-options.js';
import type { Registry } from './registry.js';
import { agreed, begun, putAway, type Begun } from './resuming.js';
import { unwantedTypes } from './unwanted.js';

const PORTION_FACTS = 5_000;
const BATCH = 5_000;
/** Changed documents that wait for more before they are written. */
const UNWRITTEN = 10_000;
const UNWRITTEN_IN_BUILD = 50_000;

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
    await new Building(options, upTo, progress).run(builds);
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

/** Folds into runs what came since. */
export async function catchUp(
  options: ProjectorOptions,
  runs: readonly ProjectionRun[],
  upTo: Position,
): Promise<void> {
  const { store, registry, reader, references, batch = BATCH } = options;
  const after = Math.min(...runs.map(({ folded }) => folded));
  const skip = unwantedTypes(
    registry,
    runs.map(({ projection }) => projection),
  );
  for await (const { facts, position } of store.readAll({ after, upTo, batch, skip })) {
    for (const recorded of facts) references.take(recorded);
    const incoming = facts.map((recorded) => new Incoming(recorded, registry, reader));
    for (const run of runs) await run.apply(incoming, position, UNWRITTEN);
  }
  for (const run of runs) {
    await run.apply([], upTo);
    await run.note();
  }
}

/**
 * Folds history up to a position into empty builds. Where nothing but a customer's own facts and those of the deployment
 * change a document, customers are taken a portion at a time: each document is made in memory and written once. The others
 * are folded in the order of the log.
 */
class Building {
  private facts = 0;

  constructor(
    private readonly options: ProjectorOptions,
    private readonly upTo: Position,
    private readonly progress: Progress,
  ) {}

  async run(builds: readonly Begun[]): Promise<void> {
    const { portions } = this.options.store;
    const apart = portions === undefined ? [] : builds.filter(({ projection }) => projection.perCustomer === true);
    const ordered = builds.filter((build) => !apart.includes(build));
    const share = apart.length / Math.max(1, builds.length);
    const unfinished = apart.filter(({ folded }) => folded === 0);
    if (portions !== undefined && unfinished.length > 0) await this.byPortions(portions, unfinished, share);
    if (ordered.length > 0) await this.inOrder(ordered, share);
  }

  private async inOrder(builds: readonly Build[], from: number): Promise<void> {
    const { store, references, batch = BATCH } = this.options;
    const runs: ProjectionRun[] = [];
    for (const { projection, model, parking } of builds) {
      runs.push(await ProjectionRun.open(projection, model, references, parking, true));
    }
    const skip = this.skip(builds);
    const after = Math.min(...runs.map(({ folded }) => folded));
    for await (const { facts, position } of store.readAll({ after, upTo: this.upTo, batch, skip })) {
      const incoming = this.incoming(facts);
      for (const run of runs) await run.apply(incoming, position, UNWRITTEN_IN_BUILD);
      this.tell(facts.length, from + ((1 - from) * position) / this.upTo);
    }
    for (const run of runs) {
      await run.apply([], this.upTo);
      await run.note();
    }
  }

  private async byPortions(portions: Portions, builds: readonly Begun[], share: number): Promise<void> {
    const { upTo } = this;
    const passing = new Passing(await this.sharedFacts(), this.options.references);
    const { registry, reader, references, portion: size = PORTION_FACTS } = this.options;
    const parts = builds.map((build) => new PortionFold(build, references, passing));
    const skip = this.skip(builds);
    const streams = Math.max(1, await portions.count());
    this.facts = Math.max(...builds.map(({ facts }) => facts));
    for (let after = Math.min(...builds.map((build) => build.streams)); ;) {
      const portion = await portionBehind(portions, after, size, builds);
      if (portion === undefined) break;
      const folding = new CustomersFold(
        parts.filter((_, at) => (builds[at]?.streams ?? 0) <= after),
        registry,
        reader,
      );
      for await (const facts of portions.byStream(portion, { upTo, skip })) {
        await folding.take(facts);
        this.tell(facts.length, (share * after) / streams);
      }
      await folding.keep({ streams: portion.upTo, upTo, facts: this.facts });
      after = portion.upTo;
    }
    for (const part of parts) await part.finish({ position: upTo, clock: passing.clock });
  }

  /** Facts that concern every customer: time passing, policies, measurements. */
  private async sharedFacts(): Promise<readonly Recorded[]> {
    const { store, registry, references } = this.options;
    const shared: Recorded[] = [];
    for (const stream of sharedStreams(registry)) {
      for (const recorded of await store.readStream(stream)) if (recorded.position <= this.upTo) shared.push(recorded);
    }
    shared.sort((a, b) => a.position - b.position);
    for (const recorded of shared) references.take(recorded);
    return shared;
  }

  private incoming(facts: readonly Recorded[]): readonly Incoming[] {
    return facts.map((recorded) => new Incoming(recorded, this.options.registry, this.options.reader));
  }

  private skip(builds: readonly Build[]): readonly string[] {
    return unwantedTypes(
      this.options.registry,
      builds.map(({ projection }) => projection),
    );
  }

  private tell(facts: number, share: number): void {
    this.facts += facts;
    this.progress(Math.round(Math.min(1, share) * this.upTo), this.upTo, this.facts);
  }
}

/** The next portion; it ends where one of the builds begins that had come further when their process ended. */
async function portionBehind(portions: Portions, after: number, size: number, builds: readonly Begun[]) {
  const portion = await portions.next(after, size);
  const further = builds.map(({ streams }) => streams).filter((streams) => streams > after);
  return portion && { after, upTo: Math.min(portion.upTo, ...further) };
}

/** Streams of the facts that concern every customer. */
export const sharedStreams = ({ policies, references }: Registry): readonly string[] => [
  ...new Set([CALENDAR, ...[...policies.keys()].map(policyStream), ...references.map(({ stream }) => stream)]),
];

/** Two lists in the order of the log, as one. */
export function merged(left: readonly Recorded[], right: readonly Recorded[]): readonly Recorded[] {
  if (right.length === 0) return left;
  return [...left, ...right].sort((a, b) => a.position - b.position);
}
