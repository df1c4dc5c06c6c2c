import type { ReadModelFile } from './read-model-file.js';

/** Files that somebody reads from still: they are closed when the last one lets go. */
export class Pins {
  private readonly held = new Map<ReadModelFile, number>();
  private readonly retired = new Set<ReadModelFile>();

  /** @returns lets go; calling it twice is fine */
  hold(file: ReadModelFile): () => void {
    this.held.set(file, (this.held.get(file) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.letGo(file);
      isHeld = false;
    };
  }

  /** Closes a file as soon as nobody reads from it. */
  retire(file: ReadModelFile): void {
    if (this.held.has(file)) this.retired.add(file);
    else file.close();
  }

  close(): void {
    for (const file of this.held.keys()) file.close();
    this.held.clear();
  }

  private letGo(file: ReadModelFile): void {
    const left = (this.held.get(file) ?? 1) - 1;
    if (left > 0) return void this.held.set(file, left);
    this.held.delete(file);
    if (this.retired.delete(file)) file.close();
  }
}
