import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '#kernel/fact.js';
import type { FoldedHistory, Pinned, ReadModel, ReadModels, ReadModelSpec } from '#kernel/ports/read-models.js';
import { NotFound, NotYetProjected } from './errors.js';
import type { AnyMeasurement, Registry } from './registry.js';

/** What readers of read models need: the documents, and how far they are. */
export interface ReadSide {
  /** What is folded. @throws {NotFound} */
  model(name: string): Promise<ReadModel>;
  /** What readers are to have: until the present version is built the one before, which stands still. @throws {NotFound} */
  answering(name: string): Promise<ReadModel>;
  /** What readers have or had, as long as it is kept, by its edition. @throws {NotFound} */
  pin(name: string, edition: string): Promise<Pinned | undefined>;
  /** Waits until a read model holds everything up to a position. @throws {NotYetProjected} after `timeoutMs` */
  caughtUp(name: string, position: Position, timeoutMs?: number): Promise<void>;
}

/** What measuring needs beside. */
export interface MeasuredSide extends ReadSide {
  /**
   * What the measurement of this name (its stream) gathers over its read model once that holds everything up to a position. Where a
   * thread beside this one folds, it is gathered there, and what comes back is a copy.
   */
  gathered(measurement: string, position: Position): Promise<unknown>;
}

const POLL_MS = 10;
/** Few: documents of a large page outlive the young generation, which made a third of an import's garbage. */
const PAGE = 250;

/**
 * Read models that another process keeps up to date. Whether they are of the history that is read beside them is looked at when the first one
 * is asked for: who reads streams only may do so whatever lies there.
 */
export class PollingReadSide implements MeasuredSide {
  private belonging: Promise<void> | undefined;

  constructor(
    private readonly readModels: ReadModels,
    private readonly registry: Registry,
    private readonly history: FoldedHistory,
  ) {}

  /** @throws {StoreRefused} where they were folded from another history, or further than this one goes */
  async model(name: string): Promise<ReadModel> {
    const spec = specOf(this.registry, name);
    await this.belong();
    return this.readModels.open(spec);
  }

  /** @throws {StoreRefused} like `model` @throws {NotYetProjected} where nothing of it is folded: as if there were no customers */
  async answering(name: string): Promise<ReadModel> {
    const spec = specOf(this.registry, name);
    await this.belong();
    const model = await answeringOf(this.readModels, spec);
    if (await isFolded(model)) return model;
    const head = await this.history.head();
    if (head > 0) throw new NotYetProjected(name, 0, head);
    return model;
  }

  /** @throws {StoreRefused} like `model` */
  async pin(name: string, edition: string): Promise<Pinned | undefined> {
    await this.belong();
    return this.readModels.pin(specOf(this.registry, name), edition);
  }

  async gathered(name: string, position: Position): Promise<unknown> {
    const measurement = this.registry.measurement(name);
    await this.caughtUp(measurement.model, position);
    return gatheredOf(measurement, await this.model(measurement.model));
  }

  async caughtUp(name: string, position: Position, timeoutMs = Infinity): Promise<void> {
    const model = await this.model(name);
    const until = performance.now() + timeoutMs;
    for (;;) {
      const reached = (await model.checkpoint()).position;
      if (reached >= position) return;
      if (performance.now() >= until) throw new NotYetProjected(name, reached, position);
      await delay(POLL_MS);
    }
  }

  private belong(): Promise<void> {
    return (this.belonging ??= this.readModels.belongTo(this.history).catch((error: unknown) => {
      this.belonging = undefined; // who mends it need not start the readers anew
      throw error;
    }));
  }
}

/** Goes through what is stored, in key order. */
export async function gatheredOf(measurement: AnyMeasurement, model: ReadModel): Promise<unknown> {
  const gathered = measurement.gather();
  for (let afterKey = ''; ;) {
    const page = await model.scan(afterKey, PAGE);
    for (const { doc } of page) if (doc !== null) measurement.add(gathered, doc);
    afterKey = page.at(-1)?.key ?? '';
    if (page.length < PAGE) return gathered;
  }
}

/** For questions to one build that nobody folds on. */
export const standingStill = (model: ReadModel): ReadSide => ({
  model: () => Promise.resolve(model),
  answering: () => Promise.resolve(model),
  pin: async (_, edition) => (edition === (await model.edition()) ? model.pin() : undefined),
  caughtUp: () => Promise.resolve(),
});

/** The build that readers are to have. */
export async function answeringOf(readModels: ReadModels, spec: ReadModelSpec): Promise<ReadModel> {
  const model = await readModels.open(spec);
  return (await isFolded(model)) ? model : ((await readModels.earlier(spec)) ?? model);
}

const isFolded = async (model: ReadModel): Promise<boolean> => (await model.checkpoint()).position > 0;

/** @throws {NotFound} naming the read models there are */
export function specOf(registry: Registry, name: string): ReadModelSpec {
  const projection = registry.projections.get(name);
  if (projection === undefined) {
    throw new NotFound('read_model', name, `Known are ${[...registry.projections.keys()].sort().join(', ')}.`);
  }
  const { version, indexes } = projection;
  return { name, version, indexes };
}
