import { setImmediate } from 'node:timers/promises';

const MOST_MS = 15;

/** Lets others have their turn now and then during work that would keep them waiting, and ends it when nobody wants it. */
export class Turns {
  private since = performance.now();

  constructor(private readonly signal?: AbortSignal) {}

  /** @throws the signal's reason where it aborts */
  async next(): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.since < MOST_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}
