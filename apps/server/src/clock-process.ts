import { setTimeout as delay } from 'node:timers/promises';
import { NotYetProjected } from '#engine/errors.js';
import type { Engine } from '#engine/engine.js';

/** A tick that waits for a projector in another process is not waited for longer than this when the server stops. */
const STOP_MS = 2_000;

/** Moves business time on every so many minutes; a tick that fails is said and tried again at the next. */
export class ClockProcess {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly engine: Pick<Engine, 'timekeeper' | 'now'>,
    private readonly everyMinutes: number,
    private readonly tell: (error: string) => void,
  ) {}

  start(): this {
    this.timer = setInterval(() => this.begin(), this.everyMinutes * 60_000);
    this.timer.unref();
    return this;
  }

  /** The first tick, made here; where the read models that it needs take long to be folded it goes on in the background. @throws where it fails */
  async first(): Promise<void> {
    try {
      await this.tick();
    } catch (error) {
      if (!(error instanceof NotYetProjected)) throw error;
      this.waits(error);
      this.begin();
    }
  }

  /** A tick in the background, unless one is under way. */
  begin(): void {
    this.running ??= this.ticked()
      .catch((error: unknown) => this.tell(error instanceof Error ? String(error.stack) : String(error)))
      .finally(() => (this.running = undefined));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.race([this.running, delay(STOP_MS, undefined, { ref: false })]);
  }

  /** Tried until the read models that it needs are there: they may be folded from a long history just now. */
  private async ticked(): Promise<void> {
    while (!this.stopped) {
      try {
        return await this.tick();
      } catch (error) {
        if (!(error instanceof NotYetProjected)) throw error;
        this.waits(error);
      }
    }
  }

  private tick(): Promise<void> {
    return this.engine.timekeeper.advanceTo(this.engine.now());
  }

  private waits({ model, reached, wanted }: NotYetProjected): void {
    this.tell(`Business time waits for ${model}, which is folded up to position ${reached} of ${wanted}.`);
  }
}
