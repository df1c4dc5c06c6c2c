import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '#testing/temp-folder.js';
import { RejectsFile } from './rejects-file.js';

const folder = tempFolder();
const at = (name: string): string => join(folder(), name);
const rejects = [
  [2, 'Quantity', 'no whole number, "so"', 'caf\u00e9,"a ""b"""'],
  [9, '', 'the row has 1 fields, not 8', 'x'],
] as const;
const WRITTEN = Buffer.from(
  'line,column,reason,row\r\n2,Quantity,"no whole number, ""so""","caf\u00e9,""a """"b"""""""\r\n9,,"the row has 1 fields, not 8","x"\r\n',
  'latin1',
);

describe('a file of rejected rows', () => {
  beforeEach(() => writeFileSync(at('till.csv'), 'what is imported'));

  it('holds them byte for byte, with nothing beside it, and takes the place of an earlier one', async () => {
    for (const some of [[], rejects]) await RejectsFile.at(at('r.csv'), at('till.csv')).write(some);
    expect(readFileSync(at('r.csv'))).toEqual(WRITTEN);
    expect(readdirSync(folder()).sort()).toEqual(['r.csv', 'till.csv']);
  });

  it('is never what is imported, not even under another name', () => {
    symlinkSync(at('till.csv'), at('link.csv'));
    for (const name of ['till.csv', 'link.csv']) {
      expect(() => RejectsFile.at(at(name), at('till.csv'))).toThrow('is what is imported');
    }
    expect(readFileSync(at('till.csv'), 'utf8')).toBe('what is imported');
  });

  it('takes the place of no other file', () => {
    writeFileSync(at('mapping.json'), '{}');
    expect(() => RejectsFile.at(at('mapping.json'), at('till.csv'))).toThrow('holds no rejects');
  });

  it('is refused before anything is done where it cannot be written', () => {
    mkdirSync(at('a-folder'));
    expect(() => RejectsFile.at(at('a-folder'), at('till.csv'))).toThrow('is a folder');
    expect(() => RejectsFile.at(at('nowhere/r.csv'), at('till.csv'))).toThrow(/nothing can be written.*--rejects/);
  });

  it('goes to a device as it is', async () => {
    await RejectsFile.at('/dev/null', at('till.csv')).write(rejects);
    expect(readFileSync('/dev/null', 'utf8')).toBe('');
  });

  it('says what to do where writing fails at the end, and leaves what was there', async () => {
    const file = RejectsFile.at(at('r.csv'), at('till.csv'));
    await file.write([]);
    function* failing(): Generator<(typeof rejects)[number]> {
      yield rejects[0];
      throw new Error('database disk image is malformed');
    }
    await expect(file.write(failing())).rejects.toThrow(/could not be written.*import again.*--rejects/s);
    expect(readdirSync(folder()).sort()).toEqual(['r.csv', 'till.csv']);
    expect(readFileSync(at('r.csv'), 'utf8')).toBe('line,column,reason,row\r\n');
  });
});
