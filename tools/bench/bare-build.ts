import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { EmbeddedReadModels } from '#adapters/embedded/embedded-read-models.js';
import { logPath } from '#adapters/embedded/log-file.js';
import { openDatabase, type Database } from '#adapters/embedded/sqlite.js';
import { Registry } from '#engine/registry.js';
import { specOf } from '#engine/read-side.js';
import { slices } from '#slices/index.js';
import { timedCpu } from './measure.js';

const FACTS = 256;
const PAGE = 5_000;

/** All columns as four JSON texts a stretch: the fastest way known to get a log's facts into objects, measured against rows. */
const STRETCH = `SELECT '[' || group_concat(stream || ',' || revision || ',' || type || ',' || version || ',' || occurred || ',' ||
    recorded) || ']', json_group_array(id), '[' || group_concat(data) || ']', '[' || group_concat(metadata) || ']'
  FROM (SELECT * FROM facts WHERE position > ? AND position <= ? ORDER BY position)`;

/** What bare driver code takes to scan and parse a whole log, and to insert the documents that read models hold now. */
export async function bareBuild(data: string, names: readonly string[]): ReturnType<typeof timedCpu> {
  const all = await timedCpu(() => scan(data));
  const count = async (work: () => void): Promise<void> => {
    const { seconds, cpuSeconds } = await timedCpu(work);
    all.seconds += seconds;
    all.cpuSeconds += cpuSeconds;
  };
  const readModels = await EmbeddedReadModels.open({ folder: data, mode: 'read' });
  const registry = new Registry(slices);
  for (const name of names) {
    const path = join(data, '..', 'bare.db');
    const bare = new BareDocuments(path);
    const model = await readModels.open(specOf(registry, name));
    for (let after = '', more = true; more;) {
      const page = await model.scan(after, PAGE);
      await count(() => bare.add(page));
      after = page.at(-1)?.key ?? '';
      more = page.length === PAGE;
    }
    await count(() => bare.end());
    rmSync(path, { force: true });
  }
  await readModels.close();
  return all;
}

function scan(data: string): number {
  const db = openDatabase(logPath(data), { readOnly: true });
  const [head] = db.prepare('SELECT max(position) FROM facts').get() as unknown as [number];
  const stretch = db.prepare(STRETCH);
  let facts = 0;
  for (let after = 0; after < head; after += FACTS) {
    const [, ids = []] = (stretch.get(after, after + FACTS) as unknown as string[]).map(
      (text) => JSON.parse(text) as unknown[],
    );
    facts += ids.length;
  }
  db.close();
  return facts;
}

/** One table of documents in the order of their keys, written in one transaction. */
class BareDocuments {
  private readonly db: Database;
  private readonly insert;

  constructor(path: string) {
    this.db = openDatabase(path);
    this.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    this.db.exec('CREATE TABLE docs (key TEXT PRIMARY KEY, doc TEXT) WITHOUT ROWID; BEGIN');
    this.insert = this.db.prepare('INSERT INTO docs VALUES (?, ?)');
  }

  add(page: readonly { readonly key: string; readonly doc: unknown }[]): void {
    for (const { key, doc } of page) this.insert.run(key, JSON.stringify(doc));
  }

  end(): void {
    this.db.exec('COMMIT');
    this.db.close();
  }
}
