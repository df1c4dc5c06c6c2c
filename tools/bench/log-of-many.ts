import { createLog, logPath } from '#adapters/embedded/log-file.js';
import { openDatabase, type Database, type Statement } from '#adapters/embedded/sqlite.js';

const AT_ONCE = 8;
const COLUMNS = ['position', 'stream', 'revision', 'type', 'version', 'id', 'occurred', 'recorded', 'data', 'metadata'];

/** A fact as its row says it; times in milliseconds since 1970. */
export interface RowOfMany {
  readonly type: string;
  readonly version: number;
  readonly id: string;
  readonly occurred: number;
  readonly recorded: number;
  readonly data: string;
  readonly metadata: string;
}

/** Writes a log as fast as a bare driver can: one transaction that is not synced, indexed afterwards. */
export class LogOfMany {
  position = 0;
  private waiting: (string | number)[] = [];
  private readonly db: Database;
  private readonly streams = new Map<string, { readonly id: number; count: number }>();
  private readonly types = new Map<string, number>();
  private readonly many: Statement;
  private readonly one: Statement;
  private readonly addStream: Statement;
  private readonly addType: Statement;

  constructor(folder: string) {
    createLog(logPath(folder));
    this.db = openDatabase(logPath(folder));
    this.db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144');
    this.db.exec('DROP INDEX facts_by_stream; BEGIN');
    const row = `(${COLUMNS.map(() => '?').join(', ')})`;
    const into = `INSERT INTO facts (${COLUMNS.join(', ')}) VALUES`;
    this.many = this.db.prepare(`${into} ${Array<string>(AT_ONCE).fill(row).join(', ')}`);
    this.one = this.db.prepare(`${into} ${row}`);
    this.addStream = this.db.prepare('INSERT INTO streams (id, name) VALUES (?, ?)');
    this.addType = this.db.prepare('INSERT INTO types (id, name) VALUES (?, ?)');
  }

  put(stream: string, { type, version, id, occurred, recorded, data, metadata }: RowOfMany): void {
    const held = this.streamOf(stream);
    this.position += 1;
    const numbers = [this.position, held.id, held.count, this.typeOf(type), version] as const;
    this.waiting.push(...numbers, id, occurred, recorded, data, metadata);
    held.count += 1;
    if (this.waiting.length < AT_ONCE * COLUMNS.length) return;
    this.many.run(...this.waiting);
    this.waiting = [];
  }

  end(): void {
    const { waiting, db } = this;
    for (let at = 0; at < waiting.length; at += COLUMNS.length) this.one.run(...waiting.slice(at, at + COLUMNS.length));
    db.exec('COMMIT; CREATE UNIQUE INDEX facts_by_stream ON facts (stream, revision)');
    db.close();
  }

  private streamOf(name: string): { readonly id: number; count: number } {
    const known = this.streams.get(name);
    if (known !== undefined) return known;
    const fresh = { id: this.streams.size + 1, count: 0 };
    this.streams.set(name, fresh);
    this.addStream.run(fresh.id, name);
    return fresh;
  }

  private typeOf(name: string): number {
    const known = this.types.get(name);
    if (known !== undefined) return known;
    const id = this.types.size + 1;
    this.types.set(name, id);
    this.addType.run(id, name);
    return id;
  }
}
