import type { Position, Recorded } from '#kernel/fact.js';
import type { Portions } from '#kernel/ports/event-store.js';
import { Incoming } from './incoming.js';
import { PartitionFold, sharedFacts } from './partition-fold.js';
import type { Partition } from './partition.js';
import { Portioning } from './portioning.js';
import type { Progress } from './projecting.js';
import { ProjectionRun } from './projection-run.js';
import type { ProjectorOptions } from './projector-options.js';
import type { Begun, BuildProgress } from './resuming.js';
import { Together } from './together.js';
import { unwantedTypes } from './unwanted.js';

const PORTION_FACTS = 5_000;
/** Facts folded together in the order of the log: few, as what lives on while others are folded costs its collection. */
const BATCH = 500;
/** Changed documents that wait for more before they are written. */
const UNWRITTEN = 50_000;
/** With fewer facts threads cost more than they bring: each has to load the program and to compile what it runs often. */
const WORTH_THREADS = 50_000;

/**
 * Folds history up to a position into builds. Where nothing but a customer's own facts and those of the deployment change a
 * document, customers are taken a portion at a time, by several partitions at once: each document is made in memory and written
 * once. The others are folded in the order of the log, beside them.
 */
export class Pass {
  private facts = 0;
  /** How far each kind is, from 0 to 1, and how much of the work it is. */
  private readonly far = { portions: 0, ordered: 0, weight: 0 };

  constructor(
    private readonly options: ProjectorOptions,
    private readonly upTo: Position,
    private readonly progress: Progress,
  ) {}

  async run(builds: readonly Begun[]): Promise<void> {
    const { portions } = this.options.store;
    const apart = portions === undefined ? [] : builds.filter(({ projection }) => projection.perCustomer === true);
    const ordered = builds.filter((build) => !apart.includes(build));
    const unfinished = apart.filter(({ folded }) => folded === 0);
    this.far.weight = apart.length / Math.max(1, builds.length);
    if (unfinished.length === 0) this.far.portions = 1;
    const together = new Together();
    const inOrder = (): Promise<void> => (ordered.length === 0 ? Promise.resolve() : this.inOrder(ordered, together));
    if (portions === undefined || unfinished.length === 0) {
      void together.add(inOrder);
    } else if (this.isThreaded) {
      const here = together.add(inOrder);
      void together.add(() => this.byPortions(portions, unfinished, together, here));
    } else {
      await this.byPortions(portions, unfinished, together);
      void together.add(inOrder);
    }
    await together.done();
  }

  private async inOrder(builds: readonly Begun[], together: Together): Promise<void> {
    const { store, registry, reader, references } = this.options;
    const runs: ProjectionRun[] = [];
    for (const { projection, model, parking } of builds) {
      runs.push(await ProjectionRun.open(projection, model, references, parking, true));
    }
    const skip = this.skip(builds);
    const after = Math.min(...runs.map(({ folded }) => folded));
    const passing = (place: Position): void => {
      together.throwIfFailed();
      this.far.ordered = store.share(place, this.upTo);
      this.tell(0);
    };
    for await (const { facts, position } of store.readAll({ after, upTo: this.upTo, batch: BATCH, skip, passing })) {
      together.throwIfFailed();
      const incoming = facts.map((recorded) => new Incoming(recorded, registry, reader));
      for (const run of runs) await run.apply(incoming, position, UNWRITTEN);
      this.far.ordered = store.share(position, this.upTo);
      this.tell(facts.length);
    }
    for (const run of runs) {
      await run.apply([], this.upTo);
      await run.note();
      await run.model.index(); // beside those who fold customers, not when readers wait for a switch
    }
  }

  /** @param here  What is done in this thread before it is one of the partitions. */
  private async byPortions(
    portions: Portions,
    builds: readonly Begun[],
    together: Together,
    here: Promise<void> = Promise.resolve(),
  ): Promise<void> {
    const { store, registry, references, portion: size = PORTION_FACTS } = this.options;
    const shared = await sharedFacts(store, registry, this.upTo);
    for (const recorded of shared) references.take(recorded);
    const streams = Math.max(1, await portions.count());
    this.facts = Math.max(...builds.map(({ facts }) => facts));
    const portioning = new Portioning(portions, builds, size);
    const tell = (facts: number): void => {
      together.throwIfFailed();
      this.far.portions = Math.min(1, portioning.reached / streams);
      this.tell(facts);
    };
    const partitions = await this.partitions(builds, shared);
    const ended = new Together();
    try {
      for (const partition of partitions) {
        void ended.add(async () => {
          if (partition instanceof PartitionFold) await here;
          for (let task = await portioning.next(); task !== undefined; task = await portioning.next()) {
            ended.throwIfFailed();
            await partition.fold(task, tell);
          }
        });
      }
      await ended.done();
      await this.index(builds, partitions);
    } finally {
      await Promise.all(partitions.map((partition) => partition.end()));
    }
    for (const { model, parking } of builds) {
      const { parked = [] } = ((await model.checkpoint()).progress ?? {}) as Partial<BuildProgress>;
      parking.hold(parked);
    }
    this.far.portions = 1;
  }

  /** The one of this thread works on the builds themselves, those of others and several without threads beside each other. */
  private async partitions(builds: readonly Begun[], shared: readonly Recorded[]): Promise<readonly Partition[]> {
    const { options, upTo } = this;
    const { partitions: count = 1, threads, readModels } = options;
    const here = (): Partition => new PartitionFold(options, builds, upTo, shared);
    if (count === 1) return [here()];
    const named = builds.map(({ projection, model }) => ({ name: projection.name, place: readModels.nameOf(model) }));
    if (this.isThreaded && threads !== undefined) {
      return [...(await threads(count - 1, { builds: named, upTo })), here()];
    }
    if (threads !== undefined) return [here()];
    return Promise.all(Array.from({ length: count }, () => PartitionFold.join(options, { builds: named, upTo })));
  }

  private async index(builds: readonly Begun[], partitions: readonly Partition[]): Promise<void> {
    const names = builds.map(({ projection }) => projection.name);
    const indexing = new Together();
    for (const partition of partitions) {
      void indexing.add(async () => {
        for (let name = names.shift(); name !== undefined; name = names.shift()) {
          indexing.throwIfFailed();
          await partition.index(name);
        }
      });
    }
    await indexing.done();
  }

  private get isThreaded(): boolean {
    const { partitions = 1, threads, threadsFrom = WORTH_THREADS, store } = this.options;
    return threads !== undefined && partitions > 1 && store.factsBetween(0, this.upTo) >= threadsFrom;
  }

  private skip(builds: readonly Begun[]): readonly string[] {
    return unwantedTypes(
      this.options.registry,
      builds.map(({ projection }) => projection),
    );
  }

  private tell(facts: number): void {
    this.facts += facts;
    const { portions, ordered, weight } = this.far;
    const share = Math.min(1, portions * weight + ordered * (1 - weight));
    const whole = this.options.store.distance(0, this.upTo);
    this.progress(Math.round(share * whole), whole, this.facts);
  }
}
