/** Whoever waits for something to be written. */
export class Waiters {
  private readonly waiting = new Set<() => void>();

  get any(): boolean {
    return this.waiting.size > 0;
  }

  /** Resolves at the next `wake`, or after `timeoutMs`. */
  next(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === Infinity ? undefined : setTimeout(() => done(), Math.ceil(timeoutMs));
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
    });
  }

  /** Resolves when something is so, as far as wakes show, or after `timeoutMs`; `ask` is called before every wait. */
  async until(isSo: () => boolean, timeoutMs: number, ask: () => void): Promise<void> {
    const end = performance.now() + timeoutMs;
    for (let left = timeoutMs; left > 0 && !isSo(); left = end - performance.now()) {
      const woken = this.next(left);
      ask();
      await woken;
    }
  }

  wake(): void {
    for (const done of [...this.waiting]) done();
  }
}
