import { statSync } from 'node:fs';
import { FORMATS, Output, type Format } from '#runtime/tables/output.js';
import { UsageError } from '../frame/parse-args.js';

/**
 * Where each of several tables is written: a file each, in their order, or a folder for all of them.
 *
 * @throws {UsageError} @throws {InvalidRequest} for a file that cannot be written, or is there
 */
export function outputsFor(
  names: readonly string[],
  given: readonly string[],
  format: string | undefined,
  force: boolean,
): ReadonlyMap<string, Output> {
  const [first] = given;
  if (first === undefined) throw new UsageError('--out is missing: where to write, --out result.parquet.');
  const wanted = formatIn(format);
  if (given.length === 1 && isFolder(first)) {
    const files = Output.in(first, names, wanted ?? 'parquet', force);
    return new Map(names.map((name, at) => [name, files[at] as Output]));
  }
  if (wanted !== undefined) throw new UsageError('--format goes with a folder; a file says it by its ending.');
  if (given.length !== names.length) {
    const those = `${names.length} projections (${names.join(', ')})`;
    throw new UsageError(`There are ${those} and ${given.length} --out: give one for each, or a folder that is there.`);
  }
  const outputs = given.map((path) => Output.at(path, force));
  const twice = outputs.find(({ path }, at) => outputs.findIndex((other) => other.path === path) !== at);
  if (twice !== undefined) throw new UsageError(`--out names ${twice.path} twice.`);
  return new Map(names.map((name, at) => [name, outputs[at] as Output]));
}

/** @throws {UsageError} */
function formatIn(format: string | undefined): Format | undefined {
  const found = FORMATS.find((known) => known === format);
  if (format !== undefined && found === undefined) throw new UsageError(`--format is one of ${FORMATS.join(', ')}.`);
  return found;
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
