import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../frame/parse-args.js';
import type { Imported } from './importer.js';

const HEAD = 'line,column,reason,row\r\n';
const ELSEWHERE = 'name another file with --rejects';

/** Where rejected rows go. Looked at before anything is sent: who is told afterwards has to import once more to see them. */
export class RejectsFile {
  private constructor(
    readonly path: string,
    /** False of a device or a pipe, in whose place no file may be put. */
    private readonly isFile: boolean,
  ) {}

  /**
   * @param given  As the caller named it; beside nobody's name it is that of the file, in the current folder.
   * @throws {UsageError} where nothing can be written, or where there is a file that is not of rejects
   */
  static at(given: string | undefined, input: string): RejectsFile {
    const named = given ?? `${basename(input)}.rejects.csv`;
    const there = statSync(named, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) throw new UsageError(`${named} is a folder: ${ELSEWHERE}.`);
    if (there !== undefined && !there.isFile()) return new RejectsFile(named, false);
    const path = there === undefined ? resolve(named) : realpathSync(named);
    if (path === realpathSync(input)) throw new UsageError(`${named} is what is imported: ${ELSEWHERE}.`);
    if (there !== undefined && there.size > 0 && headOf(path) !== HEAD) {
      throw new UsageError(`${named} is there and holds no rejects of an import: ${ELSEWHERE}.`);
    }
    try {
      accessSync(dirname(path), constants.W_OK);
    } catch {
      throw new UsageError(`Rejected rows would go to ${path}, where nothing can be written: ${ELSEWHERE}.`);
    }
    return new RejectsFile(path, true);
  }

  /** Writes them as CSV, the rows as they stood, byte for byte. It appears as a whole, in the place of an earlier one. */
  async write(rejects: ReturnType<Imported['rejects']>): Promise<void> {
    const part = this.isFile ? `${this.path}.${process.pid}.part` : this.path;
    try {
      const file = await open(part, 'w'); // a stream that opens it by itself may do so after it was removed
      await pipeline(Readable.from(linesOf(rejects)), file.createWriteStream());
      if (this.isFile) await rename(part, this.path);
    } catch (error) {
      if (this.isFile) await rm(part, { force: true });
      throw new Error(
        `The rejected rows could not be written to ${this.path}: ${(error as Error).message}. All else is done; import ` +
          `again to have them, which adds only what is new, and ${ELSEWHERE}.`,
        { cause: error },
      );
    }
  }
}

function* linesOf(rejects: ReturnType<Imported['rejects']>): Generator<Buffer> {
  yield Buffer.from(HEAD);
  for (const [line, column, reason, raw] of rejects) {
    yield Buffer.from(`${line},${quoted(column)},${quoted(reason)},`);
    yield Buffer.from(`${quoted(raw, true)}\r\n`, 'latin1');
  }
}

const quoted = (text: string, always = false): string =>
  always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function headOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(HEAD.length);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, HEAD.length, 0));
  } finally {
    closeSync(file);
  }
}
