import { END, streamNameFilter, type AllStreamSubscription, type EventStoreDBClient } from '@eventstore/db-client';
import type { Position } from '#kernel/fact.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { positionOf } from './conversion.js';

const BEAT_MS = 10_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Tells all followers of a store, by one subscription, that there may be more; they read it themselves, each at its own pace. A
 * subscription whose reader is slow is dropped by the server, and each one costs one of a connection's 100 streams: this one
 * hands on nothing and is never slow.
 */
export class Live {
  /** Rises whenever there may be more. */
  seen = 0;
  private newest: Position = 0;
  private subscription: AllStreamSubscription | undefined;
  private pauseMs = SHORTEST_PAUSE_MS;
  private again: NodeJS.Timeout | undefined;
  private beat: NodeJS.Timeout | undefined;
  private behind: Position = 0;
  private trouble: StoreUnavailable | undefined;
  private readonly sleepers = new Set<() => void>();
  private state: 'idle' | 'at work' | 'closed' = 'idle';

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly prefix: string,
    /** Position of the newest fact, as the server says it. */
    private readonly head: () => Promise<Position>,
  ) {}

  begin(): void {
    if (this.state !== 'idle') return;
    this.state = 'at work';
    this.subscribe();
    this.beat = setInterval(() => void this.compare(), BEAT_MS).unref();
  }

  /** Sleeps until there may be more than when `seen` was what it was. @throws {StoreUnavailable} where nothing can be heard */
  async until(seen: number, signal: AbortSignal): Promise<void> {
    while (this.seen === seen && !signal.aborted && this.state !== 'closed') {
      if (this.trouble !== undefined) throw this.trouble;
      await this.sleep(signal);
    }
  }

  wake(): void {
    this.seen += 1;
    this.stir();
  }

  close(): void {
    this.state = 'closed';
    clearTimeout(this.again);
    clearInterval(this.beat);
    this.leave();
    this.wake();
  }

  private subscribe(): void {
    this.leave();
    if (this.state === 'closed') return;
    const filter = streamNameFilter({ prefixes: [this.prefix] });
    const subscription = this.client.subscribeToAll({ fromPosition: END, filter });
    this.subscription = subscription;
    // whoever looked before it was confirmed looks once more: it begins at the end of that moment
    subscription.on('confirmation', () => {
      this.pauseMs = SHORTEST_PAUSE_MS;
      this.trouble = undefined;
      this.wake();
    });
    subscription.on('data', ({ event }) => {
      if (event !== undefined) this.newest = Math.max(this.newest, positionOf(event.position.commit));
      this.wake();
    });
    // there is no `end` after an error, and none where a server vanishes: it is dead and another one begins
    subscription.on('error', () => this.subscribeAgain(subscription));
    subscription.on('end', () => this.subscribeAgain(subscription));
  }

  private subscribeAgain(dead: AllStreamSubscription): void {
    if (this.subscription !== dead || this.state === 'closed') return;
    this.leave();
    const jitter = 0.5 + Math.random();
    this.again = setTimeout(() => this.subscribe(), this.pauseMs * jitter).unref();
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  private leave(): void {
    const { subscription } = this;
    this.subscription = undefined;
    clearTimeout(this.again);
    if (subscription === undefined) return;
    subscription.removeAllListeners('data').on('error', () => undefined);
    subscription.resume();
    subscription.unsubscribe().catch(() => undefined); // it never began
  }

  /** Twice in a row behind the server's head, which is 10 to 20 s, and a subscription has fallen silent. */
  private async compare(): Promise<void> {
    try {
      const head = await this.head();
      const silent = this.behind > this.newest;
      this.behind = head > this.newest ? head : 0;
      if (!silent) return;
      this.newest = head;
      this.subscribe();
      this.wake();
    } catch (error) {
      this.trouble = new StoreUnavailable(
        `New facts cannot be heard of: ${error instanceof Error ? error.message : ''}`,
      );
      this.stir();
    }
  }

  private stir(): void {
    for (const wake of [...this.sleepers]) wake();
  }

  private sleep(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.sleepers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
