import { Clock } from '#kernel/ports/clock.js';
import { plusMs, toInstant, type Instant } from '#kernel/time.js';

/** A clock that stands still until it is told otherwise. */
export class FixedClock extends Clock {
  constructor(private at: Instant = '2026-01-01T00:00:00.000Z') {
    super();
  }

  override now(): Instant {
    return this.at;
  }

  set(at: Instant): void {
    this.at = toInstant(at);
  }

  advance(byMs: number): void {
    this.at = plusMs(this.at, byMs);
  }
}
