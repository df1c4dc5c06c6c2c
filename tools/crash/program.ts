import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KILL_POINT, type KillPoint } from './kill-point.js';

const preload = fileURLToPath(new URL('kill-preload.js', import.meta.url));
const patron = fileURLToPath(new URL('../../../bin/patron.js', import.meta.url));

const { PATRON_SERVER: _, PATRON_TOKEN: __, PATRON_DATA: ___, ...inherited } = process.env;

export const straceAt = ['/usr/bin/strace', '/bin/strace', '/usr/local/bin/strace'].find((path) => existsSync(path));

/** How long a server may take to end when it is asked to. */
const PATIENCE_MS = 60_000;

export interface Running {
  /** Where it ends itself; nowhere by default. */
  readonly killPoint?: KillPoint;
  /** Arguments for strace, which then starts it. */
  readonly strace?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended, and what it had said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** One run of the built `patron`, in a process of its own. */
export class Program {
  out = '';
  err = '';
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private over = false;

  constructor(
    words: readonly string[],
    private readonly data: string,
    { killPoint, strace, env }: Running = {},
  ) {
    const node = [...(killPoint === undefined ? [] : ['--import', preload]), patron, ...words, '--data', data];
    const [program, ...args] =
      strace === undefined ? [process.execPath, ...node] : [straceAt ?? 'strace', ...strace, process.execPath, ...node];
    this.child = spawn(program ?? '', args, {
      cwd: dirname(data),
      env: { ...inherited, ...env, ...(killPoint !== undefined && { [KILL_POINT]: JSON.stringify(killPoint) }) },
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.over = true;
      return { code: code as number | null, signal: signal as NodeJS.Signals | null, out: this.out, err: this.err };
    });
  }

  get hasEnded(): boolean {
    return this.over;
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends it, and waits until it has. Under strace the tracer would leave it running: the writer's own pid is asked for. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    if (!this.over) {
      const traced = this.writerPid();
      if (traced !== undefined) tell(traced, signal);
      else this.child.kill(signal);
      if (signal !== 'SIGKILL') await this.patience();
    }
    return this.ended;
  }

  /** One that does not end by itself is killed: its end then says SIGKILL. */
  private async patience(): Promise<void> {
    const waited = new AbortController();
    const late = delay(PATIENCE_MS, 'late', { signal: waited.signal }).catch(() => 'ended');
    if ((await Promise.race([late, this.ended])) === 'late') this.child.kill('SIGKILL');
    waited.abort();
  }

  private writerPid(): number | undefined {
    const path = join(this.data, 'writer.json');
    if (this.child.spawnfile === process.execPath || !existsSync(path)) return undefined;
    return (JSON.parse(readFileSync(path, 'utf8')) as { readonly pid: number }).pid;
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it was faster
  }
}

/** Runs one command to its end. @throws where its exit code is not 0 */
export async function ran(words: readonly string[], data: string, running: Running = {}): Promise<string> {
  const { code, signal, out, err } = await new Program(words, data, running).ended;
  if (code !== 0) throw new Error(`patron ${words.join(' ')} ended with ${signal ?? code}: ${err}${out}`);
  return out;
}
