import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { OpenPartitions, Partition, Shared, Task } from '#engine/partition.js';
import { errorOf, type Refused } from './refusals.js';

/** What the thread is told to do, one after the other. */
export type PartitionOrder =
  | { readonly what: 'fold'; readonly task: Task }
  | { readonly what: 'index'; readonly name: string }
  | { readonly what: 'giveUp' | 'end' };

/** What it answers: facts as it goes on, then that it has done what it was told. */
export type PartitionReport = { readonly facts: number } | { readonly done: true } | { readonly refused: Refused };

/** What one lives in; documents of a portion are made in the young generation, which is kept small enough for all of them. */
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 48 };

/** A partition in a thread beside this one, with connections of its own. */
class PartitionThread implements Partition {
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private waiting: { resolve(): void; reject(error: Error): void; tell(facts: number): void } | undefined;
  private gone: Error | undefined;

  constructor(file: string, workerData: unknown) {
    this.worker = new Worker(file, { workerData, resourceLimits });
    this.worker.on('message', (report: PartitionReport) => this.take(report));
    this.worker.on('error', (error) => (this.gone = error));
    this.exited = new Promise((resolve) => {
      this.worker.on('exit', () => {
        this.gone ??= new Error('A thread that folds a partition of the customers ended.');
        this.waiting?.reject(this.gone);
        resolve();
      });
    });
  }

  fold(task: Task, tell: (facts: number) => void): Promise<void> {
    return this.ask({ what: 'fold', task }, tell);
  }

  index(name: string): Promise<void> {
    return this.ask({ what: 'index', name });
  }

  /** It is never ended by force in the midst of its work: the driver would take the whole process with it. */
  async end(): Promise<void> {
    if (this.gone === undefined) this.worker.postMessage({ what: 'end' } satisfies PartitionOrder);
    await this.exited;
  }

  private ask(order: PartitionOrder, tell: (facts: number) => void = () => undefined): Promise<void> {
    if (this.gone !== undefined) return Promise.reject(this.gone);
    return new Promise<void>((resolve, reject) => {
      this.waiting = { resolve, reject, tell };
      this.worker.postMessage(order);
    });
  }

  private take(report: PartitionReport): void {
    const { waiting } = this;
    if (waiting === undefined) return;
    if ('facts' in report) {
      try {
        waiting.tell(report.facts);
      } catch (error) {
        this.waiting = undefined;
        waiting.reject(error as Error);
        this.worker.postMessage({ what: 'giveUp' } satisfies PartitionOrder);
      }
      return;
    }
    this.waiting = undefined;
    if ('done' in report) waiting.resolve();
    else waiting.reject(errorOf(report.refused));
  }
}

const shipped = fileURLToPath(new URL('./partition-worker.js', import.meta.url));

/** Opens partitions in threads; undefined where the program runs from its sources, as a thread needs the compiled file. */
export function partitionThreads(data: object, file = shipped): OpenPartitions | undefined {
  if (!existsSync(file)) return undefined;
  return (count, shared: Shared) =>
    Promise.resolve(Array.from({ length: count }, () => new PartitionThread(file, { ...data, shared })));
}
