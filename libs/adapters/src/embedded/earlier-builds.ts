import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadModelSpec } from '#kernel/ports/read-models.js';
import { ReadModelFile } from './read-model-file.js';
import { openDatabase, scalar } from './sqlite.js';

const WAIT_MS = 5_000;

interface Candidate {
  readonly version: number;
  readonly path: string;
  /** Names the indexes that the file was made with. */
  readonly indexes: string;
}

/** Builds of other versions of a read model, or of other indexes, that lie in its folder. */
export class EarlierBuilds {
  private readonly pattern: RegExp;

  /** @param base  What the files of the present version begin with, `<name>-v<version>-<indexes>`. */
  constructor(
    private readonly folder: string,
    private readonly spec: ReadModelSpec,
    private readonly base: string,
  ) {
    this.pattern = new RegExp(`^(${spec.name}-v(\\d+)-([0-9a-f]{8}))[.-]`);
  }

  /** What readers had of the newest version that was folded. @throws the driver's error where it cannot be opened */
  newest(mode: 'write' | 'read'): { readonly file: ReadModelFile; readonly spec: ReadModelSpec } | undefined {
    for (const { path, version, indexes } of this.candidates()) {
      const isAlike = this.base.endsWith(indexes);
      const spec = specIn(path, mode) ?? { ...this.spec, indexes: isAlike ? this.spec.indexes : [] };
      const file = new ReadModelFile(path, { ...spec, version }, mode);
      if (file.checkpoint().position > 0) return { file, spec: { ...spec, version } };
      file.close();
    }
    return undefined;
  }

  /** False where there was none. */
  remove(): boolean {
    const names = this.names();
    for (const name of names) rmSync(join(this.folder, name), { force: true });
    return names.length > 0;
  }

  private candidates(): readonly Candidate[] {
    const found = new Map<string, Candidate>();
    for (const name of this.names()) {
      const [, base = '', version = '', indexes = ''] = this.pattern.exec(name) ?? [];
      const pointer = join(this.folder, `${base}.current`);
      const path = join(this.folder, existsSync(pointer) ? readFileSync(pointer, 'utf8') : `${base}.db`);
      if (existsSync(path)) found.set(base, { version: Number(version), path, indexes });
    }
    const madeMs = ({ path }: Candidate): number => statSync(path).mtimeMs;
    return [...found.values()].sort((left, right) => right.version - left.version || madeMs(right) - madeMs(left));
  }

  private names(): readonly string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder).filter((name) => {
      const [, base] = this.pattern.exec(name) ?? [];
      return base !== undefined && base !== this.base;
    });
  }
}

/** What a file was made for; undefined where it is of a program that did not say so. */
function specIn(path: string, mode: 'write' | 'read'): ReadModelSpec | undefined {
  const db = openDatabase(path, { readOnly: mode === 'read', waitMs: WAIT_MS });
  try {
    if (scalar(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'spec'") !== 1) return undefined;
    return JSON.parse(String(scalar(db, 'SELECT json FROM spec'))) as ReadModelSpec;
  } finally {
    db.close();
  }
}
