import { createHash } from 'node:crypto';
import type { Money } from '#kernel/money.js';
import type { CleanRow, Reject } from './clean.js';
import type { RawRow } from './rows.js';
import type { Scratch } from './scratch.js';

/** A clean row with its identity: the same row of a longer or renamed file has the same one. */
export interface Row {
  readonly line: number;
  readonly raw: string;
  readonly lineId: string;
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: Money | null;
  readonly amount: Money | null;
}

/** Rows of one purchase, or of one refund. */
export interface Group {
  readonly refund: boolean;
  readonly customerId: string;
  readonly atMs: number;
  /** Names the group among those of its mapping. */
  readonly key: string;
  readonly purchaseId: string | null;
  readonly channel: string | null;
  readonly rows: readonly Row[];
}

const SCHEMA = `
  CREATE TABLE rows (
    seq INTEGER PRIMARY KEY, line INT, refund INT, at INT, customer TEXT, grp TEXT, pid TEXT, sku TEXT, quantity INT,
    price TEXT, amount TEXT, channel TEXT, content TEXT, raw TEXT);
  CREATE TABLE rejects (line INT, col TEXT, reason TEXT, raw TEXT)`;

/** Groups by their first row's time, purchases before refunds; within it by content, so that no order of rows matters. */
const IN_ORDER = `
  SELECT line, refund, first, customer, grp, pid, sku, quantity, price, amount, channel, content, nth, raw FROM (
    SELECT *, iif(grp IS NULL, at, min(at) OVER (PARTITION BY refund, customer, grp)) AS first FROM (
      SELECT *, row_number() OVER (PARTITION BY content ORDER BY seq) AS nth FROM rows))
  ORDER BY first, refund, customer, grp, content, nth`;

type Columns = readonly [number, number, number, string, string | null, string | null, string, number, ...Rest];
type Rest = readonly [string | null, string | null, string | null, string, number, string];

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
    this.insert = db.prepare(`INSERT INTO rows VALUES (${Array(14).fill('?').join(',')})`);
    this.refuse = db.prepare('INSERT INTO rejects VALUES (?,?,?,?)');
  }

  add({ line, raw }: RawRow, row: CleanRow): void {
    const { refund, customerId, atMs, group, purchaseId, sku, quantity, unitPrice, amount, channel } = row;
    const [price, sum] = [textOf(unitPrice), textOf(amount)];
    const content = JSON.stringify([sku, price, sum, quantity, refund, customerId, atMs, group, purchaseId, channel]);
    this.insert.run(
      ...([(this.seq += 1), line, refund ? 1 : 0, atMs, customerId, group, purchaseId] as const),
      ...([sku, quantity, price, sum, channel, content, raw] as const),
    );
  }

  reject({ line, raw }: Pick<RawRow, 'line' | 'raw'>, { column, reason }: Reject): void {
    this.refuse.run(line, column, reason, raw);
  }

  get rows(): number {
    return this.seq;
  }

  *groups(): Iterable<Group> {
    let group: (Group & { readonly rows: Row[] }) | undefined;
    let current = '';
    for (const found of this.walk<Columns>(IN_ORDER)) {
      const [
        line,
        refund,
        atMs,
        customerId,
        grp,
        purchaseId,
        sku,
        quantity,
        price,
        amount,
        channel,
        content,
        nth,
        raw,
      ] = found;
      const lineId = identity(this.name, content, nth);
      const row = { line, raw, lineId, sku, quantity, unitPrice: moneyOf(price), amount: moneyOf(amount) };
      const place = grp === null ? lineId : `${refund}\n${customerId}\n${grp}`;
      if (group !== undefined && place === current) {
        group.rows.push(row);
        continue;
      }
      if (group !== undefined) yield group;
      current = place;
      const key = grp === null ? lineId : identity(this.name, refund, grp);
      group = { refund: refund === 1, customerId, atMs, key, purchaseId, channel, rows: [row] };
    }
    if (group !== undefined) yield group;
  }

  /** Everything that was rejected, by line. */
  rejects(): Iterable<readonly [line: number, column: string, reason: string, raw: string]> {
    return this.walk('SELECT line, col, reason, raw FROM rejects ORDER BY line, col');
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

/** Equal amounts are equal texts, however many zeros the file wrote. */
function textOf(amount: Money | null): string | null {
  if (amount === null) return null;
  let { units, scale } = amount;
  while (scale > 2 && units % 10 === 0) [units, scale] = [units / 10, scale - 1];
  return `${units} ${scale} ${amount.currency}`;
}

function moneyOf(text: string | null): Money | null {
  if (text === null) return null;
  const [units, scale, currency = ''] = text.split(' ');
  return { units: Number(units), scale: Number(scale), currency };
}
