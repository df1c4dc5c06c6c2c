import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '#kernel/fact.js';
import type { ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import { NotFound, NotYetProjected } from './errors.js';
import type { Registry } from './registry.js';

/** What readers of read models need: the documents, and how far they are. */
export interface ReadSide {
  /** @throws {NotFound} */
  model(name: string): Promise<ReadModel>;
  /** Waits until a read model holds everything up to a position. @throws {NotYetProjected} after `timeoutMs` */
  caughtUp(name: string, position: Position, timeoutMs?: number): Promise<void>;
}

const POLL_MS = 10;

/** Read models that another process keeps up to date. */
export class PollingReadSide implements ReadSide {
  constructor(
    private readonly readModels: ReadModels,
    private readonly registry: Registry,
  ) {}

  model(name: string): Promise<ReadModel> {
    return this.readModels.open(specOf(this.registry, name));
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
}

/** @throws {NotFound} naming the read models there are */
export function specOf(registry: Registry, name: string) {
  const projection = registry.projections.get(name);
  if (projection === undefined) {
    throw new NotFound('read_model', name, `Known are ${[...registry.projections.keys()].sort().join(', ')}.`);
  }
  const { version, indexes } = projection;
  return { name, version, indexes };
}
