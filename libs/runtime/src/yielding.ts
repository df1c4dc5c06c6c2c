import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const BEHIND_OTHERS = 5;

/**
 * Lets this thread have a core only as far as threads of the usual priority leave it one: commands, and whoever waits for their
 * answer, go before folding. Linux keeps priorities by thread; elsewhere, or where it may not be, nothing changes.
 */
export function yieldToOthers(): void {
  try {
    const [, thread] = /\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self')) ?? [];
    if (thread !== undefined && Number(thread) !== process.pid) setPriority(Number(thread), BEHIND_OTHERS);
  } catch {
    // it folds all the same
  }
}
