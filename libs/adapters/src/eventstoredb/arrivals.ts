import type { Position as Place } from '@eventstore/db-client';
import type { Recorded } from '#kernel/fact.js';
import type { Flow } from './pages.js';

/** What waits for its reader at most, in facts and in bytes of the server's log; then the server is held back. */
const MOST_WAITING = 2_048;
const MOST_WAITING_BYTES = 4n * 1_048_576n;

/** A piece of the log. */
export interface Page {
  /** Ours. */
  readonly facts: readonly Recorded[];
  /** Where the next one begins. */
  readonly last: Place;
}

/** Facts as they arrive, until they are read: whoever is slower than the server holds it back, and few wait meanwhile. */
export class Arrivals {
  private facts: Recorded[] = [];
  private read: Place;
  private flow: Flow | undefined;
  private ended: { readonly error?: unknown } | undefined;
  private wake: (() => void) | undefined;
  private handing: NodeJS.Immediate | undefined;

  /** @param last  Up to where the log was read. */
  constructor(private last: Place) {
    this.read = last;
  }

  begin(flow: Flow): void {
    this.flow = flow;
  }

  /** @param fact  Undefined where what stands there is none of ours. */
  push(fact: Recorded | undefined, last: Place): void {
    this.last = last;
    if (fact !== undefined) this.facts.push(fact);
    if (this.facts.length >= MOST_WAITING || last.commit - this.read.commit > MOST_WAITING_BYTES) this.flow?.pause();
    // what comes in one turn of the event loop is handed over together
    this.handing ??= setImmediate(() => {
      this.handing = undefined;
      this.wake?.();
    });
  }

  end(error?: unknown): void {
    this.ended = error === undefined ? {} : { error };
    this.wake?.();
  }

  /** Ends with the stretch, or with what broke it off, behind all that arrived before. */
  async *pages(): AsyncGenerator<Page> {
    for (;;) {
      const { facts, last, ended } = this;
      if (last !== this.read) {
        this.facts = [];
        this.read = last;
        this.flow?.resume();
        yield { facts, last };
      } else if (ended === undefined) await this.more();
      else if ('error' in ended) throw ended.error;
      else return;
    }
  }

  private async more(): Promise<void> {
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }
}
