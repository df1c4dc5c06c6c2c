import { existsSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { InvalidRequest } from '#kernel/errors.js';
import { roomAt } from '../room.js';

export const FORMATS = ['parquet', 'csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** A file to be written as a whole: until then it stands beside under another name, and an end by force leaves no half one. */
export class Output {
  private constructor(
    readonly path: string,
    readonly format: Format,
    private readonly force: boolean,
  ) {}

  /** @throws {InvalidRequest} where its ending says no format, its folder is not there, or the file is and `force` is not */
  static at(given: string, force: boolean): Output {
    const path = resolve(given);
    const format = formatOf(given);
    if (format === undefined) throw wrong(given, `must end in ${FORMATS.map((name) => `.${name}`).join(', ')}`);
    if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
      throw wrong(given, `there is no folder ${dirname(path)}`);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw wrong(given, 'is a folder');
    const output = new Output(path, format, force);
    output.refuseToOverwrite();
    return output;
  }

  /** Files of these names in a folder. @throws {InvalidRequest} */
  static in(folder: string, names: readonly string[], format: Format, force: boolean): readonly Output[] {
    return names.map((name) => Output.at(join(folder, `${name}.${format}`), force));
  }

  /** Writes it by a path that it is given, and puts it in its place. @throws {InvalidRequest} where one came there meanwhile */
  async write<T>(work: (path: string) => Promise<T>): Promise<T> {
    const part = `${this.path}.${process.pid}.part`;
    try {
      const done = await work(part);
      this.refuseToOverwrite();
      await rename(part, this.path);
      return done;
    } catch (error) {
      throw roomAt(this.path, error, 'Nothing was left there.');
    } finally {
      await rm(part, { force: true });
    }
  }

  private refuseToOverwrite(): void {
    if (!this.force && existsSync(this.path)) throw wrong(this.path, 'is there already; --force replaces it');
  }
}

export const formatOf = (path: string): Format | undefined =>
  FORMATS.find((format) => format === extname(path).slice(1).toLowerCase());

const wrong = (path: string, message: string): InvalidRequest => new InvalidRequest([{ path, message }]);
