import { open, type FileHandle } from 'node:fs/promises';
import { cell } from '../exports.js';
import type { Column } from './columns.js';

/** A table that is being written, some rows at a time. */
export interface Table {
  /** Rows as `valuesOf` gives them. */
  write(rows: readonly (readonly unknown[])[]): Promise<void>;
  /** Everything is in the file, and on the disk. */
  finish(): Promise<void>;
  /** Lets go of the file, whatever is in it. */
  abandon(): Promise<void>;
}

/** RFC 4180, a header line first; lists and maps as JSON. */
export async function csvTable(path: string, columns: readonly Column[]): Promise<Table> {
  const file = await open(path, 'w');
  const line = (values: readonly unknown[]): string => `${values.map(cell).join(',')}\r\n`;
  await file.appendFile(line(columns.map(({ name }) => name)));
  return { ...endsOf(file), write: async (rows) => file.appendFile(rows.map(line).join('')) };
}

export const endsOf = (file: FileHandle): Pick<Table, 'finish' | 'abandon'> => ({
  finish: async () => {
    await file.sync();
    await file.close();
  },
  abandon: () => file.close(),
});
