import { statSync } from 'node:fs';
import { StoreRefused } from '#kernel/ports/event-store.js';

/**
 * Files that a process has open, as its folder names them: where another one was moved to a name, or it was removed, what is written goes
 * to a file that nobody will open again.
 */
export class SameFiles {
  private readonly known = new Map<string, string>();

  constructor(private readonly paths: readonly string[]) {
    for (const path of paths) this.isSame(path);
  }

  /** @throws {StoreRefused} where a name stands for another file by now, or for none */
  check(): void {
    for (const path of this.paths) if (!this.isSame(path)) throw replaced(path);
  }

  /** One that was not there yet is known from when it is. */
  private isSame(path: string): boolean {
    const stat = statSync(path, { throwIfNoEntry: false });
    const known = this.known.get(path);
    if (stat === undefined) return known === undefined;
    const now = `${stat.dev}:${stat.ino}`;
    if (known === undefined) this.known.set(path, now);
    return known === undefined || known === now;
  }
}

const replaced = (path: string): StoreRefused =>
  new StoreRefused(
    `${path} is not the file any more that this process has open: another one was put in its place, or it was removed. Nothing is read or ` +
      'answered as done any more. Stop this process, see that the right log is there, and begin it anew.',
  );
