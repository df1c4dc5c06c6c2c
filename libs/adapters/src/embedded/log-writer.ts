import type { Clock } from '#kernel/ports/clock.js';
import { StoreUnavailable, WrongExpectedRevision, type Appended } from '#kernel/ports/event-store.js';
import type { Position, Proposed } from '#kernel/fact.js';
import { msOf } from '#kernel/time.js';
import { Lru } from './lru.js';
import { rollback, scalar, type Database, type Statement } from './sqlite.js';

const GROUP_FACTS = 512;
const CACHED_STREAMS = 100_000;

interface Head {
  /** 0 until the stream has its first fact. */
  id: number;
  /** How many facts it holds. */
  count: number;
}

/** A fact made ready to be stored; what cannot be written fails here, before it can disturb the others of its group. */
interface Row {
  readonly type: string;
  readonly version: number;
  readonly id: string;
  readonly occurred: number;
  readonly data: string;
  readonly metadata: string;
}

interface Waiting {
  readonly stream: string;
  readonly expected: number;
  readonly rows: readonly Row[];
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: appends that arrive in one turn of the event loop share a transaction and its fsync. None is answered
 * before that.
 */
export class LogWriter {
  private waiting: Waiting[] = [];
  private scheduled = false;
  private broken = false;
  private last: Position;
  private readonly heads = new Lru<string, Head>(CACHED_STREAMS);
  private readonly types = new Map<string, number>();
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly insert: Statement;
  private readonly findHead: Statement;
  private readonly addStream: Statement;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    /** Position of the newest fact that is committed. */
    public head: Position,
    private readonly onCommit: () => void,
  ) {
    this.last = head;
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
    this.insert = db.prepare(
      'INSERT INTO facts (position, stream, revision, type, version, id, occurred, recorded, data, metadata)' +
        ' VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.findHead = db.prepare(
      'SELECT id, (SELECT max(revision) FROM facts WHERE stream = streams.id) FROM streams WHERE name = ?',
    );
    this.addStream = db.prepare('INSERT INTO streams (name) VALUES (?)');
  }

  append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended> {
    const rows = facts.map(rowOf);
    return new Promise((resolve, reject) => {
      this.waiting.push({ stream, expected, rows, resolve, reject });
      this.schedule();
    });
  }

  /** Writes everything that waits. */
  drain(): void {
    while (this.waiting.length > 0) this.writeGroup();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.waiting.length > 0) this.writeGroup();
      if (this.waiting.length > 0) this.schedule();
    });
  }

  private writeGroup(): void {
    const group = this.takeGroup();
    const answers: (Appended | WrongExpectedRevision)[] = [];
    try {
      if (this.broken) this.recover();
      const recorded = msOf(this.clock.now());
      this.begin.run();
      for (const one of group) answers.push(this.write(one, recorded));
      this.commit.run();
    } catch (error) {
      this.fail(group, error);
      return;
    }
    this.head = this.last;
    this.onCommit();
    for (const [at, { resolve, reject }] of group.entries()) {
      const answer = answers[at];
      if (answer instanceof WrongExpectedRevision) reject(answer);
      else resolve(answer as Appended);
    }
  }

  private takeGroup(): readonly Waiting[] {
    let facts = 0;
    let end = 0;
    for (const { rows } of this.waiting) {
      facts += rows.length;
      if (end > 0 && facts > GROUP_FACTS) break;
      end += 1;
    }
    if (end < this.waiting.length) return this.waiting.splice(0, end);
    const group = this.waiting;
    this.waiting = [];
    return group;
  }

  private write({ stream, expected, rows }: Waiting, recorded: number): Appended | WrongExpectedRevision {
    const head = this.headOf(stream);
    if (head.count !== expected) return new WrongExpectedRevision(stream, expected, head.count);
    if (head.id === 0) head.id = Number(this.addStream.run(stream).lastInsertRowid);
    for (const { type, version, id, occurred, data, metadata } of rows) {
      const typeId = this.types.get(type) ?? this.typeId(type);
      this.last += 1;
      this.insert.run(this.last, head.id, head.count, typeId, version, id, occurred, recorded, data, metadata);
      head.count += 1;
    }
    return { revision: head.count - 1, position: this.last };
  }

  private headOf(stream: string): Head {
    const cached = this.heads.get(stream);
    if (cached !== undefined) return cached;
    const [id, revision] = (this.findHead.get(stream) as [number, number | null] | undefined) ?? [0, null];
    const head = { id, count: revision === null ? 0 : revision + 1 };
    this.heads.set(stream, head);
    return head;
  }

  private typeId(type: string): number {
    const known = scalar(this.db, 'SELECT id FROM types WHERE name = ?', type);
    const id = Number(known ?? this.db.prepare('INSERT INTO types (name) VALUES (?)').run(type).lastInsertRowid);
    this.types.set(type, id);
    return id;
  }

  /** What was remembered may not have been stored: it is forgotten, and read again before the next group. */
  private fail(group: readonly Waiting[], error: unknown): void {
    this.broken = true;
    try {
      rollback(this.db);
    } catch {
      // tried again before the next group
    }
    const { message: reason } = error as Error;
    for (const { reject } of group)
      reject(new StoreUnavailable(`The log cannot be written: ${reason}`, { cause: error }));
  }

  private recover(): void {
    rollback(this.db);
    this.heads.clear();
    this.types.clear();
    this.last = Number(scalar(this.db, 'SELECT coalesce(max(position), 0) FROM facts'));
    this.broken = false;
  }
}

/** @throws {RangeError} for an instant that is none; {TypeError} for a body that is no JSON */
function rowOf({ type, version, id, occurredAt, data, metadata }: Proposed): Row {
  const occurred = msOf(occurredAt);
  if (Number.isNaN(occurred)) throw new RangeError(`occurredAt of ${type} ${id} is no instant: ${occurredAt}`);
  return { type, version, id, occurred, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
}
