import { Server } from '../crash/server.js';

/** How long an answer of an outage may take. */
export const LATE_MS = 25_000;

/** What the API was seen to answer while its event store was away. */
export class Outage {
  unavailable = 0;
  slowestMs = 0;
  readonly faults: string[] = [];

  note(status: number, retryAfter: string | null, ms: number): void {
    if (status < 500) return;
    this.unavailable += 1;
    this.slowestMs = Math.max(this.slowestMs, Math.round(ms));
    if (status !== 503) this.faults.push(`answered with ${status}`);
    else if (retryAfter === null) this.faults.push('answered with 503 without Retry-After');
    if (ms > LATE_MS) this.faults.push(`answered after ${Math.round(ms)} ms`);
  }

  /** The API itself is never taken away: whoever cannot talk to it has found a fault. */
  broke(error: unknown): void {
    this.faults.push(`did not answer: ${error instanceof Error ? String(error.cause ?? error) : String(error)}`);
  }
}

/** A Patron whose every answer is looked at. */
export class Watched extends Server {
  outage = new Outage();

  override async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { outage } = this;
    const began = performance.now();
    try {
      const response = await super.fetch(path, init);
      if (!path.startsWith('/health')) {
        outage.note(response.status, response.headers.get('retry-after'), performance.now() - began);
      }
      return response;
    } catch (error) {
      outage.broke(error);
      throw error;
    }
  }

  /** Ms that one command took to be refused. @throws where it was done */
  async refused(commandId: string): Promise<number> {
    const began = performance.now();
    const { status } = await this.send('EarnPoints', {
      ...{ customerId: `probe-${commandId}`, commandId, earningId: commandId, points: 10 },
    });
    if (status !== 503) throw new Error(`${commandId} was answered with ${status} while the event store was away.`);
    return Math.round(performance.now() - began);
  }

  async isReady(): Promise<boolean> {
    return (await this.fetch('/health/ready')).status === 200;
  }
}
