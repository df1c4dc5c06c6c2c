import type { Clock } from '#kernel/ports/clock.js';
import { StoreRefused, StoreUnavailable, WrongExpectedRevision, type Appended } from '#kernel/ports/event-store.js';
import type { Position, Proposed } from '#kernel/fact.js';
import { msOf } from '#kernel/time.js';
import { LogRows, rowOf, type Row } from './log-rows.js';
import { rollback, type Database, type Statement } from './sqlite.js';

const GROUP_FACTS = 512;

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
  private readonly rows: LogRows;
  private readonly begin: Statement;
  private readonly commit: Statement;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    /** Position of the newest fact that is committed. */
    public head: Position,
    private readonly onCommit: () => void,
    private readonly files: { check(): void },
  ) {
    this.rows = new LogRows(db, head);
    this.begin = db.prepare('BEGIN IMMEDIATE');
    this.commit = db.prepare('COMMIT');
  }

  append(stream: string, expected: number, facts: readonly Proposed[]): Promise<Appended> {
    const rows = facts.map(rowOf);
    return new Promise((resolve, reject) => {
      this.waiting.push({ stream, expected, rows, resolve, reject });
      this.schedule();
    });
  }

  /** How many facts a stream holds, as far as the last commit; undefined while that has to be read again. */
  countOf(stream: string): number | undefined {
    return this.broken ? undefined : this.rows.headOf(stream).count;
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
      if (this.broken) {
        this.files.check();
        this.recover();
      }
      const recorded = msOf(this.clock.now());
      this.begin.run();
      for (const one of group) answers.push(this.write(one, recorded));
      this.rows.flush();
      this.commit.run();
      this.files.check(); // or what was committed lies in a file that nobody will open again
    } catch (error) {
      this.fail(group, error);
      return;
    }
    this.head = this.rows.last;
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
    const head = this.rows.headOf(stream);
    if (head.count !== expected) return new WrongExpectedRevision(stream, expected, head.count);
    for (const row of rows) this.rows.put(stream, head, row, recorded);
    return { revision: head.count - 1, position: this.rows.last };
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
    const isRefused = error instanceof StoreRefused;
    for (const { reject } of group)
      reject(isRefused ? error : new StoreUnavailable(`The log cannot be written: ${reason}`, { cause: error }));
  }

  private recover(): void {
    rollback(this.db);
    this.rows.forget();
    this.broken = false;
  }
}
