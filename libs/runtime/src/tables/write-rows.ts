import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { InvalidRequest } from '#kernel/errors.js';
import { linesOf } from '../lines.js';
import { ColumnFinder, valuesOf, type Column, type Row } from './columns.js';
import type { Format, Output } from './output.js';
import { parquetTable } from './parquet-table.js';
import { csvTable, type Table } from './table.js';

const LINES = 1_000;

/** Rows, some at a time. */
export type Rows = AsyncIterable<readonly object[]>;

const openTable = (format: Exclude<Format, 'ndjson'>, path: string, columns: readonly Column[]): Promise<Table> =>
  format === 'csv' ? csvTable(path, columns) : parquetTable(path, columns);

export interface Shape {
  /** Where they are known before; else they are found by a first look at all rows. */
  readonly columns?: readonly Column[] | undefined;
  /** A row like those there might be: says the columns of a table without rows. */
  readonly sample?: object | undefined;
}

/**
 * Writes rows as the output's format; answers how many. While their columns are found they are kept in a file beside: memory holds a
 * thousand, or a row group.
 *
 * @throws {InvalidRequest} for a row that is no object, or holds what JSON does not know; for a Parquet file without columns
 */
export function writeRows(rows: Rows, output: Output, { columns: known, sample = {} }: Shape = {}): Promise<number> {
  const { format } = output;
  return output.write(async (path) => {
    if (format === 'ndjson') return writeLines(rows, path);
    if (known !== undefined) return writeKnown(rows, known, await openTable(format, path, known));
    const spool = `${path}.rows`;
    try {
      const finder = new ColumnFinder();
      const count = await writeLines(rows, spool, (row) => finder.show(row));
      if (count === 0) finder.show(JSON.parse(lineOf(sample)) as Row);
      const columns = finder.columns();
      if (columns.length === 0 && format === 'parquet') throw nothingToWrite(output.path);
      await writeKnown(rowsIn(spool), columns, await openTable(format, path, columns));
      return count;
    } finally {
      await rm(spool, { force: true });
    }
  });
}

async function writeLines(rows: Rows, path: string, look?: (row: Row) => void): Promise<number> {
  const file = await open(path, 'w');
  let count = 0;
  try {
    for await (const some of rows) {
      const lines = some.map((row) => {
        const line = lineOf(row);
        look?.(JSON.parse(line) as Row); // as a reader will see it: a Date is a text by then, NaN is null
        return `${line}\n`;
      });
      count += some.length;
      await file.appendFile(lines.join(''));
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return count;
}

async function* rowsIn(spool: string): Rows {
  const held: Row[] = [];
  for await (const { bytes } of linesOf(createReadStream(spool), Infinity)) {
    held.push(JSON.parse(String(bytes)) as Row);
    if (held.length >= LINES) yield held.splice(0);
  }
  yield held;
}

async function writeKnown(rows: Rows, columns: readonly Column[], table: Table): Promise<number> {
  let count = 0;
  try {
    for await (const some of rows) {
      await table.write(some.map((row) => valuesOf(row as Row, columns)));
      count += some.length;
    }
  } catch (error) {
    await table.abandon();
    throw error;
  }
  await table.finish();
  return count;
}

/** Readers take a file without columns for a broken one. */
const nothingToWrite = (path: string): InvalidRequest => {
  const message = 'there are no rows, and a Parquet file needs columns: write .csv or .ndjson, or let rows give one';
  return new InvalidRequest([{ path, message }]);
};

function lineOf(row: unknown): string {
  const isRow = row !== null && typeof row === 'object' && !Array.isArray(row);
  if (!isRow) throw new InvalidRequest([{ path: 'rows', message: `${JSON.stringify(row)} is no row: give objects` }]);
  try {
    return JSON.stringify(row);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidRequest([{ path: 'rows', message: `a row cannot be written: ${why}` }]);
  }
}
