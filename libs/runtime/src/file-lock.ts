import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { StoreUnavailable } from '#kernel/ports/event-store.js';

const STALE_MS = 10_000;
const TRIES = 200;
const PAUSE_MS = 10;

/** Runs a short task that no other process may run at the same time. @throws {StoreUnavailable} when the lock stays taken */
export function locked<T>(path: string, task: () => T): T {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      closeSync(openSync(path, 'wx', 0o600));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const taken = statSync(path, { throwIfNoEntry: false });
      if (taken !== undefined && Date.now() - taken.mtimeMs > STALE_MS) rmSync(path, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
      continue;
    }
    try {
      return task();
    } finally {
      rmSync(path, { force: true });
    }
  }
  throw new StoreUnavailable(`${path} stays taken by another process; remove it if there is none.`);
}
