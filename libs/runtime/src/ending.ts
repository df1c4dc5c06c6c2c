/** Tells what runs without an end, such as a feed, that the server is about to stop. */
export class Ending {
  private readonly controller = new AbortController();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  begin(): void {
    this.controller.abort();
  }
}
