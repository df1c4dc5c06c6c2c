import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDatabase } from '#adapters/embedded/sqlite.js';
import { tempFolder } from '#testing/temp-folder.js';
import { openFrames } from './wal.js';

describe('frames of a transaction that never ended', () => {
  const folder = tempFolder();

  it('are counted behind the last commit, and no others are', () => {
    const path = join(folder(), 'a.db');
    const db = openDatabase(path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA cache_size = 1; CREATE TABLE t (x)');
    const insert = (): void =>
      db.exec(`INSERT INTO t SELECT hex(zeroblob(2000)) FROM json_each('[1,2,3,4,5,6,7,8,9]')`);
    const open = (): number => {
      copyFileSync(`${path}-wal`, join(folder(), 'copy-wal'));
      return openFrames(join(folder(), 'copy-wal'));
    };
    insert();
    expect(open()).toBe(0);
    db.exec('BEGIN');
    for (let n = 0; n < 20; n += 1) insert();
    expect(open()).toBeGreaterThan(0);
    db.exec('COMMIT');
    expect(open()).toBe(0);
    db.close();
  });

  it('are none where there is no write-ahead log', () => {
    expect(openFrames(join(folder(), 'none'))).toBe(0);
  });
});
