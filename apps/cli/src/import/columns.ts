import type { Mapping } from './mapping.js';
import { MappingError } from './mapping-reader.js';
import { decoded, type RawRow } from './rows.js';

/** The names of a file's columns by position. @throws {MappingError} for a column that the file has not */
export function columnNames(mapping: Mapping, header: RawRow | undefined): readonly string[] {
  const { encoding, columns } = mapping.file;
  const found = header?.fields.map((field) => (decoded(field, encoding) ?? field).trim()) ?? [];
  const names = columns ?? found;
  const problems = mapping.columns
    .filter(([, column]) => !names.includes(column))
    .map(([path, column]) => `${path} names "${column}", which the file has not`);
  if (problems.length > 0) problems.push(`its columns are ${shown(names)}`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    problems.push(`the column "${printable(twice)}" stands twice in the file: name the columns by position`);
  if (problems.length > 0) throw new MappingError(problems);
  return names;
}

const MOST_NAMES = 30;
const MOST_CHARACTERS = 40;

const shown = (names: readonly string[]): string =>
  names
    .slice(0, MOST_NAMES)
    .map((name) => printable(name))
    .concat(names.length > MOST_NAMES ? [`${names.length - MOST_NAMES} more`] : [])
    .join(', ') || 'none';

/** What is no text has anything in its first line. */
const printable = (name: string): string => {
  const text = name.replace(/\p{Cc}/gu, '\ufffd');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
};
