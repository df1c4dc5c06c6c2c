import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bytesOf, FileBroken } from './bytes.js';
import { decoded, rowsOf, type RawRow } from './rows.js';

const csv = { encoding: 'utf-8', delimiter: ',', quote: '"', header: true, columns: null } as const;
const blanks = { ...csv, delimiter: 'blanks' };

async function* inPieces(text: string | Buffer, size = 7): AsyncIterable<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** The rows, and what the reading ended with. */
async function all(
  rows: AsyncIterable<RawRow>,
): Promise<{ readonly rows: readonly RawRow[]; readonly error?: unknown }> {
  const read: RawRow[] = [];
  try {
    for await (const row of rows) read.push(row);
    return { rows: read };
  } catch (error) {
    return { rows: read, error };
  }
}

describe('rows between delimiters', () => {
  it('keep their lines where fields hold line breaks, blank lines lie between and endings differ', async () => {
    const text = 'a,b\r\n\r\n1,"x\ny"\r\n2,"say ""hi"""\n\n3,4';
    const { rows } = await all(rowsOf(inPieces(text), csv));
    expect(rows.map(({ line, fields }) => [line, ...fields])).toEqual([
      [1, 'a', 'b'],
      [3, '1', 'x\ny'],
      [5, '2', 'say "hi"'],
      [7, '3', '4'],
    ]);
    expect(rows[1]?.raw).toBe('1,"x\ny"');
  });

  it('before an unclosed quote are read, and the error names the line behind which it opens', async () => {
    const { rows, error } = await all(rowsOf(inPieces('a,b\n1,2\n3,"4\n5,6\n'), csv));
    expect(rows.map(({ fields }) => fields[0])).toEqual(['a', '1']);
    expect(error).toBeInstanceOf(FileBroken);
    expect((error as Error).message).toBe('A quote is not closed: the row behind line 2 has no end.');
  });

  it('drop a byte order mark, and refuse UTF-16', async () => {
    const { rows } = await all(rowsOf(inPieces('\ufeffa,b\n'), csv));
    expect(rows[0]?.fields).toEqual(['a', 'b']);
    const wide = await all(rowsOf(inPieces(Buffer.from('\ufeffa,b\n', 'utf16le')), csv));
    expect((wide.error as Error).message).toContain('UTF-16');
  });
});

describe('rows between blanks', () => {
  it('are split at any run of blanks and tabs, with blanks before them and CRLF behind', async () => {
    const { rows } = await all(rowsOf(inPieces(' 00004 0001 19970101  2\t 29.33\r\n\r\n x y'), blanks));
    expect(rows).toEqual([
      { line: 1, raw: ' 00004 0001 19970101  2\t 29.33', fields: ['00004', '0001', '19970101', '2', '29.33'] },
      { line: 3, raw: ' x y', fields: ['x', 'y'] },
    ]);
  });
});

describe('the bytes of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patron-bytes-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are unpacked whatever the name says', async () => {
    const path = join(folder, 'plain.csv');
    writeFileSync(path, gzipSync('a,b\n1,2\n'));
    const { rows } = await all(rowsOf((await bytesOf(path)).chunks, csv));
    expect(rows).toHaveLength(2);
  });

  it('of a gzip file that breaks off are read as far as they go', async () => {
    const path = join(folder, 'torn.csv.gz');
    const lines = Array.from({ length: 40_000 }, (_, at) => `${at},${Math.sin(at)}\n`).join('');
    const whole = gzipSync(lines);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)));
    const { rows, error } = await all(rowsOf((await bytesOf(path)).chunks, csv));
    expect(rows.length).toBeGreaterThan(10_000);
    expect(rows.every(({ fields }, at) => fields[0] === String(at))).toBe(true);
    expect((error as Error).message).toContain('breaks off or is damaged');
  });
});

describe('a text of bytes', () => {
  it('is decoded as its encoding says, and is none where the bytes do not hold', () => {
    const bytes = (text: string, encoding: BufferEncoding) => Buffer.from(text, encoding).toString('latin1');
    expect(decoded(bytes('£5', 'utf8'), 'utf-8')).toBe('£5');
    expect(decoded(bytes('£5', 'latin1'), 'latin1')).toBe('£5');
    expect(decoded(bytes('£5', 'latin1'), 'utf-8')).toBeUndefined();
  });
});
