import { pathToFileURL } from 'node:url';
// The one place that names the driver: node:sqlite has the same API and can take over here.
import { backup, DatabaseSync, type StatementSyncInstance } from '@photostructure/sqlite';

export type Database = InstanceType<typeof DatabaseSync>;
export type Statement = StatementSyncInstance;
export type Bindable = null | number | string | Uint8Array;

export interface Opening {
  readonly readOnly?: boolean;
  /** Reads the file as it lies there: takes no lock, makes no side file, and knows nothing of a write-ahead log. */
  readonly immutable?: boolean;
  /** How long to wait for another connection's lock, in milliseconds; 0 by default. */
  readonly waitMs?: number;
}

/** Opens a database; rows come back as arrays. @throws the driver's error, see `sqliteCode` */
export function openDatabase(
  path: string,
  { readOnly = false, immutable = false, waitMs = 0 }: Opening = {},
): Database {
  const location = immutable ? `${pathToFileURL(path).href}?immutable=1` : path;
  return new DatabaseSync(location, { readOnly: readOnly || immutable, timeout: waitMs, returnArrays: true });
}

/** The first column of the first row; undefined when there is no row. */
export function scalar(db: Database, sql: string, ...values: readonly Bindable[]): unknown {
  const row = db.prepare(sql).get(...values) as readonly unknown[] | undefined;
  return row?.[0];
}

/** Runs `work` in one transaction: all of it, or nothing and the error. */
export function transact<T>(db: Database, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  return commit(db, work);
}

/** Ends the transaction that was begun with `work`: all of it, or nothing and the error. */
export function commit<T>(db: Database, work: () => T): T {
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    rollback(db);
    throw error;
  }
}

/** Rolls back where SQLite has not already done it by itself, as it does on a full disk. */
export function rollback(db: Database): void {
  if (db.isTransaction) db.exec('ROLLBACK');
}

const ALL_PAGES = 2 ** 31 - 1;

/** Copies an open database by SQLite's online backup, in one step: a writer beside it does not make it begin again. */
export async function backupDatabase(source: Database, to: string): Promise<void> {
  await backup(source as Parameters<typeof backup>[0], to, { rate: ALL_PAGES });
}

const PRIMARY_CODE = 0xff;
const BUSY = 5;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** SQLite's primary result code; undefined for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null | undefined)?.errcode;
  return typeof code === 'number' ? code & PRIMARY_CODE : undefined;
}

export const isBusy = (error: unknown): boolean => sqliteCode(error) === BUSY;
/** Of SQLite's errors and of the file system's. */
export const isFull = (error: unknown): boolean =>
  sqliteCode(error) === FULL || ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
export const isTorn = (error: unknown): boolean => [CORRUPT, NOTADB].includes(sqliteCode(error) ?? 0);
export const isMissing = (error: unknown): boolean => sqliteCode(error) === CANTOPEN;
/** Of a reader: a crash left a transaction that only a writer can roll back. */
const needsWriter = (error: unknown): boolean => sqliteCode(error) === READONLY;
/** Of a reader: what it wants is not there, or not to be had before a writer was there. */
export const isOutOfReach = (error: unknown): boolean => isMissing(error) || isBusy(error) || needsWriter(error);
