import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { scratchFolder } from '#runtime/scratch-folder.js';

export type Scratch = InstanceType<typeof DatabaseSync>;

/** Each sort takes as much once more, several times over; what is larger is merged from the disk. */
const CACHE_KB = 4_096;

/** A database on disk that lives as long as one import. @param folder  In the place of the machine's temporary one. */
export function openScratch(folder?: string): { readonly db: Scratch; readonly remove: () => void } {
  const home = scratchFolder('import', folder);
  const db = new DatabaseSync(join(home, 'scratch.sqlite'), { returnArrays: true });
  db.exec(
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = FILE',
  );
  db.exec(`PRAGMA cache_size = -${CACHE_KB}`);
  const remove = (): void => {
    if (db.isOpen) db.close();
    rmSync(home, { recursive: true, force: true });
  };
  return { db, remove };
}
