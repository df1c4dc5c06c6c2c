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
    .map(
      ([path, column]) => `${path} names "${column}", which the file has not (it has ${names.join(', ') || 'none'})`,
    );
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    problems.push(`the column "${twice}" stands twice in the file: name the columns by position`);
  if (problems.length > 0) throw new MappingError(problems);
  return names;
}
