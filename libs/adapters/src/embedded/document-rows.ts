import { indexedValue, type IndexValue } from '#kernel/ports/index-order.js';
import { StaleDocument } from '#kernel/ports/read-models.js';
import type { Stored, Write } from '#kernel/ports/read-models.js';
import type { Bindable, Database, Statement } from './sqlite.js';

/** Rows of one statement: several at once take less than one by one. */
const AT_ONCE = 8;

/** Puts documents into the table of a read model, in transactions of whoever calls. */
export class DocumentRows {
  private readonly columns: number;
  private readonly insert: Statement;
  private readonly update: Statement;
  private readonly updateDoc: Statement;
  private readonly append: Statement;
  private readonly appendMany: Statement;
  /** Values of rows that were added and are in no transaction yet. */
  private waiting: Bindable[] = [];

  /** @param fields  Those that some index names; each has a column of its own, `f0`, `f1`, … */
  constructor(
    db: Database,
    private readonly fields: readonly string[],
  ) {
    const columns = ['doc', 'position', 'due', ...fields.map((_, at) => `f${at}`)];
    this.columns = columns.length + 1;
    const row = `(${columns.map(() => '?').join(', ')}, ?)`;
    const set = columns.map((column) => `${column} = ?`).join(', ');
    const into = `INSERT INTO docs (${columns.join(', ')}, key) VALUES`;
    this.insert = db.prepare(`${into} ${row} ON CONFLICT DO NOTHING`);
    this.update = db.prepare(`UPDATE docs SET ${set} WHERE key = ? AND position = ?`);
    this.updateDoc = db.prepare('UPDATE docs SET doc = ?, position = ? WHERE key = ? AND position = ?');
    this.append = db.prepare(`${into} ${row}`);
    this.appendMany = db.prepare(`${into} ${Array<string>(AT_ONCE).fill(row).join(', ')}`);
  }

  /** @throws {StaleDocument} while a build only adds new documents, one that was there already shows when it is indexed */
  put(one: Write): void {
    const { key, doc, position, loadedAt } = one;
    const { changes } = this.keepsIndexes(one)
      ? this.updateDoc.run(JSON.stringify(doc), position, key, loadedAt)
      : loadedAt === 0
        ? this.insert.run(...this.valuesOf(one))
        : this.update.run(...this.valuesOf(one), loadedAt);
    if (changes !== 1) throw new StaleDocument(key);
  }

  /** Takes new documents, as they are to be stored, for the next `flush`. */
  add(documents: readonly Stored[]): void {
    for (const one of documents) this.waiting.push(...this.valuesOf(one));
  }

  /** Everything that was added is in the transaction then. @param isIndexed  Then one that is there is refused. */
  flush(isIndexed: boolean): void {
    const values = this.waiting;
    this.waiting = [];
    const many = isIndexed ? Infinity : AT_ONCE * this.columns;
    let from = 0;
    for (; from + many <= values.length; from += many) this.appendMany.run(...values.slice(from, from + many));
    for (; from < values.length; from += this.columns) {
      const row = values.slice(from, from + this.columns);
      if (!isIndexed) this.append.run(...row);
      else if (this.insert.run(...row).changes !== 1) throw new StaleDocument(String(row.at(-1)));
    }
  }

  private keepsIndexes({ doc, due, before, loadedAt }: Write): boolean {
    const old = before?.doc;
    if (loadedAt === 0 || doc === null || old === null || old === undefined || before?.due !== due) return false;
    return this.fields.every((field) => indexedValue(doc, field) === indexedValue(old, field));
  }

  private valuesOf({ doc, position, due, key }: Stored): Bindable[] {
    const values: Bindable[] = doc === null ? [null, position, null] : [JSON.stringify(doc), position, due];
    for (const field of this.fields) values.push(doc === null ? null : (indexedValue(doc, field) satisfies IndexValue));
    values.push(key);
    return values;
  }
}
