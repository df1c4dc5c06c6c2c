import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Position, Recorded } from '#kernel/fact.js';
import { StoreRefused, StoreUnavailable, type Batch } from '#kernel/ports/event-store.js';
import { CopyRefused, HistoryCopy, notFollowing } from '#kernel/ports/history-copy.js';
import { msOf } from '#kernel/time.js';
import { makeFolder } from './durable-files.js';
import {
  checkLog,
  createLog,
  descriptionOf,
  guarded,
  logPath,
  noted,
  openLog,
  saidOf,
  type Standing,
} from './log-file.js';
import { LogReader } from './log-reader.js';
import { LogRows, rowOf } from './log-rows.js';
import { transact, type Database } from './sqlite.js';
import { WriterLock } from './writer-lock.js';

const BATCH = 1_000;
/** Facts written in one transaction: whoever shares the event loop waits no longer than for these. */
const TRANSACTION = 1_000;
const REACHED = 'source_position';

export interface EmbeddedHistoryCopyOptions {
  /** Holds `log.db`; made where it is not there. */
  readonly folder: string;
  /** Of the history that is copied. */
  readonly storeId: string;
  /** `copying` is refused to everybody until it is complete; a `mirror` can be read all the while, and is never written to. */
  readonly standing: Standing;
}

/** A copy in a log of its own, by the one process that has the folder's lock. */
export class EmbeddedHistoryCopy extends HistoryCopy {
  private readonly reader: LogReader;
  private readonly rows: LogRows;
  private marked: boolean;

  private constructor(
    readonly storeId: string,
    private readonly path: string,
    private readonly db: Database,
    private readonly lock: WriterLock,
    private readonly standing: Standing,
  ) {
    super();
    this.reader = new LogReader(path, db);
    this.rows = new LogRows(db, this.reader.head());
    this.marked = descriptionOf(db).standing === standing;
  }

  /**
   * Begins a copy, or goes on with one.
   *
   * @throws {CopyRefused} where the folder holds another history
   * @throws {StoreRefused} where another process writes, or the log is not ours, is torn or is newer
   */
  static async open({ folder, storeId, standing }: EmbeddedHistoryCopyOptions): Promise<EmbeddedHistoryCopy> {
    const path = logPath(folder);
    makeFolder(folder);
    const lock = await WriterLock.take(folder);
    let db: Database | undefined;
    try {
      createLog(path, { storeId, standing, numbering: randomUUID() });
      checkLog(path);
      db = guarded(path, () => openLog(path));
      mustFit(folder, descriptionOf(db), storeId, standing);
      return new EmbeddedHistoryCopy(storeId, path, db, lock, standing);
    } catch (error) {
      db?.close();
      lock.release();
      throw error;
    }
  }

  /** Where the newest fact stands in the store it was taken from; 0 when there is none. */
  get reached(): Position {
    return Number(saidOf(this.db, REACHED) ?? 0);
  }

  /** The newest fact it holds. */
  get newest(): Recorded | undefined {
    const { last } = this.rows;
    return last === 0 ? undefined : this.reader.chunk(last - 1, last, 1, {}).facts[0];
  }

  override async *taken(): AsyncGenerator<Batch> {
    const end = this.rows.last;
    for (let position = 0; position < end;) {
      const chunk = this.reader.chunk(position, end, BATCH, {});
      ({ position } = chunk);
      yield chunk;
      await turn();
    }
  }

  override async take(facts: readonly Recorded[]): Promise<void> {
    for (let start = 0; start < facts.length; start += TRANSACTION) {
      this.write(facts.slice(start, start + TRANSACTION));
      await turn();
    }
  }

  override complete(): Promise<void> {
    if (this.standing === 'mirror') throw new CopyRefused('A mirror goes on following; it is never complete.');
    this.mark(undefined);
    return Promise.resolve();
  }

  override close(): Promise<void> {
    this.reader.close();
    this.lock.release();
    return Promise.resolve();
  }

  private write(facts: readonly Recorded[]): void {
    const { db, rows } = this;
    if (!db.isOpen) throw new StoreUnavailable('The store is closed.');
    const [last] = facts.slice(-1);
    try {
      transact(db, () => {
        if (!this.marked) noted(db, 'standing', this.standing);
        for (const fact of facts) this.put(fact);
        rows.flush();
        if (last !== undefined) noted(db, REACHED, String(last.position));
      });
      this.marked = true;
    } catch (error) {
      rows.forget();
      if (error instanceof CopyRefused) throw error;
      throw new StoreUnavailable(`${this.path} cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  private put(fact: Recorded): void {
    const head = this.rows.headOf(fact.stream);
    if (fact.revision !== head.count) throw notFollowing(fact, head.count);
    const recorded = msOf(fact.recordedAt);
    if (Number.isNaN(recorded))
      throw new CopyRefused(`${fact.stream}@${fact.revision} does not say when it was taken.`);
    this.rows.put(fact.stream, head, rowOf(fact), recorded);
  }

  private mark(standing: Standing | undefined): void {
    transact(this.db, () => noted(this.db, 'standing', standing));
    this.marked = standing === this.standing;
  }
}

/** A history that is whole may be gone on with: what came since it was copied is taken behind it. */
function mustFit(
  folder: string,
  found: { readonly storeId: string; readonly standing?: Standing },
  storeId: string,
  standing: Standing,
): void {
  if (found.storeId !== storeId) {
    throw new CopyRefused(
      `${folder} holds another history (${found.storeId}, not ${storeId}). Choose a new or empty folder.`,
    );
  }
  if (found.standing === standing || (found.standing === undefined && standing === 'copying')) return;
  const what = found.standing === undefined ? 'a history of its own' : `a ${found.standing} of this history`;
  throw new StoreRefused(`${folder} holds ${what}. Choose a new or empty folder.`);
}
