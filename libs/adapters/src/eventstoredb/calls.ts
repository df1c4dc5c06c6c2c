import { StoreUnavailable } from '#kernel/ports/event-store.js';

/** A connection has 100 streams of HTTP/2; beyond them a read would hang without a word. */
const AT_ONCE = 40;
/** A server under load answers in less; a frozen one is given up long before its connection is, after some 20 s. */
export const CALL_MS = 15_000;
const PROBE_MS = 1_000;
/** A closed port refuses within milliseconds; an outage that was waited for is a server that is there and does not answer. */
const SILENT_MS = 2_000;

/** Reads in turn: never too many at once, never for ever, and none while the server is known not to answer. */
export class Calls {
  private underWay = 0;
  private readonly queue: (() => void)[] = [];
  private silent: StoreUnavailable | undefined;
  private probing: NodeJS.Timeout | undefined;
  private closed = false;

  /**
   * @param probe  Resolves when the server answers; asked after a call was not answered in time.
   * @param interrupted  Told of each call that was not answered.
   */
  constructor(
    private readonly probe: (signal: AbortSignal) => Promise<unknown>,
    private readonly interrupted: () => void = () => undefined,
  ) {}

  /** @throws {StoreUnavailable} at once while the server does not answer, else after 15 s at most, the turn included */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.check();
    const began = performance.now();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), CALL_MS);
    try {
      await this.turn(late.signal);
      try {
        return await orLate(work(late.signal), late.signal);
      } finally {
        this.underWay -= 1;
        this.queue.shift()?.();
      }
    } catch (error) {
      this.failed(error, performance.now() - began);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws {StoreUnavailable} while the server is known not to answer */
  check(): void {
    if (this.silent !== undefined) throw this.silent;
  }

  /** Told of every call that failed, and how long it was waited for. */
  failed(error: unknown, waitedMs: number): void {
    if (!(error instanceof StoreUnavailable)) return;
    this.interrupted();
    if (waitedMs > SILENT_MS) this.fellSilent();
  }

  /** A call was not answered in time: others fail at once until a probe is answered. */
  fellSilent(): void {
    if (this.closed) return;
    this.silent ??= new StoreUnavailable('EventStoreDB is connected and does not answer; it is asked every second.');
    this.probing ??= setTimeout(() => void this.ask(), PROBE_MS).unref();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.probing);
  }

  private async ask(): Promise<void> {
    const late = AbortSignal.timeout(CALL_MS);
    const answered = await orLate(this.probe(late), late).then(
      () => true,
      () => false,
    );
    this.probing = undefined;
    if (answered) this.silent = undefined;
    else this.fellSilent();
  }

  private async turn(late: AbortSignal): Promise<void> {
    if (this.underWay >= AT_ONCE) {
      let begin = (): void => undefined;
      const turn = new Promise<void>((resolve) => this.queue.push((begin = resolve)));
      try {
        await orLate(turn, late);
      } catch (error) {
        const at = this.queue.indexOf(begin);
        if (at >= 0) this.queue.splice(at, 1);
        else this.queue.shift()?.(); // its turn came with its end: it is the next one's
        throw error;
      }
    }
    this.underWay += 1;
  }
}

function orLate<T>(work: Promise<T>, late: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (): void => reject(new StoreUnavailable(`EventStoreDB did not answer within ${CALL_MS / 1_000} s.`));
    late.addEventListener('abort', end, { once: true });
    work.then(resolve, reject).finally(() => late.removeEventListener('abort', end));
  });
}
