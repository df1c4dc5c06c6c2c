import { isUtf8 } from 'node:buffer';
import { CsvError, parse } from 'csv-parse';
import { FileBroken } from './bytes.js';
import type { BaseMapping } from './mapping-base.js';

/** A row as it stands in the file. Texts are bytes, one character each, until they are decoded. */
export interface RawRow {
  /** Where it starts, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
  readonly raw: string;
}

const MOST_BYTES_PER_ROW = 1 << 20;
const HIGH = /[\u0080-\u00ff]/;

/** The rows of a file, blank lines left out. @throws {FileBroken} with what was read before already given */
export function rowsOf(
  chunks: AsyncIterable<Buffer>,
  { delimiter, quote }: BaseMapping['file'],
): AsyncIterable<RawRow> {
  return delimiter === 'blanks' ? byBlanks(withoutMark(chunks)) : delimited(withoutMark(chunks), delimiter, quote);
}

/** A text of bytes in its encoding; undefined where the bytes are none. */
export function decoded(bytes: string, encoding: BaseMapping['file']['encoding']): string | undefined {
  if (encoding === 'latin1' || !HIGH.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
}

/**
 * True of a row in which quotes stand around whole fields, and doubled within them. Of others it is a guess where a field ends.
 *
 * @source RFC 4180, 2.5 to 2.7
 */
export function quotesIn({ delimiter, quote }: BaseMapping['file']): (raw: string) => boolean {
  if (quote === null || delimiter === 'blanks') return () => true;
  const [q, d] = [quote, delimiter].map((character) => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const field = `(?:${q}[^${q}]*(?:${q}${q}[^${q}]*)*${q}|[^${q}${d}]*)`;
  const whole = new RegExp(`^${field}(?:${d}${field})*$`);
  return (raw) => !raw.includes(quote) || whole.test(raw);
}

async function* withoutMark(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    const mark = first ? chunk.subarray(0, 3).toString('latin1') : '';
    first = false;
    if (mark.startsWith('\u00ff\u00fe') || mark.startsWith('\u00fe\u00ff')) {
      throw new FileBroken('The file is UTF-16; save it as UTF-8 first.');
    }
    yield mark === '\u00ef\u00bb\u00bf' ? chunk.subarray(3) : chunk;
  }
}

async function* byBlanks(chunks: AsyncIterable<Buffer>): AsyncIterable<RawRow> {
  let rest = '';
  let line = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_BYTES_PER_ROW) throw new FileBroken(`Line ${line + lines.length + 1} has no end.`);
    for (const text of lines) {
      line += 1;
      const row = blankSplit(text, line);
      if (row !== undefined) yield row;
    }
  }
  const last = blankSplit(rest, line + 1);
  if (last !== undefined) yield last;
}

function blankSplit(text: string, line: number): RawRow | undefined {
  const raw = text.endsWith('\r') ? text.slice(0, -1) : text;
  const trimmed = raw.trim();
  return trimmed === '' ? undefined : { line, raw, fields: trimmed.split(/[ \t]+/) };
}

interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

async function* delimited(
  chunks: AsyncIterable<Buffer>,
  delimiter: string,
  quote: string | null,
): AsyncIterable<RawRow> {
  const got: RawRow[] = [];
  let lines = 0;
  const parser = parse({
    ...{ delimiter, quote: quote ?? false, encoding: 'latin1', record_delimiter: ['\r\n', '\n'] },
    ...{
      relax_quotes: quote !== null,
      raw: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MOST_BYTES_PER_ROW,
    },
    on_record: (parsed) => {
      const { record, raw: text, info } = parsed as unknown as Parsed;
      const raw = text.replace(/^[\r\n]+|[\r\n]+$/g, '');
      lines = info.lines;
      got.push({ line: lines - newlines(raw), fields: record, raw });
      return null;
    },
  }).resume();
  const broken = new Promise<Error>((resolve) => parser.once('error', resolve));
  const done = (step: (callback: () => void) => void) =>
    Promise.race([broken, new Promise<undefined>((resolve) => step(() => resolve(undefined)))]);
  for await (const chunk of chunks) {
    const error = await done((callback) => void parser.write(chunk, callback));
    yield* got.splice(0);
    if (error !== undefined) throw broke(error, lines);
  }
  const error = await done((callback) => void parser.once('end', callback).end());
  yield* got.splice(0);
  if (error !== undefined) throw broke(error, lines);
}

function broke(error: Error, lines: number): Error {
  if (!(error instanceof CsvError)) return error;
  const reasons: Readonly<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: `A quote is not closed: the row behind line ${lines} has no end`,
    CSV_MAX_RECORD_SIZE: `The row behind line ${lines} is longer than 1 MiB: perhaps a quote is not closed, or it is no text of lines`,
  };
  return new FileBroken(`${reasons[error.code] ?? error.message}.`, { cause: error });
}

const newlines = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
};
