import { declaredIndex, indexedValue, walkOf, type IndexValue } from '#kernel/ports/index-order.js';
import { StaleDocument } from '#kernel/ports/read-models.js';
import type { Checkpoint, Json, Query, ReadModelSpec, Stored, Timer, Write } from '#kernel/ports/read-models.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { orderOf, segmentsOf } from './index-walk.js';
import { commit, openDatabase, scalar, transact, type Bindable, type Database, type Statement } from './sqlite.js';

const APPLICATION_ID = 0x50_54_52_4d; // "PTRM"
const FORMAT = 1;
const WAIT_MS = 5_000;

type Row = [key: string, doc: string | null, position: number, due: Instant | null];

/** The file is no read model of ours, or a torn one; it can be folded again. */
export class BrokenReadModel extends Error {}

/** One build of one read model: a SQLite file of its own, which may be lost and folded again. */
export class ReadModelFile {
  private readonly statements = new Map<string, Statement>();
  /** Fields that some index names; each has a column of its own, `f0`, `f1`, … */
  private readonly fields: readonly string[];
  private readonly db: Database;
  private known: Record<'insert' | 'update' | 'updateDoc', Statement> | undefined;
  private hasProgress: boolean | undefined;
  private indexed = false;
  private keyed = false;

  /** @throws {BrokenReadModel} */
  constructor(
    readonly path: string,
    private readonly spec: ReadModelSpec,
    private readonly mode: 'write' | 'read',
  ) {
    this.fields = [...new Set(spec.indexes.flatMap((index) => Object.keys(index)))];
    this.db = openDatabase(path, { readOnly: mode === 'read', waitMs: WAIT_MS });
    try {
      if (mode === 'write') this.prepare();
      this.check();
    } catch (error) {
      this.db.close();
      throw error;
    }
  }

  checkpoint(): Checkpoint {
    const row = this.statement('SELECT position, clock FROM checkpoint').get() as [number, Instant] | undefined;
    if (row === undefined) return { position: 0, clock: EARLIEST };
    const progress = this.noted() ? this.statement('SELECT json FROM progress').get() : undefined;
    const noted = progress === undefined ? {} : { progress: JSON.parse(String(progress[0])) as Json };
    return { position: row[0], clock: row[1], ...noted };
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
    const { insert, update, updateDoc } = this.changing;
    const put = (one: Write) => {
      const { key, doc, position: at, loadedAt } = one;
      if (this.keepsIndexes(one)) return updateDoc.run(JSON.stringify(doc), at, key, loadedAt);
      const values = this.valuesOf(one);
      return loadedAt === 0 ? insert.run(...values) : update.run(...values, loadedAt);
    };
    const all = (): void => {
      for (const one of writes) {
        const { changes } = put(one);
        if (changes !== 1) throw new StaleDocument(one.key);
      }
      this.statement('INSERT OR REPLACE INTO checkpoint (id, position, clock) VALUES (1, ?, ?)').run(position, clock);
      this.note(progress);
    };
    if (!this.db.isTransaction) return transact(this.db, all);
    commit(this.db, all); // with what was added before
  }

  /** Adds new documents to a build in a transaction that the next `write` ends. */
  add(documents: readonly Stored[]): void {
    if (!this.db.isTransaction) this.db.exec('BEGIN IMMEDIATE');
    const { insert } = this.changing;
    for (const one of documents) {
      if (insert.run(...this.valuesOf(one)).changes !== 1) throw new StaleDocument(one.key);
    }
  }

  /** Only a build has progress; a file of an earlier version has no table for it. */
  private note(progress: Json | undefined): void {
    if (progress !== undefined) {
      this.db.exec('CREATE TABLE IF NOT EXISTS progress (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL)');
      this.statement('INSERT OR REPLACE INTO progress VALUES (1, ?)').run(JSON.stringify(progress));
      this.hasProgress = true;
    } else if (this.noted()) {
      this.statement('DELETE FROM progress').run();
      this.hasProgress = false;
    }
  }

  private noted(): boolean {
    if (this.mode === 'read') return false; // of no use to who only reads
    const known = "SELECT count(*) FROM sqlite_schema WHERE name = 'progress'";
    this.hasProgress ??= scalar(this.db, known) === 1 && scalar(this.db, 'SELECT count(*) FROM progress') === 1;
    return this.hasProgress;
  }

  private get changing(): Record<'insert' | 'update' | 'updateDoc', Statement> {
    if (this.known !== undefined) return this.known;
    const columns = ['doc', 'position', 'due', ...this.fields.map((_, at) => `f${at}`)];
    const marks = columns.map(() => '?').join(', ');
    const set = columns.map((column) => `${column} = ?`).join(', ');
    this.known = {
      insert: this.statement(
        `INSERT INTO docs (${columns.join(', ')}, key) VALUES (${marks}, ?) ON CONFLICT DO NOTHING`,
      ),
      update: this.statement(`UPDATE docs SET ${set} WHERE key = ? AND position = ?`),
      updateDoc: this.statement('UPDATE docs SET doc = ?, position = ? WHERE key = ? AND position = ?'),
    };
    return this.known;
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
    if (!this.indexed && this.mode === 'write') this.addIndexes();
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

  /** Makes all of it survive a power cut. */
  sync(): void {
    this.db.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = NORMAL');
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
    // NORMAL: a power cut may lose the newest writes, never their order; the checkpoint in the file says where to go on.
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    this.db.exec('PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 2000');
    transact(this.db, () => {
      if (scalar(this.db, 'SELECT count(*) FROM sqlite_schema') !== 0) return;
      const columns = this.fields.map((_, at) => `, f${at}`).join('');
      this.db.exec(`
        PRAGMA application_id = ${APPLICATION_ID};
        PRAGMA user_version = ${FORMAT};
        CREATE TABLE docs (key TEXT NOT NULL, doc TEXT, position INTEGER NOT NULL, due TEXT${columns});
        CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), position INTEGER NOT NULL, clock TEXT NOT NULL);
      `);
    });
  }

  private check(): void {
    const [id, format] = ['application_id', 'user_version'].map((name) => scalar(this.db, `PRAGMA ${name}`));
    if (id !== APPLICATION_ID || format !== FORMAT) throw new BrokenReadModel(`${this.path} is no read model of ours.`);
    this.checkpoint();
    this.db.prepare('SELECT * FROM docs ORDER BY rowid DESC LIMIT 1').get(); // touches the newest pages
  }

  private keepsIndexes({ doc, due, before, loadedAt }: Write): boolean {
    const old = before?.doc;
    if (loadedAt === 0 || doc === null || old === null || old === undefined || before?.due !== due) return false;
    return this.fields.every((field) => indexedValue(doc, field) === indexedValue(old, field));
  }

  private valuesOf({ doc, position, due, key }: Stored): Bindable[] {
    const values: Bindable[] = doc === null ? [null, position, null] : [JSON.stringify(doc), position, due];
    for (const field of this.fields) values.push(doc === null ? null : (indexedValue(doc, field) satisfies IndexValue));
    values.push(key);
    return values;
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
