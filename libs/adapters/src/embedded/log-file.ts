import { existsSync, renameSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { removeDatabase, sizeOf, syncFile, syncFolder } from './durable-files.js';
import { isMissing, isTorn, openDatabase, scalar, transact, type Database } from './sqlite.js';

const APPLICATION_ID = 0x50_54_4c_47; // "PTLG" in the header of every log of ours
const FORMAT = 1;
const WAIT_MS = 5_000;
const CHOICE = 'Restore a backup, or choose another folder.';

const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE facts (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, type INTEGER NOT NULL,
    version INTEGER NOT NULL, id TEXT NOT NULL, occurred INTEGER NOT NULL, recorded INTEGER NOT NULL,
    data TEXT NOT NULL, metadata TEXT NOT NULL
  );
  CREATE UNIQUE INDEX facts_by_stream ON facts (stream, revision);
`;

export const logPath = (folder: string): string => join(folder, 'log.db');

/** What a log is when it is no history of its own: a copy that was not finished, or one that goes on following another store. */
export type Standing = 'copying' | 'mirror';

/** What is written of a log into it. Without `storeId` it begins a history; without `standing` it is one. */
export interface Description {
  readonly storeId?: string;
  readonly standing?: Standing;
  /** See `EventStore.numbering`; of a copy. */
  readonly numbering?: string;
}

/** Makes an empty log where there is none, in one step: a crash leaves a whole log or none. Under the writer's lock only. */
export function createLog(path: string, { storeId = randomUUID(), standing, numbering }: Description = {}): void {
  if (existsSync(path)) return;
  if (sizeOf(`${path}-wal`) > 0) {
    throw new StoreRefused(`${path} is missing, though facts that were on their way to it are there (-wal). ${CHOICE}`);
  }
  const made = `${path}.new`;
  removeDatabase(made);
  const db = openDatabase(made);
  try {
    transact(db, () => {
      db.exec(SCHEMA);
      for (const [name, value] of Object.entries({ store_id: storeId, standing, numbering })) noted(db, name, value);
    });
  } finally {
    db.close();
  }
  syncFile(made);
  renameSync(made, path);
  syncFolder(dirname(path));
}

/** FULL: a commit is on the disk when it returns. A checkpoint every 16 MB instead of 4 takes a tenth more appends. */
export function openLog(path: string): Database {
  const db = openDatabase(path, { waitMs: WAIT_MS });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  db.exec('PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384');
  return db;
}

/** Writes one thing that a log says of itself; undefined takes it away. */
export function noted(db: Database, name: string, value: string | undefined): void {
  if (value === undefined) db.prepare('DELETE FROM meta WHERE name = ?').run(name);
  else db.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
}

export function saidOf(db: Database, name: string): string | undefined {
  const value = scalar(db, 'SELECT value FROM meta WHERE name = ?', name);
  return value === undefined ? undefined : String(value);
}

export function descriptionOf(db: Database): Description & { readonly storeId: string } {
  const [standing, numbering] = [saidOf(db, 'standing') as Standing | undefined, saidOf(db, 'numbering')];
  return {
    storeId: String(saidOf(db, 'store_id')),
    ...(standing !== undefined && { standing }),
    ...(numbering !== undefined && { numbering }),
  };
}

/** What the log of a folder is where it is no history of its own; undefined also where there is no log that can be read. */
export function standingIn(folder: string): Standing | undefined {
  const path = logPath(folder);
  if (sizeOf(path) === 0) return undefined;
  try {
    const db = openDatabase(path, { readOnly: true, waitMs: WAIT_MS });
    try {
      return descriptionOf(db).standing;
    } finally {
      db.close();
    }
  } catch {
    return undefined; // whoever opens it says what is wrong with it
  }
}

/**
 * Looks at a log without changing it. An empty file is refused too: we never leave one, so something tore it, and
 * beginning anew in its place would hide that a history is lost.
 *
 * @throws {StoreRefused} for a file that is not ours, is torn, or is newer than this program
 */
export function checkLog(path: string): void {
  if (!existsSync(path)) throw new StoreRefused(`${path} is not there: no process has begun a history in this folder.`);
  if (!statSync(path).isFile()) throw new StoreRefused(`${path} is no file. It was left as it is. ${CHOICE}`);
  if (sizeOf(path) === 0) {
    throw new StoreRefused(`${path} is empty (0 bytes), perhaps a copy that failed. ${CHOICE}`);
  }
  const db = guarded(path, () => openDatabase(path, { readOnly: true, immutable: sizeOf(`${path}-wal`) === 0 }));
  try {
    guarded(path, () => checkFormat(path, db));
  } finally {
    db.close();
  }
}

function checkFormat(path: string, db: Database): void {
  if (scalar(db, 'PRAGMA application_id') !== APPLICATION_ID) {
    throw new StoreRefused(`${path} is a database of another program. Choose another folder.`);
  }
  const format = Number(scalar(db, 'PRAGMA user_version'));
  if (format > FORMAT) {
    throw new StoreRefused(`${path} has format ${format}; this program reads up to ${FORMAT}. Use a newer program.`);
  }
  if (format !== FORMAT || typeof scalar(db, "SELECT value FROM meta WHERE name = 'store_id'") !== 'string') {
    throw new StoreRefused(`${path} is torn: its description is incomplete. ${CHOICE}`);
  }
  db.prepare('SELECT * FROM facts ORDER BY position DESC LIMIT 1').get(); // touches the newest pages
}

/** Says of a torn file that it is torn. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isTorn(error)) {
      throw new StoreRefused(`${path} is no SQLite database, or a torn one. It was left as it is. ${CHOICE}`, {
        cause: error,
      });
    }
    if (isMissing(error)) {
      throw new StoreRefused(
        `${path} cannot be opened. Its folder must be writable, for readers too: check permissions, or copy it to such a disk.`,
        { cause: error },
      );
    }
    throw error;
  }
}
