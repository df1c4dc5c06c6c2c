import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReadModelSpec } from '#kernel/ports/read-models.js';
import { instantOf } from '#kernel/time.js';
import { moveDatabase, removeDatabase, replaceFile } from './durable-files.js';
import { BrokenReadModel, ReadModelFile } from './read-model-file.js';
import { isBusy, isMissing, isTorn, needsWriter } from './sqlite.js';

/** How long a process may go on reading a build after another process swapped it, in milliseconds. */
const NOTICE_SWAP_MS = 100;

export interface SlotOptions {
  readonly folder: string;
  readonly mode: 'write' | 'read';
  readonly notice: (text: string) => void;
}

/**
 * One version of a read model: its builds, and which of them is read. A small file names it, so that a swap is one rename for
 * all processes. Declared indexes are a part of the files' names: where they changed, the read model is folded anew.
 */
export class ReadModelSlot {
  private readonly base: string;
  private readonly pointer: string;
  private file: ReadModelFile | undefined;
  private lookedAtMs = -Infinity;
  private builds = 0;

  constructor(
    private readonly spec: ReadModelSpec,
    private readonly options: SlotOptions,
  ) {
    const indexes = createHash('sha256').update(JSON.stringify(spec.indexes)).digest('hex').slice(0, 8);
    this.base = `${spec.name}-v${spec.version}-${indexes}`;
    this.pointer = join(options.folder, `${this.base}.current`);
  }

  /** The build that is read now; undefined where this process only reads and none was made yet. */
  current(): ReadModelFile | undefined {
    const nowMs = performance.now();
    if (nowMs - this.lookedAtMs < NOTICE_SWAP_MS) return this.file;
    const path = this.pointed();
    if (path !== this.file?.path) {
      const next = this.opened(path);
      this.file?.close();
      this.file = next;
    }
    this.lookedAtMs = nowMs;
    return this.file;
  }

  /** An empty build; those that an earlier process left unfinished, or did not put away, are removed. */
  build(): ReadModelFile {
    if (this.builds === 0) this.removeUnfinished();
    this.builds += 1;
    const id = `${Date.now().toString(36)}-${process.pid}-${this.builds}`;
    return new ReadModelFile(join(this.options.folder, `${this.base}-${id}.db`), this.spec, 'write');
  }

  swap(build: ReadModelFile): void {
    if (build === this.file) return;
    const former = this.current();
    build.addIndexes();
    build.sync();
    replaceFile(this.pointer, basename(build.path));
    this.file = build;
    this.lookedAtMs = performance.now();
    if (former === undefined) return;
    former.close();
    removeDatabase(former.path);
  }

  close(): void {
    this.file?.close();
    this.file = undefined;
    this.lookedAtMs = -Infinity;
  }

  private pointed(): string {
    const named = existsSync(this.pointer) ? readFileSync(this.pointer, 'utf8') : `${this.base}.db`;
    return join(this.options.folder, named);
  }

  private opened(path: string): ReadModelFile | undefined {
    const { mode, notice } = this.options;
    try {
      const file = new ReadModelFile(path, this.spec, mode);
      if (mode === 'write') file.addIndexes();
      return file;
    } catch (error) {
      if (mode === 'read') {
        const isUnmade = isMissing(error) || isBusy(error) || needsWriter(error) || error instanceof BrokenReadModel;
        if (isUnmade) return undefined;
        throw error;
      }
      if (!isTorn(error) && !(error instanceof BrokenReadModel)) throw error;
      const aside = `${path}.broken-${instantOf(Date.now()).replaceAll(':', '')}`;
      moveDatabase(path, aside);
      notice(`${path} was broken; it was set aside as ${aside} and read model ${this.spec.name} is folded again.`);
      return this.opened(path);
    }
  }

  private removeUnfinished(): void {
    const current = this.pointed();
    for (const name of readdirSync(this.options.folder)) {
      const path = join(this.options.folder, name);
      const isBuild = name === `${this.base}.db` || (name.startsWith(`${this.base}-`) && name.endsWith('.db'));
      if (isBuild && path !== current) removeDatabase(path);
    }
  }
}
