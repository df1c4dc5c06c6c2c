const SHORTEST_MS = 5;
const LONGEST_MS = 100;

/**
 * Lets followers sleep until there is more. In the process that writes they are told right after a commit; in another one
 * they look again, after 5 ms at first and up to 100 ms when nothing comes.
 */
export class Waker {
  private readonly sleepers = new Set<() => void>();

  constructor(private readonly how: 'told' | 'polling') {}

  /** Sleeps until `ready` holds or the signal aborts. */
  async until(ready: () => boolean, signal: AbortSignal): Promise<void> {
    let pauseMs = SHORTEST_MS;
    while (!signal.aborted && !ready()) {
      await this.sleep(signal, this.how === 'polling' ? pauseMs : undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_MS);
    }
  }

  wake(): void {
    for (const wake of this.sleepers) wake();
  }

  private sleep(signal: AbortSignal, forMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = forMs === undefined ? undefined : setTimeout(() => wake(), forMs);
      const wake = (): void => {
        clearTimeout(timer);
        this.sleepers.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.sleepers.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
