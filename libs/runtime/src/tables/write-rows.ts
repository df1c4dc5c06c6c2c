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

/** Opens a table of columns that are known. */
export const openTable = (
  format: Exclude<Format, 'ndjson'>,
  path: string,
  columns: readonly Column[],
): Promise<Table> => (format === 'csv' ? csvTable(path, columns) : parquetTable(path, columns));

/**
 * Writes rows as the output's format; answers how many. Columns are found by a first look at all of them, for which they are kept
 * in a file beside: memory holds a thousand, or a row group.
 *
 * @throws {InvalidRequest} for a row that is no object, or holds what JSON does not know
 */
export function writeRows(rows: Rows, output: Output): Promise<number> {
  const { format } = output;
  return output.write(async (path) => {
    if (format === 'ndjson') return writeLines(rows, path);
    const spool = `${path}.rows`;
    try {
      const finder = new ColumnFinder();
      const count = await writeLines(rows, spool, (row) => finder.show(row));
      await copyInto(spool, finder.columns(), (columns) => openTable(format, path, columns));
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

async function copyInto(
  spool: string,
  columns: readonly Column[],
  open: (columns: readonly Column[]) => Promise<Table>,
): Promise<void> {
  const table = await open(columns);
  try {
    let held: (readonly unknown[])[] = [];
    for await (const { bytes } of linesOf(createReadStream(spool), Infinity)) {
      held.push(valuesOf(JSON.parse(String(bytes)) as Row, columns));
      if (held.length >= LINES) await table.write(held.splice(0));
    }
    await table.write(held);
    held = [];
  } catch (error) {
    await table.abandon();
    throw error;
  }
  await table.finish();
}

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
