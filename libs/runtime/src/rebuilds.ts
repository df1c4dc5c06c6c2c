import type { Engine } from '#engine/engine.js';
import type { Compared, Projecting } from '#engine/projecting.js';
import { standingOf, type Standing } from '#engine/standing.js';
import { AlreadyRebuilding, NotFound } from '#engine/errors.js';
import { NotHere } from './errors.js';
import { stackOf } from './problem.js';

export interface Rebuild {
  readonly name: string;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  /** From 0 to 1. */
  readonly share: number;
  readonly facts: number;
  readonly secondsLeft: number | null;
  /** How the new documents differ from those that were read before, once it is done. */
  readonly compared?: Compared;
}

const NOT_KEPT = 'Nothing is kept: it was not rebuilt, what was kept was dropped, or customers were parked in it.';

/** Rebuilds that were asked for here, and how far they are. */
export class Rebuilds {
  private readonly known = new Map<string, Rebuild>();

  /** @param log  Told of one that failed. */
  constructor(
    private readonly engine: Engine,
    private readonly log: (said: object) => void = () => undefined,
  ) {}

  /** About how many facts a read model lacks. */
  factsBehind({ position, head }: Standing): number {
    return this.engine.store.factsBetween(position, head);
  }

  of(name: string): Rebuild | undefined {
    return this.known.get(name);
  }

  /** Folds them in one pass; ends when that does. @throws {NotFound} @throws {AlreadyRebuilding} @throws {NotHere} */
  async run(names: readonly string[]): Promise<readonly Rebuild[]> {
    const { projector } = this;
    for (const name of names) {
      await projector.model(name);
      if (this.known.get(name)?.state === 'running') throw new AlreadyRebuilding(name);
    }
    const began = performance.now();
    const note = (state: Rebuild['state'], share: number, facts: number): void => {
      const seconds = (performance.now() - began) / 1_000;
      const secondsLeft = state !== 'running' ? 0 : share === 0 ? null : Math.round((seconds * (1 - share)) / share);
      for (const name of names) this.known.set(name, { name, state, share, facts, secondsLeft });
    };
    note('running', 0, 0);
    let [share, folded] = [0, 0];
    try {
      const told = (done: number, of: number, facts: number): void => {
        [share, folded] = [of === 0 ? 1 : Math.round((done / of) * 1_000) / 1_000, facts];
        note('running', share, facts);
      };
      const all = await projector.rebuild(names, told, true);
      note('done', 1, folded);
      return names.map((name) => {
        const compared = all.find((one) => one.name === name);
        const done = { ...this.noted(name), ...(compared !== undefined && { compared }) };
        this.known.set(name, done);
        return done;
      });
    } catch (error) {
      const isCancelled = (error as { code?: unknown }).code === 'projection.rebuild_cancelled';
      note(isCancelled ? 'cancelled' : 'failed', share, folded);
      this.log({ message: 'rebuild failed', projections: names, error: stackOf(error) });
      throw error;
    }
  }

  /** What is known of rebuilds that were asked for. */
  all(names: readonly string[]): readonly Rebuild[] {
    return names.map((name) => this.noted(name));
  }

  /** One customer's documents, where they are read. @throws {NotFound} @throws {NotByCustomer} @throws {NotHere} */
  async customer(name: string, customerId: string): Promise<Rebuild> {
    const compared = await this.projector.rebuildCustomer(name, customerId);
    return { name, state: 'done', share: 1, facts: 0, secondsLeft: 0, compared };
  }

  /** @throws {NotFound} where it is not being rebuilt */
  async cancel(name: string): Promise<object> {
    if (await this.projector.cancel(name)) return { name, state: 'cancelled' };
    throw new NotFound('rebuild', name, 'It is not being rebuilt.');
  }

  /** @throws {NotFound} where nothing was kept */
  async switchBack(name: string): Promise<object> {
    if (await this.projector.switchBack(name)) return { name, state: 'switched back' };
    throw new NotFound('kept_build', name, NOT_KEPT);
  }

  /** @throws {NotFound} where nothing was kept */
  async drop(name: string): Promise<object> {
    if (await this.projector.drop(name)) return { name, state: 'dropped' };
    throw new NotFound('kept_build', name, NOT_KEPT);
  }

  retry(): Promise<readonly string[]> {
    return this.projector.retry();
  }

  status(): Promise<readonly Standing[]> {
    return standingOf(this.engine);
  }

  private noted(name: string): Rebuild {
    return this.known.get(name) ?? { name, state: 'running', share: 0, facts: 0, secondsLeft: null };
  }

  private get projector(): Projecting {
    if (this.engine.projector === undefined)
      throw new NotHere('This process folds no projections; ask the one that does.');
    return this.engine.projector;
  }
}
