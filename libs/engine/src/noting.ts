import type { FoldedHistory, ReadModels } from '#kernel/ports/read-models.js';
import type { Position } from '#kernel/fact.js';

/** A process that is killed leaves facts of so long unnoted: a log put back to where it was then is not known to be another one. */
const NOTE_MS = 1_000;

/** Notes beside the read models how far the log goes, so that the next process knows a log that was put back. */
export class Noting {
  private position: Position = 0;
  private timer: NodeJS.Timeout | undefined;
  private noting: Promise<void> | undefined;

  constructor(
    private readonly readModels: ReadModels,
    private readonly history: FoldedHistory,
    signal: AbortSignal,
  ) {
    signal.addEventListener('abort', () => clearInterval(this.timer));
  }

  /** A disk that is full keeps nobody from being served. */
  async begin(): Promise<void> {
    await this.noted();
    this.timer = setInterval(() => void this.noted(), NOTE_MS).unref();
  }

  /** Notes what came meanwhile. A store that does not answer is not waited for longer than its calls take. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.noting;
    await this.noted();
  }

  /** What cannot be noted now is noted by the next one, or told by the ends alone. */
  private noted(): Promise<void> {
    return (this.noting ??= this.note()
      .catch(() => undefined)
      .finally(() => (this.noting = undefined)));
  }

  private async note(): Promise<void> {
    const position = await this.history.head();
    if (position === this.position) return;
    const mark = await this.history.markAt(position);
    if (mark === undefined) return;
    await this.readModels.note({ position, mark });
    this.position = position;
  }
}
