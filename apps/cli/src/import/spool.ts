import { createHash } from 'node:crypto';
import type { Reject } from './fields.js';
import type { RawRow } from './rows.js';
import type { Scratch } from './scratch.js';

/** A clean row as it is sorted. */
export interface Entry {
  readonly customerId: string;
  /** What rows must agree in to be one group; null where a row stands for itself. */
  readonly group: string | null;
  /** All that the row says, in JSON's terms: equal content is an equal row. */
  readonly content: readonly unknown[];
  /** When it is to be sent, once or in steps; at one instant lower `ord` goes first. */
  readonly places: readonly { readonly ord: number; readonly atMs: number }[];
}

/** A row with its identity: the same row of a longer or renamed file has the same one. */
export interface Row {
  readonly line: number;
  readonly raw: string;
  readonly lineId: string;
  readonly content: readonly unknown[];
}

/** Rows that are sent together. */
export interface Group<R extends Row = Row> {
  readonly ord: number;
  readonly customerId: string;
  readonly atMs: number;
  /** Names the group among those of its mapping. */
  readonly key: string;
  readonly rows: readonly R[];
}

const SCHEMA = `
  CREATE TABLE rows (
    seq INTEGER PRIMARY KEY, line INT, ord INT, at INT, customer TEXT, grp TEXT, content TEXT, raw TEXT);
  CREATE TABLE rejects (line INT, col TEXT, reason TEXT, raw TEXT)`;

/** Groups by their first row's time, then by `ord`; within it by content, so that no order of rows matters. */
const IN_ORDER = `
  SELECT line, ord, first, customer, grp, content, nth, raw FROM (
    SELECT *, iif(grp IS NULL, at, min(at) OVER (PARTITION BY ord, customer, grp)) AS first FROM (
      SELECT *, row_number() OVER (PARTITION BY content, ord ORDER BY seq) AS nth FROM rows))
  ORDER BY first, ord, customer, grp, content, nth`;

type Columns = readonly [number, number, number, string, string | null, string, number, string | Uint8Array];

/** The driver reads a text back to its first NUL only; such a row, whose characters are bytes, is kept as bytes. */
const kept = (raw: string): string | Buffer => (raw.includes('\0') ? Buffer.from(raw, 'latin1') : raw);
const shown = (raw: string | Uint8Array): string =>
  typeof raw === 'string' ? raw : Buffer.from(raw).toString('latin1');

const identity = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 20);

/** Sorts rows on disk. Memory stays the same however long the file is. */
export class Spool {
  private readonly insert;
  private readonly refuse;
  private readonly walked: unknown[] = [];
  private seq = 0;

  constructor(
    private readonly db: Scratch,
    private readonly name: string,
  ) {
    // One transaction that never ends: the file is scratch, and every commit of one row would be a write.
    db.exec(`${SCHEMA}; BEGIN`);
    this.insert = db.prepare(`INSERT INTO rows VALUES (${Array(8).fill('?').join(',')})`);
    this.refuse = db.prepare('INSERT INTO rejects VALUES (?,?,?,?)');
  }

  add({ line, raw }: RawRow, { customerId, group, content, places }: Entry): void {
    const text = JSON.stringify(content);
    for (const { ord, atMs } of places) {
      this.insert.run((this.seq += 1), line, ord, atMs, customerId, group, text, kept(raw));
    }
  }

  reject({ line, raw }: Pick<RawRow, 'line' | 'raw'>, { column, reason }: Reject): void {
    this.refuse.run(line, column, reason, kept(raw));
  }

  /** Places of all rows. */
  get rows(): number {
    return this.seq;
  }

  *groups(): Iterable<Group> {
    let group: (Group & { readonly rows: Row[] }) | undefined;
    let current = '';
    for (const found of this.walk<Columns>(IN_ORDER)) {
      const [line, ord, atMs, customerId, grp, content, nth, raw] = found;
      const lineId = identity(this.name, content, nth);
      const row: Row = { line, raw: shown(raw), lineId, content: JSON.parse(content) as readonly unknown[] };
      const place = grp === null ? `${lineId}\n${ord}` : `${ord}\n${customerId}\n${grp}`;
      if (group !== undefined && place === current) {
        group.rows.push(row);
        continue;
      }
      if (group !== undefined) yield group;
      current = place;
      group = { ord, customerId, atMs, key: grp === null ? lineId : identity(this.name, ord, grp), rows: [row] };
    }
    if (group !== undefined) yield group;
  }

  /** Everything that was rejected, by line. */
  *rejects(): Iterable<readonly [line: number, column: string, reason: string, raw: string]> {
    const sql = 'SELECT line, col, reason, raw FROM rejects ORDER BY line, col';
    for (const [line, column, reason, raw] of this.walk<readonly [number, string, string, string | Uint8Array]>(sql)) {
      yield [line, column, reason, shown(raw)];
    }
  }

  /** How many were rejected for each reason, most first. */
  reasons(): readonly (readonly [reason: string, rows: number])[] {
    const sql = 'SELECT reason, count(*) FROM rejects GROUP BY reason ORDER BY count(*) DESC, reason';
    return this.db.prepare(sql).all() as never;
  }

  /** The driver frees a statement that nobody holds, even while its rows are being walked. */
  private walk<T>(sql: string): Iterable<T> {
    const statement = this.db.prepare(sql);
    this.walked.push(statement);
    return statement.iterate() as unknown as Iterable<T>;
  }
}
