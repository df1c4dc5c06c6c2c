import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { Output } from './output.js';
import { writeRows, type Rows } from './write-rows.js';

const folder = tempFolder();

const one = async function* (row: object): Rows {
  yield [row];
};

describe('an output file', () => {
  it.each([
    ['table', 'must end in .parquet, .csv, .ndjson'],
    ['table.xlsx', 'must end in .parquet, .csv, .ndjson'],
    ['absent/table.csv', 'there is no folder'],
    ['there.csv', 'is there already; --force replaces it'],
    ['folder.csv', 'is a folder'],
  ])('%s is refused before anything is done', (name, message) => {
    writeFileSync(join(folder(), 'there.csv'), 'kept');
    mkdirSync(join(folder(), 'folder.csv'));
    expect(() => Output.at(join(folder(), name), false)).toThrow(message);
  });

  it('is replaced where that is asked for', async () => {
    const path = join(folder(), 'there.csv');
    writeFileSync(path, 'old');
    await writeRows(one({ a: 1 }), Output.at(path, true));
    expect(readFileSync(path, 'utf8')).toBe('a\r\n1\r\n');
  });

  it.each(['parquet', 'csv', 'ndjson'])('is there as a whole or not at all: %s', async (format) => {
    const path = join(folder(), `table.${format}`);
    const failing = async function* (): Rows {
      yield [{ a: 1 }];
      throw new Error('in the midst');
    };
    await expect(writeRows(failing(), Output.at(path, false))).rejects.toThrow('in the midst');
    expect(readdirSync(folder())).toEqual([]);
  });

  it('leaves alone what came there meanwhile', async () => {
    const path = join(folder(), 'table.ndjson');
    const output = Output.at(path, false);
    writeFileSync(path, 'theirs');
    await expect(writeRows(one({ a: 1 }), output)).rejects.toThrow('is there already');
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(readdirSync(folder())).toEqual(['table.ndjson']);
  });

  it('says of a row what cannot be written', async () => {
    const output = Output.at(join(folder(), 'table.csv'), false);
    await expect(writeRows(one({ a: 1n }), output)).rejects.toThrow(
      'a row cannot be written: Do not know how to serialize',
    );
    await expect(writeRows(one([1]), output)).rejects.toThrow('[1] is no row: give objects');
  });

  it('of CSV keeps texts of any kind apart from lines, and formulas from spreadsheets', async () => {
    const path = join(folder(), 'table.csv');
    await writeRows(
      one({ text: 'a,"b"\r\n\u2028c', list: [1, 2], at: { deep: '=1+1' }, none: null }),
      Output.at(path, false),
    );
    expect(readFileSync(path, 'utf8')).toBe(`text,list,at.deep,none\r\n"a,""b""\r\n\u2028c","[1,2]",'=1+1,\r\n`);
  });
});
