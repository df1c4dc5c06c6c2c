import { setTimeout as delay } from 'node:timers/promises';
import { Program, type Ended, type Running } from './program.js';

const LOOK_MS = 10;
const START_MS = 120_000;
const FOLD_MS = 60_000;

interface Standing {
  readonly name: string;
  readonly position: number;
  readonly head: number;
}

/** `patron serve` on one folder, killed and started again. The token of its first start stays. */
export class Server {
  url = '';
  private token = '';
  private program: Program | undefined;

  /** @param port  Where it listens; 0 takes a free one at each start. */
  constructor(
    readonly data: string,
    readonly port = 0,
  ) {}

  /** False where it was killed before it listened. */
  async start(running: Running = {}): Promise<boolean> {
    const program = new Program(['serve', '--port', String(this.port)], this.data, running);
    this.program = program;
    const until = Date.now() + START_MS;
    const url = /listens on (http:\S+)/;
    while (!(url.test(program.out) && /token/i.test(program.out))) {
      if (program.hasEnded) return this.neverListened(await program.ended);
      if (Date.now() > until) {
        const { out, err } = await program.end('SIGKILL');
        throw new Error(`patron serve neither listened nor ended: ${err}${out}`);
      }
      await delay(LOOK_MS);
    }
    this.url = url.exec(program.out)?.[1] ?? '';
    this.token = /pat_\S+/.exec(program.out)?.[0] ?? this.token;
    return true;
  }

  get ended(): Promise<Ended> {
    return this.running.ended;
  }

  get hasEnded(): boolean {
    return this.running.hasEnded;
  }

  end(signal: NodeJS.Signals): Promise<Ended> {
    return this.running.end(signal);
  }

  /** A server that had its first token before a crash has no way of telling it again; an operator makes one. */
  take(token: string): void {
    this.token = token;
  }

  get hasToken(): boolean {
    return this.token !== '';
  }

  /** The header by which it knows its callers. */
  get authorization(): string {
    return `Bearer ${this.token}`;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, headers: { authorization: this.authorization, ...init.headers } });
  }

  send(command: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return this.fetch(`/v1/commands/${command}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** @throws where a projection stands still */
  async caughtUp(): Promise<void> {
    const until = Date.now() + FOLD_MS;
    for (;;) {
      const response = await this.fetch('/v1/projections');
      const { items } = (await response.json()) as { readonly items: readonly Standing[] };
      const behind = items.filter(({ position, head }) => position < head);
      if (behind.length === 0) return;
      if (Date.now() > until) throw new Error(`These did not resume: ${JSON.stringify(behind)}`);
      await delay(50);
    }
  }

  private neverListened({ code, signal, err, out }: Ended): false {
    if (signal === 'SIGKILL' || code === 137) return false;
    throw new Error(`patron serve ended with ${signal ?? code}: ${err}${out}`);
  }

  private get running(): Program {
    if (this.program === undefined) throw new Error('The server was never started.');
    return this.program;
  }
}
