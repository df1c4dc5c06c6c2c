import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** Tells what runs without an end, such as a feed, that the server is about to stop, and knows when all is answered. */
export class Ending {
  private underWay = 0;
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.controller.abort();
  }

  watch(server: Server): void {
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => {
      this.underWay += 1;
      response.once('close', () => (this.underWay -= 1));
    });
  }

  /** True when no request waits for its answer, or for the end of it. */
  get idle(): boolean {
    return this.underWay === 0;
  }
}
