import { readdirSync, readlinkSync } from 'node:fs';
import { availableParallelism, setPriority } from 'node:os';

const BEHIND_OTHERS = 5;
/** What V8 begins before any other thread: one that hands out its work, and four that do it. */
const HELPERS = 5;

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

/**
 * Lets the threads that collect garbage beside this one have a core only as far as it leaves them one. On a machine with fewer cores than
 * threads they would take turns with commands otherwise, for as long as a large heap is gone through. Linux only, as above.
 */
export function letHelpersYield(): void {
  if (availableParallelism() > HELPERS) return;
  try {
    const threads = readdirSync('/proc/self/task').map(Number);
    const begunLater = threads.filter((thread) => thread > process.pid).sort((one, other) => one - other);
    for (const thread of begunLater.slice(0, HELPERS)) setPriority(thread, BEHIND_OTHERS);
  } catch {
    // they help all the same
  }
}
