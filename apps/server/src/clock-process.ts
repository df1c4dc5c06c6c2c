import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from '#engine/engine.js';

/** A tick that waits for a projector in another process is not waited for longer than this when the server stops. */
const STOP_MS = 2_000;

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
    this.timer = setInterval(() => this.begin(), this.everyMinutes * 60_000);
    this.timer.unref();
    return this;
  }

  tick(): Promise<void> {
    return this.engine.timekeeper.advanceTo(this.engine.now());
  }

  /** A tick in the background. */
  begin(): void {
    this.running = this.tick().catch((error: unknown) =>
      this.tell(error instanceof Error ? String(error.stack) : String(error)),
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.race([this.running, delay(STOP_MS, undefined, { ref: false })]);
  }
}
