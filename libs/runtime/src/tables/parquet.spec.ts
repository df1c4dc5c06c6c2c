import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { readParquet } from 'parquet-wasm/node';
import { tempFolder } from '#testing/temp-folder.js';
import { Output } from './output.js';
import { writeRows, type Rows } from './write-rows.js';

const folder = tempFolder();

async function* of(rows: readonly object[]): Rows {
  yield rows.slice(0, 2);
  yield rows.slice(2);
}

/** What a reader that is not the writer's (Rust) makes of the file: types of its columns, and rows. */
function readBack(path: string): {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: readonly object[];
} {
  const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream());
  const types = Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]));
  const rows = table.toArray().map((row: unknown) => ({ ...(row as { toJSON(): object }).toJSON() }));
  return { types, rows };
}

async function written(rows: readonly object[]): Promise<ReturnType<typeof readBack>> {
  const path = join(folder(), 'table.parquet');
  await writeRows(of(rows), Output.at(path, true));
  return readBack(path);
}

describe('a Parquet file', () => {
  it('has a column of the right type for each path, read by another library', async () => {
    const { types, rows } = await written([
      {
        id: 'a',
        n: 1,
        share: 0.5,
        open: true,
        at: '2026-03-01T12:00:00.000Z',
        on: '1969-12-31',
        spend: { units: 4200, scale: 2 },
      },
      {
        id: 'b',
        n: -9007199254740991,
        share: 2,
        open: false,
        at: '1960-01-01T00:00:00.001Z',
        on: '2026-03-01',
        list: [1, { a: 'ü' }],
      },
      { id: 'c', n: null, mixed: 7 },
      { id: null, mixed: 'seven', never: null },
    ]);
    expect(types).toEqual({
      ...{
        id: 'Utf8',
        n: 'Int64',
        share: 'Float64',
        open: 'Bool',
        at: 'Timestamp<MILLISECOND, UTC>',
        on: 'Date32<DAY>',
      },
      ...{ 'spend.units': 'Int64', 'spend.scale': 'Int64', list: 'Utf8', mixed: 'Utf8', never: 'Utf8' },
    });
    const nothing = { 'spend.units': null, 'spend.scale': null, list: null, mixed: null, never: null };
    const ms = (text: string): number => Date.parse(text);
    expect(rows).toEqual([
      {
        ...nothing,
        id: 'a',
        n: 1n,
        share: 0.5,
        open: true,
        at: ms('2026-03-01T12:00Z'),
        on: ms('1969-12-31'),
        'spend.units': 4200n,
        'spend.scale': 2n,
      },
      {
        ...nothing,
        id: 'b',
        n: -9007199254740991n,
        share: 2,
        open: false,
        at: ms('1960-01-01T00:00:00.001Z'),
        on: ms('2026-03-01'),
        list: '[1,{"a":"ü"}]',
      },
      { ...nothing, id: 'c', n: null, share: null, open: null, at: null, on: null, mixed: '7' },
      { ...nothing, id: null, n: null, share: null, open: null, at: null, on: null, mixed: '"seven"' },
    ]);
  });

  it('keeps a map of many names in one column of JSON', async () => {
    const byDay = Object.fromEntries(Array.from({ length: 80 }, (_, at) => [`d${at}`, at]));
    const { types, rows } = await written([{ byDay: { d0: 1 } }, { byDay }]);
    expect(types).toEqual({ byDay: 'Utf8' });
    expect(rows).toEqual([{ byDay: '{"d0":1}' }, { byDay: JSON.stringify(byDay) }]);
  });

  it('has the inner columns only of an object that is null, or no object, in some rows', async () => {
    const { types, rows } = await written([
      { id: 'a', rfm: null, odd: 'x', never: null },
      { id: 'b', rfm: { r: 5, of: { f: 1 } }, odd: { m: 2 }, never: null },
      { id: 'c', rfm: { r: 4, of: null }, odd: null, never: null },
    ]);
    expect(types).toEqual({
      ...{ id: 'Utf8', odd: 'Utf8', never: 'Utf8', 'rfm.r': 'Int64', 'rfm.of.f': 'Int64', 'odd.m': 'Int64' },
    });
    expect(rows).toEqual([
      { id: 'a', odd: 'x', never: null, 'rfm.r': null, 'rfm.of.f': null, 'odd.m': null },
      { id: 'b', odd: null, never: null, 'rfm.r': 5n, 'rfm.of.f': 1n, 'odd.m': 2n },
      { id: 'c', odd: null, never: null, 'rfm.r': 4n, 'rfm.of.f': null, 'odd.m': null },
    ]);
  });

  it('gives back what was written, whatever it was', async () => {
    const value = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    );
    const row = fc.record({
      text: fc.option(fc.string({ unit: 'grapheme' })),
      whole: fc.option(fc.maxSafeInteger()),
      any: value,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
        const anys = new Set(rows.map(({ any }) => typeof any).filter((type) => type !== 'object'));
        const { rows: found, types } = await written(rows);
        const back = (found as Readonly<Record<string, unknown>>[]).map(({ text, whole, any }) => {
          const isJson = types['any'] === 'Utf8' && anys.size > 1 && any !== null;
          const read = isJson ? (JSON.parse(any as string) as unknown) : typeof any === 'bigint' ? Number(any) : any;
          return { text, whole: whole === null ? null : Number(whole), any: read };
        });
        // lone surrogates have no UTF-8
        const kept = rows.map(({ text, whole, any }) => ({
          text,
          whole: whole === null ? null : whole + 0,
          any: typeof any === 'string' ? any.toWellFormed() : any,
        }));
        expect(back).toEqual(kept);
      }),
      { numRuns: 25 },
    );
  });

  it('without rows has the columns of a sample, and is refused without any', async () => {
    const path = join(folder(), 'none.parquet');
    const sample = { id: '', n: 0, at: '2026-03-01T12:00:00.000Z' };
    expect(await writeRows(of([]), Output.at(path, true), { sample })).toBe(0);
    expect(readBack(path)).toEqual({ types: { id: 'Utf8', n: 'Int64', at: 'Timestamp<MILLISECOND, UTC>' }, rows: [] });
    await expect(writeRows(of([]), Output.at(path, true))).rejects.toThrow('a Parquet file needs columns');
    expect(readBack(path).rows).toEqual([]);
  });

  it('of very many rows is several row groups, and no more than one is held', async () => {
    const path = join(folder(), 'many.parquet');
    const many = async function* (): Rows {
      for (let at = 0; at < 140; at += 1) yield Array.from({ length: 500 }, (_, n) => ({ n: at * 500 + n }));
    };
    expect(await writeRows(many(), Output.at(path, false))).toBe(70_000);
    const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream());
    expect(table.batches.length).toBeGreaterThan(1);
    expect(table.numRows).toBe(70_000);
    expect(table.get(69_999)?.toJSON()).toEqual({ n: 69_999n });
  });
});
