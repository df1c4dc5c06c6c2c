import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative, resolve } from 'node:path';

/** A place in a file as it was written; the first line and column are 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Finds the line of the file an analyst wrote, for an error of the code that was made from it. */
export class SourceLines {
  private readonly map: SourceMap;

  /** @param madeName  What the made code is called in stacks. @param folder  Where paths in the map begin. */
  constructor(
    private readonly madeName: string,
    map: string,
    private readonly folder: string,
  ) {
    this.map = new SourceMap(JSON.parse(map) as SourceMapPayload);
  }

  /** The innermost line of theirs on the way to an error; undefined where it was not on it. */
  placeOf(error: unknown): Place | undefined {
    const { stack } = (error ?? {}) as { stack?: unknown };
    if (typeof stack !== 'string') return undefined;
    for (const line of stack.split('\n')) {
      const at = line.indexOf(`${this.madeName}:`);
      const [, row, column] = /^(\d+):(\d+)/.exec(line.slice(at + this.madeName.length + 1)) ?? [];
      if (at < 0 || row === undefined) continue;
      const found = this.map.findEntry(Number(row) - 1, Number(column) - 1) as Partial<Entry>;
      if (found.originalSource === undefined || found.originalLine === undefined) continue;
      const file = shown(resolve(this.folder, found.originalSource));
      return { file, line: found.originalLine + 1, column: (found.originalColumn ?? 0) + 1 };
    }
    return undefined;
  }
}

interface Entry {
  readonly originalSource: string;
  readonly originalLine: number;
  readonly originalColumn: number;
}

export const placeText = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

/** The path as somebody in this folder would write it. */
export function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
