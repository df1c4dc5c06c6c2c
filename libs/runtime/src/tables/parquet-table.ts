import { open } from 'node:fs/promises';
import type { ParquetWriteOptions } from 'hyparquet-writer';
import type { Column, Kind } from './columns.js';
import { endsOf, type Table } from './table.js';

type SchemaElement = NonNullable<ParquetWriteOptions['schema']>[number];

/** Most rows held before they are written as a row group, and most characters of their texts. */
const GROUP_ROWS = 65_536;
const GROUP_CHARACTERS = 8_000_000;
const DAY_MS = 86_400_000;

/** @source https://parquet.apache.org/docs/file-format/types/logicaltypes/ */
const TYPES: Readonly<Record<Kind, Omit<SchemaElement, 'name'>>> = {
  boolean: { type: 'BOOLEAN' },
  integer: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  instant: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } },
  day: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  // as text: half of the readers there are give bytes for the type JSON
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
};

const stored = (kind: Kind, value: unknown): unknown => {
  if (value === null) return null;
  if (kind === 'integer') return BigInt(value as number);
  if (kind === 'instant') return BigInt(Date.parse(value as string));
  if (kind === 'day') return Math.round(Date.parse(value as string) / DAY_MS);
  return kind === 'text' || kind === 'json' ? String(value) : value;
};

/** Apache Parquet, Snappy compression; every column may be null. A row group is held in memory. */
export async function parquetTable(path: string, columns: readonly Column[]): Promise<Table> {
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const file = await open(path, 'w');
  const bytes = new ByteWriter();
  const elements = columns.map(({ name, kind }) => ({ name, ...TYPES[kind], repetition_type: 'OPTIONAL' as const }));
  const schema: SchemaElement[] = [{ name: 'root', num_children: columns.length }, ...elements];
  const parquet = new ParquetWriter({ writer: bytes, schema, createdBy: 'patron' });
  let [held, characters]: [unknown[][], number] = [columns.map(() => []), 0];
  /** Writes what the library has made; it goes on counting offsets from the beginning of the file. */
  const drain = async (): Promise<void> => {
    await file.appendFile(bytes.getBytes());
    bytes.index = 0;
  };
  const flush = async (): Promise<void> => {
    if ((held[0]?.length ?? 0) === 0) return;
    const columnData = columns.map(({ name }, at) => ({ name, data: held[at] ?? [], offsetIndex: false }));
    await parquet.write({ columnData, rowGroupSize: GROUP_ROWS });
    [held, characters] = [columns.map(() => []), 0];
    await drain();
  };
  const ends = endsOf(file);
  return {
    write: async (rows) => {
      for (const row of rows) {
        for (const [at, { kind }] of columns.entries()) {
          const value = stored(kind, row[at]);
          held[at]?.push(value);
          if (typeof value === 'string') characters += value.length;
        }
        if ((held[0]?.length ?? 0) >= GROUP_ROWS || characters >= GROUP_CHARACTERS) await flush();
      }
    },
    finish: async () => {
      await flush();
      await parquet.finish();
      if (parquet.row_groups.length === 0) sayGroups(bytes.getBytes());
      await drain();
      await ends.finish();
    },
    abandon: ends.abandon,
  };
}

/** Number of rows (field 3, an i64) is 0; then row groups (field 4, a list), none of them, of no type. */
const NO_GROUPS = Buffer.from([0x16, 0x00, 0x19, 0x00]);
const OF_STRUCTS = 0x0c;

/**
 * Where there is no row group the library writes a list of no type, which strict readers refuse.
 *
 * @source Thrift compact protocol, list header; parquet.thrift, FileMetaData
 */
function sayGroups(footer: Uint8Array): void {
  const at = Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength).indexOf(NO_GROUPS);
  if (at >= 0) footer[at + NO_GROUPS.length - 1] = OF_STRUCTS;
}
