import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';

export type Scratch = InstanceType<typeof DatabaseSync>;

const PREFIX = 'patron-import-';

/** A database on disk that lives as long as one import. What a killed import left behind is removed first. */
export function openScratch(folder = tmpdir()): { readonly db: Scratch; readonly remove: () => void } {
  for (const name of readdirSync(folder))
    if (leftOver(name)) rmSync(join(folder, name), { recursive: true, force: true });
  const home = mkdtempSync(join(folder, `${PREFIX}${process.pid}-`));
  const db = new DatabaseSync(join(home, 'scratch.sqlite'), { returnArrays: true });
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE',
  );
  db.exec('PRAGMA cache_size = -32768');
  const remove = (): void => {
    if (db.isOpen) db.close();
    rmSync(home, { recursive: true, force: true });
  };
  return { db, remove };
}

function leftOver(name: string): boolean {
  const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
  if (pid === undefined || Number(pid) === process.pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
