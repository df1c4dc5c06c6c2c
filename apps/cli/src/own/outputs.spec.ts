import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { outputsFor } from './outputs.js';

const folder = tempFolder();
const at = (name: string): string => join(folder(), name);
const pathsOf = (names: readonly string[], given: readonly string[], format?: string): readonly string[] =>
  [...outputsFor(names, given, format, false).values()].map(({ path }) => path);

describe('where tables are written', () => {
  it('is a file each, in their order, or a folder for all', () => {
    expect(pathsOf(['a', 'b'], [at('x.csv'), at('y.parquet')])).toEqual([at('x.csv'), at('y.parquet')]);
    expect(pathsOf(['a', 'b'], [folder()])).toEqual([at('a.parquet'), at('b.parquet')]);
    expect(pathsOf(['a'], [folder()], 'ndjson')).toEqual([at('a.ndjson')]);
  });

  it('is refused where it does not go with what there is', () => {
    expect(() => pathsOf(['a'], [])).toThrow('--out is missing');
    expect(() => pathsOf(['a', 'b'], [at('x.csv')])).toThrow('There are 2 projections (a, b) and 1 --out');
    expect(() => pathsOf(['a', 'b'], [at('x.csv'), at('x.csv')])).toThrow('twice');
    expect(() => pathsOf(['a'], [at('x.csv')], 'csv')).toThrow('--format goes with a folder');
    expect(() => pathsOf(['a'], [folder()], 'xlsx')).toThrow('--format is one of parquet, csv, ndjson');
    writeFileSync(at('a.parquet'), 'kept');
    expect(() => pathsOf(['a'], [folder()])).toThrow('is there already; --force replaces it');
  });
});
