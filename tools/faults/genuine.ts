import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_MS = 120_000;
const LOOK_MS = 50;
const MOST_SAID = 20_000;

/**
 * A genuine EventStoreDB server on a disk database of its own, by whatever command starts one here. It is told by signals to
 * its group, so that a shell around it goes with it.
 */
export class Genuine {
  readonly folder = mkdtempSync(join(tmpdir(), 'patron-faults-'));
  private child: ChildProcess | undefined;
  private said = '';

  /** @param command  Starts it in the foreground; `{port}` and `{db}` stand for a port of 127.0.0.1 and a folder. */
  constructor(
    private readonly command: string,
    readonly port: number,
  ) {}

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** Ends when it answers. @throws where it ends before, or takes two minutes */
  async start(): Promise<void> {
    const command = this.command.replaceAll('{port}', String(this.port)).replaceAll('{db}', join(this.folder, 'db'));
    const child = spawn('/bin/sh', ['-c', `exec ${command}`], { detached: true });
    this.child = child;
    const hear = (chunk: Buffer): void => void (this.said = (this.said + chunk.toString()).slice(-MOST_SAID));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    for (const until = Date.now() + START_MS; ; await delay(LOOK_MS)) {
      if (await this.isLive()) return;
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}: ${this.said}`);
      if (Date.now() > until) throw new Error(`The server does not answer: ${this.said}`);
    }
  }

  tell(signal: 'SIGSTOP' | 'SIGCONT'): void {
    if (this.child?.pid !== undefined) process.kill(-this.child.pid, signal);
  }

  /** Ends when its process has: nothing listens on its port any more. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }

  forget(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async isLive(): Promise<boolean> {
    try {
      const { status } = await fetch(`http://127.0.0.1:${this.port}/health/live`, {
        signal: AbortSignal.timeout(2_000),
      });
      return status === 204;
    } catch {
      return false;
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
