import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Position } from '#kernel/fact.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import type { Pinned, ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import type { Compared, Progress, Projecting, ProjectionStatus } from '#engine/projecting.js';
import { answeringOf, specOf } from '#engine/read-side.js';
import type { Registry } from '#engine/registry.js';
import { settled } from '#engine/settled.js';
import type { PatronConfig } from './config.js';
import { errorOf, type Refused } from './refusals.js';

/** What the thread is told to do. */
export type Order =
  | {
      readonly id: number;
      readonly what: 'caughtUp';
      readonly name: string;
      readonly position: Position;
      readonly timeoutMs: number;
    }
  | { readonly id: number; readonly what: 'rebuild'; readonly names: readonly string[]; readonly keep: boolean }
  | { readonly id: number; readonly what: 'cancel' | 'switchBack' | 'drop'; readonly name: string }
  | { readonly id: number; readonly what: 'rebuildCustomer'; readonly name: string; readonly customerId: string }
  | { readonly id: number; readonly what: 'gathered'; readonly name: string; readonly position: Position }
  | { readonly id: number; readonly what: 'allCaughtUp'; readonly position: Position; readonly timeoutMs: number }
  | { readonly id: number; readonly what: 'retry' | 'reached' | 'status' | 'stop' };

/** What it answers. */
export type Report =
  | { readonly id: number; readonly progress: Parameters<Progress> }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly refused: Refused };

export interface ThreadData {
  readonly config: PatronConfig;
  readonly lingerMs?: number;
}

type Asked = Order extends infer One ? (One extends Order ? Omit<One, 'id'> : never) : never;

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly progress?: Progress | undefined;
}

const AGAIN_MS = 1_000;
/** It lives in 60 to 200 MB; without a limit V8 would let ten times that lie about on a machine that has it. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 };
/** A batch that is being folded is written first; what is not is folded again. */
const STOP_MS = 30_000;

const file = fileURLToPath(new URL('./projector-worker.js', import.meta.url));

/** False where the program runs from its sources, as tests do: a thread needs the compiled file. */
export const canThread = (): boolean => existsSync(file);

/**
 * The projector in a thread beside this one, with connections of its own: what folding costs, commands do not wait for.
 * It reads the log and writes the read models; this thread reads them.
 */
export class ProjectorThread implements Projecting {
  private readonly waiting = new Map<number, Waiting>();
  private orders = 0;
  private worker: Worker;
  /** Why there is no thread just now. */
  private gone: Error | undefined;
  private stopped = false;

  private constructor(
    private readonly data: ThreadData,
    private readonly registry: Registry,
    private readonly readModels: ReadModels,
  ) {
    this.worker = this.begun();
  }

  /** @throws {StoreUnavailable} saying what keeps it from beginning, such as a read model that cannot be opened */
  static async open(data: ThreadData, registry: Registry, readModels: ReadModels): Promise<ProjectorThread> {
    const thread = new ProjectorThread(data, registry, readModels);
    try {
      await thread.status();
      return thread;
    } catch (error) {
      await thread.stop();
      throw error;
    }
  }

  start(): void {
    // it follows from its beginning
  }

  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    const late = delay(STOP_MS, true, { ref: false });
    // never by force in the middle of its work: the driver would take the whole process with it
    if ((await settled(Promise.race([this.ask({ what: 'stop' }), late]))) === true) this.worker.unref();
    else await this.worker.terminate();
  }

  model(name: string): Promise<ReadModel> {
    return this.readModels.open(specOf(this.registry, name));
  }

  answering(name: string): Promise<ReadModel> {
    return answeringOf(this.readModels, specOf(this.registry, name));
  }

  async pin(name: string, edition: string): Promise<Pinned | undefined> {
    return this.readModels.pin(specOf(this.registry, name), edition);
  }

  async caughtUp(name: string, position: Position, timeoutMs = Infinity): Promise<void> {
    specOf(this.registry, name);
    const model = await this.model(name);
    if ((await model.checkpoint()).position >= position) return;
    await this.ask({ what: 'caughtUp', name, position, timeoutMs });
  }

  gathered(name: string, position: Position): Promise<unknown> {
    return this.ask({ what: 'gathered', name, position });
  }

  allCaughtUp(position: Position, timeoutMs = Infinity): Promise<void> {
    return this.ask({ what: 'allCaughtUp', position, timeoutMs });
  }

  reached(): Promise<Position> {
    return this.ask({ what: 'reached' });
  }

  status(): Promise<readonly ProjectionStatus[]> {
    return this.ask({ what: 'status' });
  }

  async rebuild(names: string | readonly string[], progress?: Progress, keep = false): Promise<readonly Compared[]> {
    const asked = [names].flat();
    for (const name of asked) specOf(this.registry, name);
    return this.ask({ what: 'rebuild', names: asked, keep }, progress);
  }

  async rebuildCustomer(name: string, customerId: string): Promise<Compared> {
    specOf(this.registry, name);
    return this.ask({ what: 'rebuildCustomer', name, customerId });
  }

  cancel(name: string): Promise<boolean> {
    return this.asked('cancel', name);
  }

  switchBack(name: string): Promise<boolean> {
    return this.asked('switchBack', name);
  }

  drop(name: string): Promise<boolean> {
    return this.asked('drop', name);
  }

  retry(): Promise<readonly string[]> {
    return this.ask({ what: 'retry' });
  }

  private async asked(what: 'cancel' | 'switchBack' | 'drop', name: string): Promise<boolean> {
    specOf(this.registry, name);
    return this.ask({ what, name });
  }

  private ask<T>(asked: Asked, progress?: Progress): Promise<T> {
    if (this.gone !== undefined) return Promise.reject(unavailable(this.gone));
    return new Promise<T>((resolve, reject) => {
      const id = (this.orders += 1);
      this.waiting.set(id, { resolve, reject, progress });
      this.worker.postMessage({ ...asked, id });
    });
  }

  private take(report: Report): void {
    const waiting = this.waiting.get(report.id);
    if (waiting === undefined) return;
    if ('progress' in report) return waiting.progress?.(...report.progress);
    this.waiting.delete(report.id);
    if ('result' in report) waiting.resolve(report.result as never);
    else waiting.reject(errorOf(report.refused));
  }

  private begun(): Worker {
    const worker = new Worker(file, { workerData: this.data, resourceLimits });
    let reason: Error | undefined;
    this.gone = undefined;
    worker.on('message', (report: Report) => this.take(report));
    worker.on('error', (error) => (reason = error));
    worker.on('exit', () => this.ended(reason));
    return worker;
  }

  /** What was asked is refused; as what it had written is whole, another one goes on from there. */
  private ended(reason = new Error('it ended')): void {
    this.gone = reason;
    for (const { reject } of this.waiting.values()) reject(unavailable(reason));
    this.waiting.clear();
    if (this.stopped) return;
    setTimeout(() => {
      if (!this.stopped) this.worker = this.begun();
    }, AGAIN_MS).unref();
  }
}

const unavailable = (error: Error): Error =>
  new StoreUnavailable(`The thread that folds projections cannot be asked: ${error.message}`, { cause: error });
