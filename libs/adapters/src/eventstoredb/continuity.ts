import type { Position } from '#kernel/fact.js';
import { StoreRefused } from '#kernel/ports/event-store.js';

/** As long as a log that lacks what was there is not looked at again. */
const AGAIN_MS = 1_000;

/** An event of the server's log. */
export interface Known {
  readonly position: Position;
  /** Of the event, not of the fact in it: the same command makes the same fact. */
  readonly eventId: string;
}

/**
 * Whether the server still has what it had. A server that was put back to an older database takes reads and appends as before, and what
 * was answered is gone from it: so after each interruption, before anything else is asked of it, it is asked for the newest event known.
 */
export class Continuity {
  private newest: Known | undefined;
  private interruptions = 0;
  /** Up to which interruption all was found to be there. */
  private assured = 0;
  private looking: Promise<void> | undefined;
  private refused: { readonly error: StoreRefused; readonly until: number } | undefined;

  /** @param eventIdAt  Undefined where no event stands at a position. */
  constructor(private readonly eventIdAt: (position: Position) => Promise<string | undefined>) {}

  /** Where the newest event known stands. */
  get upTo(): Position {
    return this.newest?.position ?? 0;
  }

  /** Told of what the server gave, or said that it took. What comes while it is not known which database that is of does not count. */
  knows(known: Known): void {
    if (known.position > this.upTo && this.assured === this.interruptions) this.newest = known;
  }

  /** Told whenever a call broke off: behind it another database may answer. */
  interrupted(): void {
    this.interruptions += 1;
  }

  /** Undefined where nothing was interrupted since. @throws {StoreRefused} as long as the newest event known is not there */
  check(): Promise<void> | undefined {
    return this.assured === this.interruptions ? undefined : this.look();
  }

  private async look(): Promise<void> {
    while (this.assured !== this.interruptions) {
      await (this.looking ??= this.find().finally(() => (this.looking = undefined)));
    }
  }

  private async find(): Promise<void> {
    const { interruptions, newest, refused } = this;
    if (refused !== undefined && performance.now() < refused.until) throw refused.error;
    if (newest !== undefined && (await this.eventIdAt(newest.position)) !== newest.eventId) {
      const error = gone(newest);
      this.refused = { error, until: performance.now() + AGAIN_MS };
      throw error;
    }
    this.refused = undefined;
    this.assured = interruptions;
  }
}

const gone = ({ position }: Known): StoreRefused =>
  new StoreRefused(
    `EventStoreDB has not the event any more that stood at position ${position}: it was put back to an earlier state. Put back the newer ` +
      'database; until then nothing is read or appended. Where the older one is meant to stay, end this process: the next one says what to do.',
  );
