import type { EventStore } from '#kernel/ports/event-store.js';
import type { Customers } from './customers.js';
import { maySucceedSoon } from './errors.js';
import type { ReadSide } from './read-side.js';
import { followUpsPending } from './system.projections.js';

const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** How long the index of what is pending may take to hold what was appended. */
const PATIENCE_MS = 30_000;
const PAGE = 1_000;

export interface SecondHalvesDeps {
  readonly store: EventStore;
  readonly readSide: ReadSide;
  readonly customers: Customers;
}

/** What brings a command for another customer with it and was not seen to be done. Sending it again does it once. */
export class SecondHalves {
  private pauseMs = SHORTEST_PAUSE_MS;
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(private readonly deps: SecondHalvesDeps) {}

  /** @returns  False where one failed that may be done soon, as when the store does not answer; what is refused waits for the next tick. */
  async sendAll(): Promise<boolean> {
    const model = await this.deps.readSide.model(followUpsPending.name);
    let done = true;
    for (let after = ''; !this.closed;) {
      const page = await model.scan(after, PAGE);
      for (const { doc } of page) {
        try {
          await this.deps.customers.follow(String(doc?.['customerId']), Number(doc?.['revision']));
        } catch (error) {
          done &&= !maySucceedSoon(error);
        }
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return done;
      after = last.key;
    }
    return false;
  }

  /** Some were kept back, or may have been: they are sent as soon as the store answers again. */
  keptBack(): void {
    if (this.closed || this.timer !== undefined) return;
    const jitter = 0.5 + Math.random();
    this.timer = setTimeout(() => void (this.sending = this.again()), this.pauseMs * jitter).unref();
    this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.sending;
  }

  private async again(): Promise<void> {
    const done = await this.sent().catch(() => false);
    this.timer = undefined;
    if (done) this.pauseMs = SHORTEST_PAUSE_MS;
    else this.keptBack();
  }

  private async sent(): Promise<boolean> {
    const head = await this.deps.store.head();
    await this.deps.readSide.caughtUp(followUpsPending.name, head, PATIENCE_MS);
    return this.sendAll();
  }
}
