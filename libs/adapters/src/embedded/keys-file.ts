import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StoreRefused } from '#kernel/ports/event-store.js';
import { sizeOf } from './durable-files.js';
import { guarded } from './log-file.js';
import { MasterKey } from './master-key.js';
import { openDatabase, scalar, transact, type Database } from './sqlite.js';

const APPLICATION_ID = 0x50_54_4b_59; // "PTKY"
const FORMAT = 1;
const WAIT_MS = 5_000;
const RESTORE = 'Restore both from the same backup of the keys.';

const SCHEMA = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE keys (
    serial INTEGER PRIMARY KEY, customer TEXT NOT NULL, id TEXT NOT NULL, wrapped BLOB NOT NULL, UNIQUE (customer, id)
  );
`;

/** Stands in `meta` of keys that know every history that began under them; older ones do not. */
export const NOTES_HISTORIES = 'histories';

export interface KeysFile {
  readonly db: Database;
  readonly master: MasterKey;
}

/**
 * Opens `keys.db` with its `master.key`, or makes both. The master is durable before the database is more than an empty file,
 * so one without the other means that one was lost, and nothing is made in its place.
 *
 * @throws {StoreRefused} where they do not belong together, or one is missing, foreign, torn or newer
 */
export function openKeys(folder: string): KeysFile {
  const path = join(folder, 'keys.db');
  const masterPath = join(folder, 'master.key');
  if (existsSync(masterPath) && !existsSync(path)) {
    throw new StoreRefused(`${path} is missing though ${masterPath} is there. ${RESTORE}`);
  }
  if (sizeOf(path) > 0 && !existsSync(masterPath)) {
    throw new StoreRefused(`${masterPath} is missing: nothing in ${path} can be opened without it. ${RESTORE}`);
  }
  const db = guarded(path, () => openDatabase(path, { waitMs: WAIT_MS }));
  try {
    const master = guarded(path, () => transact(db, () => begun(db, path, masterPath)));
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    return { db, master };
  } catch (error) {
    db.close();
    throw error;
  }
}

function begun(db: Database, path: string, masterPath: string): MasterKey {
  const isNew = scalar(db, 'SELECT count(*) FROM sqlite_schema') === 0 && scalar(db, 'PRAGMA application_id') === 0;
  const master = isNew ? MasterKey.readOrMake(masterPath) : MasterKey.read(masterPath);
  if (isNew) {
    db.exec(SCHEMA);
    const noted = db.prepare('INSERT INTO meta (name, value) VALUES (?, ?)');
    noted.run('master', master.fingerprint);
    noted.run(NOTES_HISTORIES, 'from the first');
    return master;
  }
  if (scalar(db, 'PRAGMA application_id') !== APPLICATION_ID) {
    throw new StoreRefused(`${path} is a database of another program. Choose another folder.`);
  }
  const format = Number(scalar(db, 'PRAGMA user_version'));
  if (format > FORMAT) {
    throw new StoreRefused(`${path} has format ${format}; this program reads up to ${FORMAT}. Use a newer program.`);
  }
  if (scalar(db, "SELECT value FROM meta WHERE name = 'master'") !== master.fingerprint) {
    throw new StoreRefused(`${path} was made under another key than ${masterPath}. ${RESTORE}`);
  }
  return master;
}
