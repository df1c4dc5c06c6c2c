import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../bin/patron.js', import.meta.url));
const { PATRON_SERVER: _, PATRON_TOKEN: __, PATRON_DATA: ___, ...inherited } = process.env;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The built command line and its server, each in a process of its own. */
export class CliWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'patron-cli-'));
  readonly data: string;
  url = '';
  token = '';
  private server: ChildProcess | undefined;
  private readonly env: Readonly<Record<string, string | undefined>>;

  /**
   * @param more    Environment of its processes besides that of this one.
   * @param beside  A world on whose data this one works, too.
   */
  constructor(more: Readonly<Record<string, string>> = {}, beside?: CliWorld) {
    this.env = { ...inherited, ...more };
    this.data = beside?.data ?? join(this.folder, 'data');
    this.token = beside?.token ?? '';
  }

  get pid(): number {
    return this.server?.pid ?? 0;
  }

  /** Starts `patron serve` on a free port and waits until it says where it listens. */
  async serve(more: readonly string[] = []): Promise<void> {
    const server = spawn(process.execPath, [program, 'serve', '--data', this.data, '--port', '0', ...more], {
      cwd: this.folder,
      env: this.env,
    });
    this.server = server;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      server.once('exit', (code) => reject(new Error(`patron serve ended with ${code}: ${said}`)));
      server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
      server.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        this.url = /listens on (http:\S+)/.exec(said)?.[1] ?? '';
        this.token = /pat_\S+/.exec(said)?.[0] ?? this.token;
        if (this.url !== '' && /token/i.test(said)) resolve();
      });
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { server } = this;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill(signal);
    await ended;
  }

  /** Runs one command in the folder. */
  async patron(words: readonly string[], input = '', more: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const env = { ...this.env, ...more };
    const child = spawn(process.execPath, [program, ...words], { cwd: this.folder, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.stdin.end(input);
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  }

  /** Begins one command, which is ended by `kill`. */
  start(words: readonly string[], more: Readonly<Record<string, string>> = {}): { kill(): Promise<void> } {
    const child = spawn(process.execPath, [program, ...words], {
      ...{ cwd: this.folder, env: { ...this.env, ...more }, stdio: 'ignore' },
    });
    const ended = once(child, 'exit');
    return {
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  }

  /** Through the running server. */
  through(words: readonly string[], input = ''): Promise<Ended> {
    return this.patron([...words, '--server', this.url, '--token', this.token], input);
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, headers: { authorization: `Bearer ${this.token}`, ...init.headers } });
  }

  /** Runs a line of the shell with `patron` in it. */
  async shell(line: string): Promise<Ended> {
    const patron = `"${process.execPath}" "${program}"`;
    const child = spawn('bash', ['-o', 'pipefail', '-c', line.replaceAll('patron ', `${patron} `)], {
      cwd: this.folder,
      env: this.env,
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
