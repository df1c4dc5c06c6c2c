import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Position } from '#kernel/fact.js';
import { SnapshotStore, type Snapshot } from '#kernel/ports/snapshot-store.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { removeDatabase } from './durable-files.js';
import { isOutOfReach, isTorn, openDatabase, scalar, transact } from './sqlite.js';
import type { Database, Statement } from './sqlite.js';

const NAME = 'state-snapshots.db';
/** Read models of this name held them as JSON in earlier programs. */
const FORMER = 'state_snapshots-';
const APPLICATION_ID = 0x50_54_53_53; // "PTSS"
const FORMAT = 1;
const WAIT_MS = 5_000;
/** Large pages: a snapshot is some 10 to 100 KB, and is read and written as a whole. A power cut may lose the newest. */
const SETTINGS =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 500; PRAGMA cache_size = -1024';
const PAGE_BYTES = 16_384;

type Row = [position: number, version: string, keyId: string, sealed: Uint8Array];

export interface SnapshotFileOptions {
  readonly folder: string;
  /** Who only reads sees none where they were not made yet. */
  readonly mode: 'write' | 'read';
  /** Told when a broken file was removed. */
  readonly notice: (text: string) => void;
}

/** Snapshots in a SQLite file of their own, as bytes. */
export class SnapshotFile extends SnapshotStore {
  private readonly path: string;
  private db: Database | undefined;
  private select: Statement | undefined;
  private upsert: Statement | undefined;
  private closed = false;

  constructor(private readonly options: SnapshotFileOptions) {
    super();
    this.path = join(options.folder, NAME);
    if (options.mode === 'read') return;
    removeFormer(options.folder);
    this.opened();
  }

  override async load(key: string): Promise<Snapshot | undefined> {
    try {
      const db = this.opened();
      this.select ??= db?.prepare('SELECT position, version, key_id, sealed FROM snapshots WHERE key = ?');
      const row = this.select?.get(key) as Row | undefined;
      if (row === undefined) return undefined;
      const [position, version, keyId, sealed] = row;
      return { key, position, version, keyId, sealed };
    } catch (error) {
      if (isTorn(error)) return undefined; // it is folded, and the file is made anew by the next start
      throw error;
    }
  }

  override async write(snapshots: readonly Snapshot[]): Promise<void> {
    const db = this.opened();
    if (db === undefined || this.options.mode === 'read')
      throw new StoreUnavailable('Snapshots were opened for reading only.');
    const upsert = (this.upsert ??= db.prepare(
      `INSERT INTO snapshots (key, position, version, key_id, sealed) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE
       SET position = excluded.position, version = excluded.version, key_id = excluded.key_id, sealed = excluded.sealed
       WHERE excluded.position >= position`,
    ));
    transact(db, () => {
      for (const { key, position, version, keyId, sealed } of snapshots)
        upsert.run(key, position, version, keyId, sealed);
    });
  }

  override async newest(): Promise<Position> {
    const db = this.opened();
    if (db === undefined) return 0;
    try {
      return Number(scalar(db, 'SELECT coalesce(max(position), 0) FROM snapshots'));
    } catch (error) {
      if (isTorn(error)) return 0;
      throw error;
    }
  }

  close(): void {
    this.closed = true;
    if (this.db?.isOpen) this.db.close();
  }

  /** Undefined for a reader of what is not there. @throws {StoreUnavailable} after the end: the file is not opened anew */
  private opened(): Database | undefined {
    const { mode, notice } = this.options;
    if (this.closed) throw new StoreUnavailable('The snapshots are closed.');
    if (this.db !== undefined) return this.db;
    try {
      return (this.db = open(this.path, mode));
    } catch (error) {
      const broken = isTorn(error) || error instanceof NoneOfOurs;
      if (mode === 'read') {
        if (broken || isOutOfReach(error)) return undefined;
        throw error;
      }
      if (!broken) throw error;
      removeDatabase(this.path);
      notice(`${this.path} was broken and was removed; it is made anew of the facts, and nothing is lost.`);
      return (this.db = open(this.path, mode));
    }
  }
}

class NoneOfOurs extends Error {}

function open(path: string, mode: 'write' | 'read'): Database {
  const db = openDatabase(path, { readOnly: mode === 'read', waitMs: WAIT_MS });
  try {
    if (mode === 'write') prepare(db);
    const [id, format] = ['application_id', 'user_version'].map((name) => scalar(db, `PRAGMA ${name}`));
    if (id !== APPLICATION_ID || format !== FORMAT) throw new NoneOfOurs();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function prepare(db: Database): void {
  if (scalar(db, 'PRAGMA page_count') === 0) db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  db.exec(SETTINGS);
  transact(db, () => {
    if (scalar(db, 'SELECT count(*) FROM sqlite_schema') !== 0) return;
    db.exec(`
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${FORMAT};
      CREATE TABLE snapshots (
        key TEXT PRIMARY KEY, position INTEGER NOT NULL, version TEXT NOT NULL, key_id TEXT NOT NULL, sealed BLOB NOT NULL
      );
    `);
  });
  db.exec('CREATE INDEX IF NOT EXISTS snapshots_by_position ON snapshots (position)');
}

function removeFormer(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith(FORMER)) rmSync(join(folder, name), { force: true });
}
