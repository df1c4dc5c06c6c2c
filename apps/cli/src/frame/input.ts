import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { linesOf } from '#runtime/lines.js';
import { isTooDeep, MOST_LEVELS } from '#runtime/nesting.js';
import { UsageError } from './parse-args.js';

/** A JSON object given as text, as `-` for standard input, or as `@file`. @throws {UsageError} */
export async function bodyFrom(given: string | undefined, stdin: Readable): Promise<Readonly<Record<string, unknown>>> {
  if (given?.startsWith('@')) return objectInFile(given.slice(1));
  return objectIn(given === '-' ? await textOf(stdin) : (given ?? '{}'));
}

/** @throws {UsageError} naming the file */
export function objectInFile(path: string): Readonly<Record<string, unknown>> {
  const text = fileText(path);
  try {
    return objectIn(text);
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${path}: ${error.message}`);
    throw error;
  }
}

export function fileText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws {UsageError} */
export function objectIn(text: string): Readonly<Record<string, unknown>> {
  if (isTooDeep(text)) throw new UsageError(`This JSON has more than ${MOST_LEVELS} lists and objects in each other.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UsageError('This is no JSON object.');
}

/** NDJSON; `value` is undefined where a line is no object. Lines of blanks are left out. */
export async function* linesFrom(
  stdin: Readable,
): AsyncGenerator<{ readonly line: number; readonly value: Readonly<Record<string, unknown>> | undefined }> {
  for await (const { number: line, bytes } of linesOf(stdin, Infinity)) {
    try {
      yield { line, value: objectIn(String(bytes)) };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      yield { line, value: undefined };
    }
  }
}

async function textOf(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString('utf8');
}
