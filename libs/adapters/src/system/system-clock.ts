import { Clock } from '#kernel/ports/clock.js';
import { instantOf, type Instant } from '#kernel/time.js';

/** The clock of this machine. */
export class SystemClock extends Clock {
  override now(): Instant {
    return instantOf(Date.now());
  }
}
