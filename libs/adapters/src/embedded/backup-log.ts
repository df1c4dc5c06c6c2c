import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import type { Position } from '#kernel/fact.js';
import { makeFolder, syncFile, syncFolder } from './durable-files.js';
import { checkLog, guarded, logPath } from './log-file.js';
import { backupDatabase, openDatabase, scalar } from './sqlite.js';

const WAIT_MS = 5_000;

export interface LogSaid {
  readonly storeId: string;
  readonly position: Position;
  readonly facts: number;
}

/**
 * Copies the log of a folder into another one, beside whoever writes to it: all that was committed when the copy began, in
 * one file without a write-ahead log.
 *
 * @throws {StoreRefused} where there is no log of ours
 */
export async function backupLog(from: string, to: string): Promise<LogSaid> {
  checkLog(logPath(from));
  await copied(logPath(from), logPath(to));
  return logIn(to);
}

/** What a log says of itself; every page of it is read. @throws {StoreRefused} where it is torn */
export function logIn(folder: string): LogSaid {
  const path = logPath(folder);
  checkLog(path);
  return guarded(path, () => {
    const db = openDatabase(path, { readOnly: true, immutable: true });
    try {
      const found = scalar(db, 'PRAGMA integrity_check(1)');
      if (found !== 'ok') throw new StoreRefused(`${path} is torn: ${String(found)}.`);
      return {
        storeId: String(scalar(db, "SELECT value FROM meta WHERE name = 'store_id'")),
        position: Number(scalar(db, 'SELECT coalesce(max(position), 0) FROM facts')),
        facts: Number(scalar(db, 'SELECT count(*) FROM facts')),
      };
    } finally {
      db.close();
    }
  });
}

/** Copies the master key and the customers' wrapped keys. @throws {StoreRefused} where either is not there */
export async function backupKeys(from: string, to: string): Promise<void> {
  const [master, keys] = ['master.key', 'keys.db'];
  for (const name of [master, keys]) {
    if (!existsSync(join(from, name))) throw new StoreRefused(`${join(from, name)} is not there: no keys to copy.`);
  }
  makeFolder(to);
  await copied(join(from, keys), join(to, keys));
  copyFileSync(join(from, master), join(to, master));
  syncFile(join(to, master));
  syncFolder(to);
}

async function copied(from: string, to: string): Promise<void> {
  const source = guarded(from, () => openDatabase(from, { readOnly: true, waitMs: WAIT_MS }));
  try {
    await backupDatabase(source, to);
  } finally {
    source.close();
  }
  const copy = openDatabase(to);
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
  syncFile(to);
}
