import { setImmediate } from 'node:timers/promises';

/** Lets answers that are streamed make one piece a turn of the event loop, all of them together: however many are read at once, a command waits for one piece. */
export class OneATurn {
  private last: Promise<unknown> = Promise.resolve();

  /** Comes when everybody who asked before has had a turn. */
  next(): Promise<unknown> {
    this.last = this.last.then(() => setImmediate());
    return this.last;
  }
}
