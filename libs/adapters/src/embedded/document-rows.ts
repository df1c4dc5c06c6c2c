import { indexedValue, type IndexValue } from '#kernel/ports/index-order.js';
import { StaleDocument } from '#kernel/ports/read-models.js';
import type { Stored, Write } from '#kernel/ports/read-models.js';
import type { Bindable, Database, Statement } from './sqlite.js';
import { Texts } from './texts.js';

/** Rows of one statement: several at once take less than one by one. */
const AT_ONCE = 8;

/** Puts documents into the table of a read model, in transactions of whoever calls. */
export class DocumentRows {
  private readonly columns: number;
  private readonly insert: Statement;
  private readonly insertNew: Statement;
  private readonly update: Statement;
  private readonly updateDoc: Statement;
  private readonly append: Statement;
  private readonly appendMany: Statement;
  /** Rows that were added and are in no transaction yet, as many in each as go into one statement; documents lie in `texts`. */
  private full: Bindable[][] = [];
  private waiting: Bindable[] = [];
  private readonly texts = new Texts();

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
    const bytes = row.replace('?', 'CAST(? AS TEXT)');
    this.insert = db.prepare(`${into} ${row} ON CONFLICT DO NOTHING`);
    this.insertNew = db.prepare(`${into} ${bytes} ON CONFLICT DO NOTHING`);
    this.update = db.prepare(`UPDATE docs SET ${set} WHERE key = ? AND position = ?`);
    this.updateDoc = db.prepare('UPDATE docs SET doc = ?, position = ? WHERE key = ? AND position = ?');
    this.append = db.prepare(`${into} ${bytes}`);
    this.appendMany = db.prepare(`${into} ${Array<string>(AT_ONCE).fill(bytes).join(', ')}`);
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
    const many = AT_ONCE * this.columns;
    for (const { doc, position, due, key } of documents) {
      const { waiting, texts } = this;
      waiting.push(doc === null ? null : texts.put(JSON.stringify(doc)), position, due);
      this.putIndexed(doc, key, waiting);
      if (waiting.length < many) continue;
      this.full.push(waiting);
      this.waiting = [];
    }
  }

  /** Everything that was added is in the transaction then. @param isIndexed  Then one that is there is refused. */
  flush(isIndexed: boolean): void {
    const { full, waiting } = this;
    [this.full, this.waiting] = [[], []];
    if (!isIndexed) for (const values of full) this.appendMany.run(...this.withTexts(values));
    for (const values of isIndexed ? [...full, waiting] : [waiting]) {
      this.withTexts(values);
      for (let from = 0; from < values.length; from += this.columns) {
        const row = values.slice(from, from + this.columns);
        if (!isIndexed) this.append.run(...row);
        else if (this.insertNew.run(...row).changes !== 1) throw new StaleDocument(String(row.at(-1)));
      }
    }
    this.texts.clear();
  }

  /** Rows that waited, each with its document instead of where that lies. */
  private withTexts(values: Bindable[]): Bindable[] {
    for (let at = 0; at < values.length; at += this.columns) {
      const text = values[at];
      if (typeof text === 'number') values[at] = this.texts.at(text);
    }
    return values;
  }

  private keepsIndexes({ doc, due, before, loadedAt }: Write): boolean {
    const old = before?.doc;
    if (loadedAt === 0 || doc === null || old === null || old === undefined || before?.due !== due) return false;
    return this.fields.every((field) => indexedValue(doc, field) === indexedValue(old, field));
  }

  private valuesOf({ doc, position, due, key }: Stored): Bindable[] {
    const values: Bindable[] = doc === null ? [null, position, null] : [JSON.stringify(doc), position, due];
    this.putIndexed(doc, key, values);
    return values;
  }

  private putIndexed(doc: Stored['doc'], key: string, values: Bindable[]): void {
    for (const field of this.fields) values.push(doc === null ? null : (indexedValue(doc, field) satisfies IndexValue));
    values.push(key);
  }
}
