import type { Engine } from '#engine/engine.js';

/** Moves business time on every so many minutes; a tick that fails is said and tried again at the next. */
export class ClockProcess {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly engine: Engine,
    private readonly everyMinutes: number,
    private readonly tell: (error: string) => void,
  ) {}

  start(): this {
    this.timer = setInterval(() => {
      this.running = this.tick().catch((error: unknown) =>
        this.tell(error instanceof Error ? String(error.stack) : String(error)),
      );
    }, this.everyMinutes * 60_000);
    this.timer.unref();
    return this;
  }

  tick(): Promise<void> {
    return this.engine.timekeeper.advanceTo(this.engine.now());
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
