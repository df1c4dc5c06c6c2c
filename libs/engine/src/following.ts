import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '#kernel/fact.js';
import type { Batch, EventStore } from '#kernel/ports/event-store.js';

const RETRY_MS = 1_000;

/** Whose facts are followed. */
export interface Follower {
  /** Where to go on, and which types nobody wants; undefined while nobody wants any. Asked whenever reading begins. */
  from(): { readonly after: Position; readonly skip: readonly string[] } | undefined;
  /** @param isOld  True once reading was begun again: what was read for it is read anew, and must not be taken. */
  take(read: Batch, isOld: () => boolean): Promise<void>;
  /** Goes back to what is written. */
  failed(): Promise<void>;
  /** True while somebody waits: then nothing lingers. */
  isAwaited(): boolean;
}

/** Reads the log as it grows and hands it over; begins again when it is told to, and after an error. */
export class Following {
  /** Why it stands still just now. */
  failure: string | undefined;
  /** Up to where the log was gone through, also in what others wrote. */
  looked: Position = 0;
  private readonly stopping = new AbortController();
  private reading = new AbortController();
  private ended: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;

  /** @param lingerMs  How long it waits for more where there was little. */
  constructor(
    private readonly store: EventStore,
    private readonly follower: Follower,
    private readonly batch: number,
    private readonly lingerMs: number,
  ) {}

  get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Resolves when it is to stop. */
  readonly stopped = new Promise<void>((resolve) => this.stopping.signal.addEventListener('abort', () => resolve()));

  /** Throws once it is to stop. */
  throwIfStopped(): void {
    this.stopping.signal.throwIfAborted();
  }

  start(): void {
    this.ended = this.follow();
  }

  /** Resolves when nothing is handed over any more. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.begin();
    await this.ended;
  }

  /** Asks the follower anew what it wants; what was read before and is not taken yet is read again. */
  begin(): void {
    this.reading.abort();
    this.reading = new AbortController();
    this.hurry();
  }

  /** Ends the present lingering. */
  hurry(): void {
    this.wake();
  }

  private async follow(): Promise<void> {
    const { store, follower, batch } = this;
    while (!this.isStopped) {
      const { signal } = this.reading;
      const from = follower.from();
      this.looked = 0;
      const passing = (place: Position): void => {
        if (!signal.aborted) this.looked = place;
      };
      if (from === undefined) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        continue;
      }
      try {
        for await (const read of store.follow({ ...from, batch, signal, passing })) {
          if (signal.aborted) break;
          await follower.take(read, () => signal.aborted);
          this.failure = undefined;
          if (read.facts.length > 0 && read.facts.length < batch) await this.linger();
        }
      } catch (error) {
        this.failure = error instanceof Error ? error.message : String(error);
        await follower.failed();
        await delay(RETRY_MS);
      }
    }
  }

  private linger(): Promise<void> {
    if (this.follower.isAwaited() || this.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), this.lingerMs);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = () => undefined;
        resolve();
      };
    });
  }
}
