import { setTimeout as delay } from 'node:timers/promises';
import { TooMuchContention } from './errors.js';

/** How long a command is decided again and again before it is refused; well below what a caller waits for an answer. */
const PATIENCE_MS = 10_000;
/** A pause grows up to 2^5 ms: somebody wins every race, so that pausing longer would only let the others win more. */
const LONGEST_PAUSE = 5;
/** So many commands in a row, while others want the same customer; then those have a moment. */
const IN_A_ROW = 8;
const MOMENT_MS = 20;
/** Whoever was not met for so long is gone. */
const REMEMBERED_MS = 1_000;
const MOST_KNOWN = 10_000;

/** What is known of a customer that other processes change, too. */
interface Contended {
  lostAt: number;
  inARow: number;
}

/**
 * Lets processes that want the same customer take turns. Whoever won a race decides its next command on what it has just
 * appended, while the loser still reads: without moments left to others, one process would go first until it has nothing more to do.
 */
export class Contention {
  private readonly contended = new Map<string, Contended>();

  /** Waited for before a customer's next command: at once but where others want the customer and had no turn for a while. */
  turn(customerId: string): Promise<void> | undefined {
    const known = this.contended.get(customerId);
    if (known === undefined) return undefined;
    if (performance.now() - known.lostAt > REMEMBERED_MS) {
      this.contended.delete(customerId);
      return undefined;
    }
    known.inARow += 1;
    if (known.inARow <= IN_A_ROW) return undefined;
    known.inARow = 0;
    return delay(MOMENT_MS);
  }

  /** Pauses after a lost race. @throws {TooMuchContention} where they have been lost since `since` for too long */
  async lost(customerId: string, tries: number, since: number): Promise<void> {
    const now = performance.now();
    if (this.contended.size >= MOST_KNOWN) this.contended.clear();
    this.contended.set(customerId, { lostAt: now, inARow: 0 });
    if (now - since > PATIENCE_MS) {
      throw new TooMuchContention(
        `Customer ${customerId} was changed by others ${tries + 1} times in ${PATIENCE_MS / 1_000} s; send it again.`,
      );
    }
    await delay(Math.random() * 2 ** Math.min(tries, LONGEST_PAUSE));
  }
}
