import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { declaredIndex, walkOf } from '#kernel/ports/index-order.js';
import { StaleDocument } from '#kernel/ports/read-models.js';
import type {
  Checkpoint,
  DocumentText,
  Json,
  Query,
  ReadModelSpec,
  Stored,
  Timer,
  Write,
} from '#kernel/ports/read-models.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { DocumentRows } from './document-rows.js';
import { orderOf, segmentsOf } from './index-walk.js';
import { isUnsynced } from './running-since.js';
import { openDatabase, scalar, transact, type Database, type Statement } from './sqlite.js';

const APPLICATION_ID = 0x50_54_52_4d; // "PTRM"
const FORMAT = 1;
const WAIT_MS = 5_000;
/** Pages that a connection keeps: there are some thirty files with two connections each, and the system's cache behind them. */
const CACHE_KB = { write: 1_536, read: 512, build: 1_536 } as const;

/** A power cut may lose the newest writes, never their order; the checkpoint in the file says where to go on. */
const FOLLOWED = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 2000';
/** New pages are written once, those that change are held for a process that is killed. */
const UNSYNCED = 'PRAGMA journal_mode = PERSIST; PRAGMA synchronous = OFF';
/** The change to another mode is a commit, which syncs the file, whoever had written to it. */
const SYNCED = 'PRAGMA journal_mode = DELETE';

type Row = [key: string, doc: string | null, position: number, due: Instant | null];

/** The file is no read model of ours, or a torn one; it can be folded again. */
export class BrokenReadModel extends Error {}

/** One build of one read model: a SQLite file of its own, which may be lost and folded again. */
export class ReadModelFile {
  private readonly statements = new Map<string, Statement>();
  /** Fields that some index names; each has a column of its own, `f0`, `f1`, … */
  private readonly fields: readonly string[];
  private readonly db: Database;
  private known: DocumentRows | undefined;
  private hasProgress = false;
  private indexed = false;
  private keyed = false;

  /** @throws {BrokenReadModel} */
  constructor(
    readonly path: string,
    private readonly spec: ReadModelSpec,
    /** A `build` is read by nobody until it is synced. */
    private readonly mode: 'write' | 'read' | 'build',
    waitMs = WAIT_MS,
  ) {
    this.fields = [...new Set(spec.indexes.flatMap((index) => Object.keys(index)))];
    this.db = openDatabase(path, { readOnly: mode === 'read', waitMs });
    try {
      this.db.exec(`PRAGMA cache_size = -${CACHE_KB[mode]}`);
      if (mode !== 'read') this.prepare();
      this.check();
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  get edition(): string {
    return editionOf(this.path);
  }

  checkpoint(): Checkpoint {
    const row = this.statement('SELECT position, clock FROM checkpoint').get() as [number, Instant] | undefined;
    if (row === undefined) return { position: 0, clock: EARLIEST };
    const progress = this.noted();
    return { position: row[0], clock: row[1], ...(progress !== undefined && { progress }) };
  }

  load(keys: readonly string[]): ReadonlyMap<string, Stored> {
    this.findByKey();
    const one = this.statement('SELECT key, doc, position, due FROM docs WHERE key = ?');
    const found = new Map<string, Stored>();
    for (const key of keys) {
      const row = one.get(key) as Row | undefined;
      if (row !== undefined) found.set(key, storedOf(row));
    }
    return found;
  }

  /** @throws {StaleDocument} while a build only adds new documents, one that was there already shows at `addIndexes` */
  write(writes: readonly Write[], { position, clock, progress }: Checkpoint): void {
    if (!this.keyed && writes.some(({ loadedAt }) => loadedAt !== 0)) this.findByKey();
    transact(this.db, () => {
      this.rows.flush(this.keyed);
      for (const one of writes) this.rows.put(one);
      this.statement('INSERT OR REPLACE INTO checkpoint (id, position, clock) VALUES (1, ?, ?)').run(position, clock);
      if (progress !== undefined) this.note(progress);
      else if (this.hasProgress) this.statement('DELETE FROM progress').run();
    });
  }

  /** Documents for the next `write` or `keep`. */
  add(documents: readonly Stored[]): void {
    this.rows.add(documents);
  }

  /** What was added, and the progress that is made of what is noted; other connections may have noted something. */
  keep(noted: (before: Json | undefined) => Json): void {
    transact(this.db, () => {
      this.rows.flush(this.keyed);
      const sql = 'INSERT INTO checkpoint (id, position, clock) VALUES (1, 0, ?) ON CONFLICT DO NOTHING';
      this.statement(sql).run(EARLIEST);
      this.note(noted(this.noted()));
    });
  }

  /** For a build that readers switch to: what is left of it then is none to go on with. */
  forgetProgress(): void {
    if (this.hasProgress) this.statement('DELETE FROM progress').run();
  }

  private note(progress: Json): void {
    this.statement('INSERT OR REPLACE INTO progress VALUES (1, ?)').run(JSON.stringify(progress));
  }

  private noted(): Json | undefined {
    if (!this.hasProgress || this.mode === 'read') return undefined; // of no use to who only reads
    const row = this.statement('SELECT json FROM progress').get();
    return row === undefined ? undefined : (JSON.parse(String(row[0])) as Json);
  }

  private get rows(): DocumentRows {
    return (this.known ??= new DocumentRows(this.db, this.fields));
  }

  timers(after: Timer | undefined, limit: number): readonly Timer[] {
    this.findByKey();
    const behind = after === undefined ? '' : ' AND (due, key) > (?, ?)';
    const values = after === undefined ? [] : [after.due, after.key];
    const sql = `SELECT due, key FROM docs WHERE due IS NOT NULL${behind} ORDER BY due, key LIMIT ?`;
    return (this.statement(sql).all(...values, limit) as [Instant, string][]).map(([due, key]) => ({ due, key }));
  }

  find(query: Query): readonly Stored[] {
    const index = declaredIndex(this.spec, query);
    if (!this.indexed && this.mode !== 'read') this.addIndexes();
    const walk = walkOf(query);
    const columns = [...walk.fields.map((field) => `f${this.fields.indexOf(field)}`), 'key'];
    const rows: Row[] = [];
    for (const { where, values } of segmentsOf(walk, columns)) {
      if (rows.length >= walk.limit) break;
      const conditions = ['doc IS NOT NULL', ...where].join(' AND ');
      const sql = `SELECT key, doc, position, due FROM docs INDEXED BY i${index} WHERE ${conditions}`;
      const segment = this.statement(`${sql} ORDER BY ${orderOf(walk, columns)} LIMIT ?`);
      rows.push(...(segment.all(...values, walk.limit - rows.length) as Row[]));
    }
    return rows.map(storedOf);
  }

  scan(afterKey: string, limit: number): readonly Stored[] {
    this.findByKey();
    const sql = 'SELECT key, doc, position, due FROM docs WHERE key > ? AND doc IS NOT NULL ORDER BY key LIMIT ?';
    return (this.statement(sql).all(afterKey, limit) as Row[]).map(storedOf);
  }

  texts(afterKey: string, limit: number): readonly DocumentText[] {
    this.findByKey();
    const sql = 'SELECT key, doc FROM docs WHERE key > ? AND doc IS NOT NULL ORDER BY key LIMIT ?';
    return (this.statement(sql).all(afterKey, limit) as [string, string][]).map(([key, text]) => ({ key, text }));
  }

  count(): number {
    return Number(this.statement('SELECT count(*) FROM docs WHERE doc IS NOT NULL').get()?.[0]);
  }

  /**
   * Filling a table first and indexing it afterwards takes several times the documents: a build does it before its swap.
   *
   * @throws {StaleDocument} where a document was written twice as a new one
   */
  addIndexes(): void {
    this.findByKey();
    transact(this.db, () => {
      for (const [at, index] of this.spec.indexes.entries()) {
        const columns = Object.entries(index).map(
          ([field, direction]) => `f${this.fields.indexOf(field)} ${direction === 1 ? 'ASC' : 'DESC'}`,
        );
        const sql = `CREATE INDEX IF NOT EXISTS i${at} ON docs (${[...columns, 'key'].join(', ')})`;
        this.db.exec(sql); // of all documents: an index of live ones only would be touched by every change of `doc`
      }
    });
    this.indexed = true;
  }

  /** Of a build that holds all its documents, while others are made ready beside it: readers are to wait for a switch only. */
  makeReady(): void {
    this.addIndexes();
    if (this.isUnsynced) this.sync();
  }

  /** Makes all of it survive a power cut. */
  sync(): void {
    const isReady = scalar(this.db, 'PRAGMA journal_mode') === 'wal';
    this.db.exec(`PRAGMA synchronous = FULL; ${isReady ? 'PRAGMA wal_checkpoint(TRUNCATE)' : SYNCED}; ${FOLLOWED}`);
  }

  /** What is written to it is not held twice. A killed process leaves what its transactions had written; a power cut ends all of it. */
  private get isUnsynced(): boolean {
    return this.mode === 'build' && isUnsynced(this.path);
  }

  close(): void {
    if (this.db.isOpen) this.db.close();
  }

  /** What finds a document that is there: a build that only adds new ones does without it until its end. */
  private findByKey(): void {
    if (this.keyed || this.mode === 'read') return;
    const known = scalar(this.db, "SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_autoindex_docs_1'");
    try {
      transact(this.db, () => {
        // earlier versions declared the key as the table's
        if (known === 0) this.db.exec('CREATE UNIQUE INDEX IF NOT EXISTS docs_by_key ON docs (key)');
        this.db.exec('CREATE INDEX IF NOT EXISTS docs_by_due ON docs (due, key) WHERE due IS NOT NULL');
      });
    } catch (error) {
      const twice = scalar(this.db, 'SELECT key FROM docs GROUP BY key HAVING count(*) > 1 LIMIT 1');
      throw twice === undefined ? error : new StaleDocument(String(twice));
    }
    this.keyed = true;
  }

  private prepare(): void {
    this.db.exec(this.isUnsynced ? UNSYNCED : FOLLOWED);
    transact(this.db, () => {
      if (scalar(this.db, 'SELECT count(*) FROM sqlite_schema') !== 0) return;
      const columns = this.fields.map((_, at) => `, f${at}`).join('');
      this.db.exec(`
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${FORMAT};
        CREATE TABLE docs (key TEXT NOT NULL, doc TEXT, position INTEGER NOT NULL, due TEXT${columns});
        CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, clock TEXT NOT NULL);
        CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
      `);
    });
    if (scalar(this.db, 'PRAGMA application_id') === APPLICATION_ID) this.sayIndexes();
  }

  /** For a later version, whose readers have this one until theirs is built; files of earlier programs did not say it. */
  private sayIndexes(): void {
    if (scalar(this.db, "SELECT count(*) FROM sqlite_schema WHERE name = 'spec'") === 1) return;
    transact(this.db, () => {
      this.db.exec('CREATE TABLE IF NOT EXISTS spec (json TEXT NOT NULL)');
      const sql = 'INSERT INTO spec SELECT ? WHERE NOT EXISTS (SELECT 1 FROM spec)';
      this.statement(sql).run(JSON.stringify(this.spec));
    });
  }

  private check(): void {
    const [id, format] = ['application_id', 'user_version'].map((name) => scalar(this.db, `PRAGMA ${name}`));
    if (id !== APPLICATION_ID || format !== FORMAT) throw new BrokenReadModel(`${this.path} is no read model of ours.`);
    // a file of an earlier version has no table for it, and no need of one
    this.hasProgress = scalar(this.db, "SELECT count(*) FROM sqlite_schema WHERE name = 'progress'") === 1;
    this.checkpoint();
    this.db.prepare('SELECT * FROM docs ORDER BY rowid DESC LIMIT 1').get(); // touches the newest pages
  }

  private statement(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) this.statements.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }
}

function storedOf([key, doc, position, due]: Row): Stored {
  return { key, doc: doc === null ? null : (JSON.parse(doc) as Json), position, due };
}

/** Each build has a file name of its own. */
export const editionOf = (path: string): string =>
  createHash('sha256').update(basename(path)).digest('base64url').slice(0, 12);
