import type { Position, Proposed } from '#kernel/fact.js';
import { msOf } from '#kernel/time.js';
import { Lru } from './lru.js';
import { scalar, type Database, type Statement } from './sqlite.js';

const CACHED_STREAMS = 100_000;
const COLUMNS = ['position', 'stream', 'revision', 'type', 'version', 'id', 'occurred', 'recorded', 'data', 'metadata'];
/** Rows of one statement: eight at once take three fifths of the time of eight one by one, more gain nothing. */
const AT_ONCE = [8, 4, 2, 1] as const;
const MOST_AT_ONCE = AT_ONCE[0] * COLUMNS.length;

export interface Head {
  /** 0 until the stream has its first fact. */
  id: number;
  /** How many facts it holds. */
  count: number;
}

/** A fact made ready to be stored; what cannot be written fails here, before it can disturb the others of its transaction. */
export interface Row {
  readonly type: string;
  readonly version: number;
  readonly id: string;
  readonly occurred: number;
  readonly data: string;
  readonly metadata: string;
}

/** @throws {RangeError} for an instant that is none; {TypeError} for a body that is no JSON */
export function rowOf({ type, version, id, occurredAt, data, metadata }: Proposed): Row {
  const occurred = msOf(occurredAt);
  if (Number.isNaN(occurred)) throw new RangeError(`occurredAt of ${type} ${id} is no instant: ${occurredAt}`);
  return { type, version, id, occurred, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
}

/** Puts facts behind the newest one, in a transaction of whoever calls, who calls `flush` before it ends. */
export class LogRows {
  private readonly heads = new Lru<string, Head>(CACHED_STREAMS);
  private readonly types = new Map<string, number>();
  private readonly inserts: readonly Statement[];
  /** Values of rows that wait for more to be put with them. */
  private waiting: (string | number)[] = [];
  private readonly findHead: Statement;
  private readonly addStream: Statement;

  constructor(
    private readonly db: Database,
    /** Position of the newest fact that was put. */
    public last: Position,
  ) {
    const row = `(${COLUMNS.map(() => '?').join(', ')})`;
    const into = `INSERT INTO facts (${COLUMNS.join(', ')}) VALUES`;
    this.inserts = AT_ONCE.map((rows) => db.prepare(`${into} ${Array<string>(rows).fill(row).join(', ')}`));
    this.findHead = db.prepare(
      'SELECT id, (SELECT max(revision) FROM facts WHERE stream = streams.id) FROM streams WHERE name = ?',
    );
    this.addStream = db.prepare('INSERT INTO streams (name) VALUES (?)');
  }

  headOf(stream: string): Head {
    const cached = this.heads.get(stream);
    if (cached !== undefined) return cached;
    const [id, revision] = (this.findHead.get(stream) as [number, number | null] | undefined) ?? [0, null];
    const head = { id, count: revision === null ? 0 : revision + 1 };
    this.heads.set(stream, head);
    return head;
  }

  /** @param recorded  Milliseconds since 1970 when the fact was taken. */
  put(stream: string, head: Head, { type, version, id, occurred, data, metadata }: Row, recorded: number): void {
    if (head.id === 0) head.id = Number(this.addStream.run(stream).lastInsertRowid);
    const typeId = this.types.get(type) ?? this.typeId(type);
    this.last += 1;
    this.waiting.push(this.last, head.id, head.count, typeId, version, id, occurred, recorded, data, metadata);
    head.count += 1;
    if (this.waiting.length === MOST_AT_ONCE) this.flush();
  }

  /** Everything that was put is in the transaction then. */
  flush(): void {
    const values = this.waiting;
    this.waiting = [];
    let from = 0;
    for (const [at, rows] of AT_ONCE.entries()) {
      for (let to = from + rows * COLUMNS.length; to <= values.length; to = from + rows * COLUMNS.length) {
        const some = from === 0 && to === values.length ? values : values.slice(from, to);
        this.inserts[at]?.run(...some);
        from = to;
      }
    }
  }

  /** After a transaction that did not end well: what was remembered may not have been stored. */
  forget(): void {
    this.waiting = [];
    this.heads.clear();
    this.types.clear();
    this.last = Number(scalar(this.db, 'SELECT coalesce(max(position), 0) FROM facts'));
  }

  private typeId(type: string): number {
    const known = scalar(this.db, 'SELECT id FROM types WHERE name = ?', type);
    const id = Number(known ?? this.db.prepare('INSERT INTO types (name) VALUES (?)').run(type).lastInsertRowid);
    this.types.set(type, id);
    return id;
  }
}
