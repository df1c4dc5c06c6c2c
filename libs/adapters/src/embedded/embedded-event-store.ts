import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '#kernel/ports/clock.js';
import {
  EventStore,
  MirrorOnly,
  StoreRefused,
  StoreUnavailable,
  type Appended,
  type Batch,
  type Follow,
  type Portion,
  type Portions,
  type ReadAll,
  type ReadStream,
} from '#kernel/ports/event-store.js';
import type { Position, Proposed, Recorded } from '#kernel/fact.js';
import { instantOf } from '#kernel/time.js';
import { makeFolder } from './durable-files.js';
import { checkLog, createLog, descriptionOf, guarded, logPath, openLog } from './log-file.js';
import { LogReader } from './log-reader.js';
import { LogWriter } from './log-writer.js';
import { SameFiles } from './same-files.js';
import { openDatabase, type Database } from './sqlite.js';
import { Waker } from './waker.js';
import { WriterLock } from './writer-lock.js';

const BATCH = 1_000;
const WAIT_MS = 5_000;

export interface EmbeddedEventStoreOptions {
  /** Holds `log.db`; made where it is not there and `mode` is `write`. */
  readonly folder: string;
  /** Says when the store took a fact; this machine's clock by default. */
  readonly clock?: Clock;
  /** One process writes to a folder; any number may read beside it. */
  readonly mode: 'write' | 'read';
}

interface Parts {
  readonly storeId: string;
  readonly numbering: string;
  readonly reader: LogReader;
  readonly waker: Waker;
  readonly files: SameFiles;
  readonly writer?: { readonly log: LogWriter; readonly db: Database; readonly lock: WriterLock };
}

/** One SQLite file in a folder: durable when it answers, without a server. */
export class EmbeddedEventStore extends EventStore {
  readonly storeId: string;
  private closed = false;

  private constructor(private readonly parts: Parts) {
    super();
    this.storeId = parts.storeId;
  }

  /** @throws {StoreRefused} where another process writes, or the file is not ours, is torn or is newer @throws {MirrorOnly} */
  static async open({ folder, clock, mode }: EmbeddedEventStoreOptions): Promise<EmbeddedEventStore> {
    const path = logPath(folder);
    if (mode === 'read') {
      checkLog(path);
      const files = new SameFiles([path]); // a log of its own beside it comes and goes with its writer
      return new EmbeddedEventStore({ ...reading(folder, mode), waker: new Waker('polling'), files });
    }
    makeFolder(folder);
    const lock = await WriterLock.take(folder);
    let db: Database | undefined;
    try {
      createLog(path);
      checkLog(path);
      db = guarded(path, () => openLog(path));
      const read = reading(folder, mode);
      const waker = new Waker('told');
      const now = clock ?? { now: () => instantOf(Date.now()) };
      const files = new SameFiles([path, `${path}-wal`]);
      const log = new LogWriter(db, now, read.reader.head(), () => waker.wake(), files);
      return new EmbeddedEventStore({ ...read, waker, files, writer: { log, db, lock } });
    } catch (error) {
      db?.close();
      lock.release();
      throw error;
    }
  }

  override get numbering(): string {
    return this.parts.numbering;
  }

  override async append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended> {
    this.assertOpen();
    if (facts.length === 0) throw new RangeError('An append needs at least one fact.');
    if (this.parts.writer === undefined) throw new StoreUnavailable('The store was opened for reading only.');
    return this.parts.writer.log.append(stream, expected, facts);
  }

  override async readStream(stream: string, options: ReadStream = {}): Promise<readonly Recorded[]> {
    this.assertOpen();
    const { reader, writer, files } = this.parts;
    const { from = 0, backwards = false } = options;
    if (backwards) {
      files.check();
      return reader.stream(stream, options);
    }
    // Who goes on from what it knows finds nothing most times: the only writer there is knows that without asking the file.
    const count = writer?.log.countOf(stream);
    if (count !== undefined && from >= count) return [];
    files.check();
    return reader.stream(stream, options, count !== undefined);
  }

  override readAll(options: ReadAll = {}): AsyncGenerator<Batch> {
    return this.batches(options, () => {
      this.assertOpen();
      return false;
    });
  }

  private async *batches(options: ReadAll, ended: () => boolean): AsyncGenerator<Batch> {
    const { batch = BATCH, after = 0, upTo = Infinity } = options;
    if (ended()) return;
    this.parts.files.check();
    const end = Math.min(upTo, this.headNow());
    let position = after;
    let handed = after;
    let facts: Recorded[] = [];
    while (position < end) {
      if (ended()) return;
      const chunk = this.parts.reader.chunk(position, end, batch - facts.length, options);
      ({ position } = chunk);
      facts = facts.length === 0 ? [...chunk.facts] : facts.concat(chunk.facts);
      if (facts.length >= batch) {
        handed = position;
        yield { facts, position };
        facts = [];
      }
      await turn(); // an append must not wait for a reader of the whole log
    }
    if (end > handed) yield { facts, position: end };
  }

  override async *follow({ signal, ...options }: Follow): AsyncGenerator<Batch> {
    const { upTo = Infinity } = options;
    const { waker } = this.parts;
    let position = options.after ?? 0;
    const ended = (): boolean => signal.aborted || this.closed;
    const more = (): boolean => Math.min(upTo, this.headNow()) > position;
    while (!ended()) {
      let atHead = false;
      for await (const read of this.batches({ ...options, after: position }, ended)) {
        position = read.position;
        atHead = read.facts.length === 0;
        yield read;
      }
      if (ended()) return;
      if (more()) continue;
      if (!atHead) yield { facts: [], position };
      await waker.until(() => ended() || more(), signal);
    }
  }

  override get portions(): Portions {
    const { reader } = this.parts;
    return {
      count: async () => {
        this.assertOpen();
        return reader.streams();
      },
      next: async (after, facts) => {
        this.assertOpen();
        return reader.portion(after, facts);
      },
      byStream: (portion, options = {}) => this.byStream(reader, portion, options),
    };
  }

  private async *byStream(reader: LogReader, portion: Portion, options: Pick<ReadAll, 'upTo' | 'skip'>) {
    let last: Recorded | undefined;
    do {
      this.assertOpen();
      const facts = reader.behind(portion, last, options);
      last = facts.at(-1);
      if (last !== undefined) yield facts;
      await turn();
    } while (last !== undefined);
  }

  override look(): void {
    this.parts.waker.wake();
  }

  override async head(): Promise<Position> {
    this.assertOpen();
    this.parts.files.check();
    return this.headNow();
  }

  override async markAt(position: Position): Promise<string | undefined> {
    this.assertOpen();
    return this.parts.reader.markAt(position);
  }

  override async close(): Promise<void> {
    if (this.closed) return;
    const { reader, waker, writer } = this.parts;
    writer?.log.drain();
    this.closed = true;
    waker.wake();
    reader.close();
    writer?.db.close();
    writer?.lock.release();
  }

  /** The writer knows without asking the file. */
  private headNow(): Position {
    return this.parts.writer?.log.head ?? this.parts.reader.head();
  }

  private assertOpen(): void {
    if (this.closed) throw new StoreUnavailable('The store is closed.');
  }
}

/** @throws {StoreRefused} for a copy that was not finished @throws {MirrorOnly} for a writer on a mirror */
function reading(folder: string, mode: 'write' | 'read'): Pick<Parts, 'storeId' | 'numbering' | 'reader'> {
  const path = logPath(folder);
  return guarded(path, () => {
    const db = openDatabase(path, { readOnly: true, waitMs: WAIT_MS });
    try {
      const { storeId, numbering = storeId, standing } = descriptionOf(db);
      if (standing === 'copying') {
        throw new StoreRefused(`A copy into ${folder} was not finished: run the same \`patron copy\` again.`);
      }
      if (standing === 'mirror' && mode === 'write') throw new MirrorOnly(folder);
      return { storeId, numbering, reader: new LogReader(path, db) };
    } catch (error) {
      db.close();
      throw error;
    }
  });
}
