import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, scalar } from '#adapters/embedded/sqlite.js';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { tempFolder } from '#testing/temp-folder.js';
import { roomAt, scratchRoom } from './room.js';
import { Output } from './tables/output.js';

const FULL = '/dev/full';

describe('a disk without room', () => {
  const folder = tempFolder();

  (existsSync(FULL) ? it : it.skip)('is named by the file that was to be written, of which nothing stays', async () => {
    const path = join(folder(), 'facts.csv');
    const writing = Output.at(path, false).write(async (part) => {
      await writeFile(part, 'half');
      await writeFile(FULL, 'more');
    });
    await expect(writing).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(writing).rejects.toThrow(`The disk of ${path} is full.`);
    expect(readdirSync(folder())).toEqual([]);
  });

  it('is known by what SQLite says, and the temporary folder has a way out', () => {
    const db = openDatabase(':memory:');
    db.exec('CREATE TABLE t (x)');
    db.exec(`PRAGMA max_page_count = ${String(scalar(db, 'PRAGMA page_count'))}`);
    let error: unknown;
    try {
      db.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000));
    } catch (caught) {
      error = caught;
    } finally {
      db.close();
    }
    const told = scratchRoom(error);
    expect(told).toBeInstanceOf(StoreUnavailable);
    expect((told as Error).message).toMatch(new RegExp(`${tmpdir()} is full.*TMPDIR`));
  });

  it('is not the reason of other errors', () => {
    const error = new Error('no');
    expect(roomAt('/data', error, '')).toBe(error);
  });
});
