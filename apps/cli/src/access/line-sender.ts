import { RemoteRefusal } from './access.js';

type Line = Readonly<Record<string, unknown>>;

interface Waiting {
  readonly line: Line;
  readonly resolve: (answer: Line) => void;
  readonly reject: (error: unknown) => void;
}

const MOST_LINES = 500;

/** Sends commands as NDJSON: what is asked for while a request is under way goes together in the next one. */
export class LineSender {
  private waiting: Waiting[] = [];
  private sending = false;

  constructor(
    private readonly post: (body: string) => Promise<string>,
    private readonly parsed: (text: string) => Line,
  ) {}

  send(line: Line): Promise<Line> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, resolve, reject });
      if (!this.sending) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.sending = true;
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MOST_LINES);
      try {
        await this.exchange(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.sending = false;
  }

  /** Answers come in the order of the lines. */
  private async exchange(batch: readonly Waiting[]): Promise<void> {
    const text = await this.post(batch.map(({ line }) => `${JSON.stringify(line)}\n`).join(''));
    const answers = text.split('\n').filter((answer) => answer !== '');
    for (const [at, { resolve, reject }] of batch.entries()) {
      const answer = answers[at];
      if (answer !== undefined) resolve(this.parsed(answer));
      else reject(new RemoteRefusal('server.unreachable', 'unavailable', 'The server ended before it had answered.'));
    }
  }
}
