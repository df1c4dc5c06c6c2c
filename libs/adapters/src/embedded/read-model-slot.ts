import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReadModelSpec } from '#kernel/ports/read-models.js';
import { instantOf } from '#kernel/time.js';
import { EarlierBuilds } from './earlier-builds.js';
import { moveDatabase, removeDatabase, replaceFile } from './durable-files.js';
import { Pins } from './pins.js';
import { BrokenReadModel, editionOf, ReadModelFile } from './read-model-file.js';
import { mayLack, unsyncedEnding } from './running-since.js';
import { isOutOfReach, isTorn } from './sqlite.js';

/** How long a process may go on reading a build after another process swapped it, in milliseconds. */
const NOTICE_SWAP_MS = 100;

/** Writers of one build wait for each other's portions, also where the disk is slow. */
const WAIT_FOR_OTHERS_MS = 60_000;

/** A build that readers have or had. */
interface Edition {
  readonly file: ReadModelFile;
  readonly spec: ReadModelSpec;
  readonly place: 'read' | 'kept' | 'earlier';
}

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
  /** Names the build that was read before and is kept. */
  private readonly formerly: string;
  readonly pins = new Pins();
  private readonly others: EarlierBuilds;
  private before: { readonly file: ReadModelFile; readonly spec: ReadModelSpec } | undefined;
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
    this.formerly = join(options.folder, `${this.base}.former`);
    this.others = new EarlierBuilds(options.folder, spec, this.base);
  }

  /** The build that is read now; undefined where this process only reads and none was made yet. */
  current(): ReadModelFile | undefined {
    const nowMs = performance.now();
    if (nowMs - this.lookedAtMs < NOTICE_SWAP_MS) return this.file;
    const path = this.pointed();
    if (path !== this.file?.path) {
      const next = this.opened(path);
      this.letGo();
      this.file = next;
    }
    this.lookedAtMs = nowMs;
    return this.file;
  }

  /** What readers had in another version. */
  earlier(): { readonly file: ReadModelFile; readonly spec: ReadModelSpec } | undefined {
    const { mode } = this.options;
    try {
      return (this.before ??= this.others.newest(mode));
    } catch (error) {
      if (isUnreadable(error, mode)) return undefined;
      throw error;
    }
  }

  /** What readers have, or had and is kept, by its edition; a `kept` file is the asker's to close. */
  ofEdition(edition: string): Edition | undefined {
    this.lookedAtMs = -Infinity; // a page may be of a process that saw a switch before this one did
    const file = this.current();
    if (file?.edition === edition) return { file, spec: this.spec, place: 'read' };
    const path = this.kept();
    if (path !== undefined && editionOf(path) === edition) {
      const kept = this.readable(path);
      return kept && { file: kept, spec: this.spec, place: 'kept' };
    }
    const earlier = this.earlier();
    return earlier?.file.edition === edition ? { ...earlier, place: 'earlier' } : undefined;
  }

  /** An empty build; those that an earlier process left unfinished, or did not put away, are removed. */
  build(): ReadModelFile {
    if (this.builds === 0) this.removeUnfinished();
    this.builds += 1;
    const id = `${Date.now().toString(36)}-${process.pid}-${this.builds}`;
    return this.join(`${this.base}-${id}${unsyncedEnding()}`);
  }

  /** A build that is under way, on a connection of its own, beside others who write to it. */
  join(name: string): ReadModelFile {
    return new ReadModelFile(join(this.options.folder, name), this.spec, 'build', WAIT_FOR_OTHERS_MS);
  }

  /** The newest build that an earlier process left; one that is torn, or may be since the machine was started, is removed. */
  unfinished(): ReadModelFile | undefined {
    if (this.builds > 0) return undefined;
    const path = this.leftBehind().sort().at(-1);
    if (path === undefined) return undefined;
    if (mayLack(path)) {
      removeDatabase(path);
      return undefined;
    }
    try {
      const file = this.join(basename(path));
      this.builds += 1; // from now on none that is there was left by another process
      return file;
    } catch (error) {
      if (!isTorn(error) && !(error instanceof BrokenReadModel)) throw error;
      removeDatabase(path);
      return undefined;
    }
  }

  swap(build: ReadModelFile, keeping: 'keep' | 'drop'): void {
    if (build === this.file) return;
    const former = this.current();
    build.addIndexes();
    build.sync();
    build.forgetProgress();
    if (former === undefined || former.checkpoint().position > 0) this.drop();
    if (keeping === 'keep' && former !== undefined) replaceFile(this.formerly, basename(former.path));
    this.read(build);
    if (former === undefined) return;
    this.pins.retire(former);
    if (keeping === 'drop') removeDatabase(former.path);
  }

  /** A crash in the midst leaves readers with the one they went back to; the other one is then folded again if it is wanted. */
  switchBack(): boolean {
    const path = this.kept();
    const present = this.current();
    if (path === undefined || present === undefined) return false;
    const former = this.opened(path);
    if (former === undefined) return false;
    this.read(former);
    replaceFile(this.formerly, basename(present.path));
    this.pins.retire(present);
    return true;
  }

  drop(): boolean {
    const path = this.kept();
    rmSync(this.formerly, { force: true });
    if (path !== undefined) removeDatabase(path);
    this.letGoBefore();
    return this.others.remove() || path !== undefined;
  }

  close(): void {
    this.letGo();
    this.pins.close();
    this.file = undefined;
    this.lookedAtMs = -Infinity;
  }

  private letGo(): void {
    if (this.file !== undefined) this.pins.retire(this.file);
    this.letGoBefore();
  }

  private letGoBefore(): void {
    if (this.before !== undefined) this.pins.retire(this.before.file);
    this.before = undefined;
  }

  private read(file: ReadModelFile): void {
    replaceFile(this.pointer, basename(file.path));
    this.letGoBefore();
    this.file = file;
    this.lookedAtMs = performance.now();
  }

  /** The file that was read before and is kept. */
  private kept(): string | undefined {
    if (!existsSync(this.formerly)) return undefined;
    const path = join(this.options.folder, readFileSync(this.formerly, 'utf8'));
    return existsSync(path) && path !== this.pointed() ? path : undefined;
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
        if (isOutOfReach(error) || error instanceof BrokenReadModel) return undefined;
        throw error;
      }
      if (!isTorn(error) && !(error instanceof BrokenReadModel)) throw error;
      const aside = `${path}.broken-${instantOf(Date.now()).replaceAll(':', '')}`;
      moveDatabase(path, aside);
      notice(`${path} was broken; it was set aside as ${aside} and read model ${this.spec.name} is folded again.`);
      return this.opened(path);
    }
  }

  /** Undefined where it was removed meanwhile. */
  private readable(path: string): ReadModelFile | undefined {
    try {
      return new ReadModelFile(path, this.spec, 'read');
    } catch (error) {
      if (isUnreadable(error, 'read')) return undefined;
      throw error;
    }
  }

  private removeUnfinished(): void {
    for (const path of this.leftBehind()) removeDatabase(path);
  }

  private leftBehind(): string[] {
    const inUse = [this.pointed(), this.kept()];
    return readdirSync(this.options.folder)
      .filter((name) => name === `${this.base}.db` || (name.startsWith(`${this.base}-`) && name.endsWith('.db')))
      .map((name) => join(this.options.folder, name))
      .filter((path) => !inUse.includes(path));
  }
}

/** Of what is of another version: it is torn, or a reader cannot have it just now. */
const isUnreadable = (error: unknown, mode: 'write' | 'read'): boolean =>
  isTorn(error) || error instanceof BrokenReadModel || (mode === 'read' && isOutOfReach(error));
