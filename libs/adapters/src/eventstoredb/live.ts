import { streamNameFilter, type AllStreamSubscription, type EventStoreDBClient } from '@eventstore/db-client';
import type { Position as Place } from '@eventstore/db-client';
import type { Position, Recorded } from '#kernel/fact.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import type { Continuity } from './continuity.js';
import { positionOf } from './conversion.js';
import { isOutage } from './outages.js';
import { Recent } from './recent.js';
import type { ServerLog } from './server-log.js';

export const BEAT_MS = 10_000;
/** Until it is compared again, where the head could not be read. */
const SOON_MS = 1_000;
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const SILENT =
  "New facts cannot be heard of: EventStoreDB's log grew, and its subscription stays silent though it was begun anew.";

/**
 * New facts for all followers of a store, by one subscription that goes on from the last position after every interruption.
 * They are kept in a bounded buffer, from which each follower pulls at its own pace; who falls out of it reads the log. So a slow
 * reader never makes the server drop the subscription, and followers do not cost one of a connection's 100 streams each.
 */
export class Live {
  /** Rises whenever there may be more. */
  seen = 0;
  private recent: Recent | undefined;
  /** The last event taken; the next subscription begins behind it. */
  private place: Place | undefined;
  private subscription: AllStreamSubscription | undefined;
  private pauseMs = SHORTEST_PAUSE_MS;
  private again: NodeJS.Timeout | undefined;
  private beat: NodeJS.Timeout | undefined;
  /** The head at the last beat, where it had not come in yet; 0 where it had. */
  private missed: Position = 0;
  /** The last event taken by then. */
  private before: Place | undefined;
  /** Beats in a row that found the subscription silent. */
  private silences = 0;
  private trouble: StoreUnavailable | undefined;
  private readonly sleepers = new Set<() => void>();
  private state: 'idle' | 'at work' | 'closed' = 'idle';

  constructor(
    private readonly client: EventStoreDBClient,
    private readonly log: ServerLog,
    private readonly continuity: Continuity,
    private readonly beatMs = BEAT_MS,
  ) {}

  begin(): void {
    if (this.state !== 'idle') return;
    this.state = 'at work';
    void this.subscribe();
    this.compareIn(this.beatMs);
  }

  /** The facts behind a position as far as they have come in; undefined where the log must be read for them. */
  behind(position: Position): readonly Recorded[] | undefined {
    return this.recent?.behind(position);
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
    clearTimeout(this.beat);
    this.leave();
    this.wake();
  }

  private async subscribe(): Promise<void> {
    this.leave();
    try {
      this.place ??= await this.log.end();
      this.recent ??= new Recent(positionOf(this.place.commit));
    } catch {
      return this.later();
    }
    if (this.state === 'closed' || this.subscription !== undefined) return;
    const filter = streamNameFilter({ prefixes: [this.log.prefix] });
    const subscription = this.client.subscribeToAll({ fromPosition: this.place, filter, requiresLeader: true });
    this.subscription = subscription;
    // whoever read before it was confirmed looks once more: something may have come in between
    subscription.on('confirmation', () => {
      this.pauseMs = SHORTEST_PAUSE_MS;
      if (this.silences < 2) this.trouble = undefined;
      this.wake();
    });
    subscription.on('data', ({ event }) => {
      if (event === undefined || this.subscription !== subscription) return;
      this.place = event.position;
      const fact = this.log.factIn(event);
      if (fact !== undefined) this.recent?.push(fact);
      if (this.silences > 0) [this.silences, this.trouble] = [0, undefined];
      this.wake();
    });
    // there is no `end` after an error, and none where a server vanishes: it is dead and another one begins
    subscription.on('error', (error) => this.subscribeAgain(subscription, error));
    subscription.on('end', () => this.subscribeAgain(subscription));
  }

  private subscribeAgain(dead: AllStreamSubscription, error?: unknown): void {
    if (this.subscription !== dead || this.state === 'closed') return;
    this.continuity.interrupted();
    this.leave();
    // the place itself may be what the server does not take: the log is read up to a new one
    if (error !== undefined && !isOutage(error)) [this.place, this.recent] = [undefined, undefined];
    this.later();
  }

  private later(): void {
    if (this.state === 'closed') return;
    clearTimeout(this.again);
    const jitter = 0.5 + Math.random();
    this.again = setTimeout(() => void this.subscribe(), this.pauseMs * jitter).unref();
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

  private compareIn(ms: number): void {
    if (this.state !== 'closed') this.beat = setTimeout(() => void this.compare(), ms).unref();
  }

  /**
   * The head of one beat is not here at the next, nor anything since, and a subscription has fallen silent: another one goes on
   * where it stood. Where that one is silent, too, followers are told, and read the log at each of their tries.
   */
  private async compare(): Promise<void> {
    try {
      await this.continuity.check();
      const head = await this.log.head();
      const newest = this.recent?.newest ?? head;
      this.silences = this.missed > newest && this.place === this.before ? this.silences + 1 : 0;
      this.trouble = this.silences > 1 ? new StoreUnavailable(SILENT) : undefined;
      if (this.silences > 0) await this.subscribe();
      if (this.silences > 1) this.stir();
      [this.missed, this.before] = [head > newest ? head : 0, this.place];
      this.compareIn(this.beatMs);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.trouble = new StoreUnavailable(`New facts cannot be heard of: ${why}`);
      this.stir();
      this.compareIn(Math.min(this.beatMs, SOON_MS));
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
