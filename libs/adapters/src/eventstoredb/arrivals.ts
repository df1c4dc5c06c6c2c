import type { Position as Place } from '@eventstore/db-client';
import type { Recorded } from '#kernel/fact.js';
import type { Flow } from './pages.js';

/** What waits for its reader at most, in facts and in bytes of the server's log; then the server is held back. */
const MOST_WAITING = 2_048;
const MOST_WAITING_BYTES = 4n * 1_048_576n;

/** So long one call lasts, well below what a call may take: then another one goes on. */
const LASTS_MS = 5_000;
/** Only so many calls are open at once: a reader that is not back in so long leaves its own to others, and begins another one later. */
const HELD_MS = 200;

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
  private last: Place;
  /** Up to where its reader took it. */
  private read: Place;
  private flow: Flow | undefined;
  private ended: { readonly error?: unknown } | undefined;
  private wake: (() => void) | undefined;
  private handing: NodeJS.Immediate | undefined;
  private lasting: NodeJS.Timeout | undefined;
  private held: NodeJS.Timeout | undefined;
  private late = false;

  /** @param from  Up to where the log was read. */
  constructor(private readonly from: Place) {
    this.last = from;
    this.read = from;
  }

  begin(flow: Flow): void {
    this.flow = flow;
    this.lasting = setTimeout(() => this.leave(), LASTS_MS);
  }

  /** @param fact  Undefined where what stands there is none of ours. */
  push(fact: Recorded | undefined, last: Place): void {
    this.last = last;
    if (fact !== undefined) this.facts.push(fact);
    if (this.facts.length >= MOST_WAITING || last.commit - this.read.commit > MOST_WAITING_BYTES) this.hold();
    if (this.late) this.flow?.leave();
    // what comes in one turn of the event loop is handed over together
    this.handing ??= setImmediate(() => {
      this.handing = undefined;
      this.wake?.();
    });
  }

  /** How far the log was looked through where others wrote for long: a next call need not begin before that. */
  passed(place: Place): void {
    if (place.commit > this.last.commit) this.push(undefined, place);
  }

  end(error?: unknown): void {
    clearTimeout(this.lasting);
    clearTimeout(this.held);
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
        this.letGo();
        yield { facts, last };
      } else if (ended === undefined) await this.more();
      else if ('error' in ended) throw ended.error;
      else return;
    }
  }

  private hold(): void {
    this.flow?.pause();
    this.held ??= setTimeout(() => this.leave(), HELD_MS);
  }

  private letGo(): void {
    if (this.held === undefined) return;
    clearTimeout(this.held);
    this.held = undefined;
    this.flow?.resume();
  }

  /** Where nothing has arrived the server may be silent, and whoever waits for it must hear so. */
  private leave(): void {
    this.late = true;
    if (this.last !== this.from) this.flow?.leave();
  }

  private async more(): Promise<void> {
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }
}
