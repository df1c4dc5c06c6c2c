import { bar, duration, percent, type Terminal } from './terminal.js';

const REDRAW_MS = 100;
const PLAIN_MS = 5_000;

/** Shows how far something is: one line drawn over on a terminal, a plain line now and then elsewhere. */
export class ProgressLine {
  private phase = '';
  private since = 0;
  private shownAt = 0;
  private drawn = false;

  constructor(
    private readonly terminal: Terminal,
    private readonly write: (text: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param done  How many `unit` of the whole. */
  show(phase: string, share: number, done: number, unit: string): void {
    const now = this.now();
    if (phase !== this.phase) [this.phase, this.since, this.shownAt] = [phase, now, this.terminal.redraws ? 0 : now];
    if (now - this.shownAt < (this.terminal.redraws ? REDRAW_MS : PLAIN_MS)) return;
    this.shownAt = now;
    const seconds = Math.max(0.001, (now - this.since) / 1000);
    const left = share > 0 ? (seconds / share) * (1 - share) : Infinity;
    const rate = `${Math.round(done / seconds).toLocaleString('en-US')} ${unit}/s`;
    const said = `${percent(share)}, ${done.toLocaleString('en-US')} ${unit}, ${rate}, ${duration(left)} left`;
    if (!this.terminal.redraws) return this.write(`${phase}: ${said}\n`);
    const drawn = `${phase.padEnd(10)} ${this.terminal.paintError('cyan', bar(share, 24))} ${said}`;
    this.write(`\r\u001b[2K${drawn}`);
    this.drawn = true;
  }

  /** Leaves the screen as it was. */
  clear(): void {
    if (this.drawn) this.write('\r\u001b[2K');
    this.drawn = false;
  }
}
