import { basename } from 'node:path';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { IndexNotBuilt, ReadModel, ReadModels } from '#kernel/ports/read-models.js';
import type {
  Checkpoint,
  DocumentText,
  FoldedHistory,
  Json,
  KnownFact,
  Pinned,
  Query,
  ReadModelSpec,
  Stored,
  Timer,
  Write,
} from '#kernel/ports/read-models.js';
import type { SnapshotStore } from '#kernel/ports/snapshot-store.js';
import type { Index } from '#kernel/projection.js';
import { EARLIEST } from '#kernel/time.js';
import { belong, noteFact, readModelsIn } from './belonging.js';
import { makeFolder, removeDatabase } from './durable-files.js';
import type { Pins } from './pins.js';
import type { ReadModelFile } from './read-model-file.js';
import { ReadModelSlot } from './read-model-slot.js';
import { SnapshotFile } from './snapshot-file.js';

export interface EmbeddedReadModelsOptions {
  /** The read models lie in its subfolder `read-models`. */
  readonly folder: string;
  /** Who only reads sees a read model that was not made yet as an empty one. */
  readonly mode: 'write' | 'read';
  /** Told when a broken file was set aside; standard error by default. */
  readonly notice?: (text: string) => void;
}

class EmbeddedReadModel extends ReadModel {
  readonly name: string;
  readonly version: number;

  constructor(
    readonly spec: ReadModelSpec,
    /** Looked up at every call: after a swap it is another one. */
    readonly file: () => ReadModelFile | undefined,
    private readonly pins: Pins,
    private readonly isEarlier = false,
  ) {
    super();
    this.name = spec.name;
    this.version = spec.version;
  }

  override async checkpoint(): Promise<Checkpoint> {
    return this.file()?.checkpoint() ?? { position: 0, clock: EARLIEST };
  }

  override async load(keys: readonly string[]): Promise<ReadonlyMap<string, Stored>> {
    return this.file()?.load(keys) ?? new Map();
  }

  override async write(writes: readonly Write[], checkpoint: Checkpoint): Promise<void> {
    this.written().write(writes, checkpoint);
  }

  override async add(documents: readonly Stored[]): Promise<void> {
    this.written().add(documents);
  }

  override async keep(noted: (before: Json | undefined) => Json): Promise<void> {
    this.written().keep(noted);
  }

  override async index(): Promise<void> {
    this.written().makeReady();
  }

  private written(): ReadModelFile {
    const file = this.file();
    if (file === undefined) throw new StoreUnavailable(`Read model ${this.name} was opened for reading only.`);
    return file;
  }

  override async timers(after: Timer | undefined, limit: number): Promise<readonly Timer[]> {
    return this.file()?.timers(after, limit) ?? [];
  }

  override async find(query: Query): Promise<readonly Stored[]> {
    const has = (index: Index): boolean => JSON.stringify(index) === JSON.stringify(query.index);
    if (this.isEarlier && !this.spec.indexes.some(has)) {
      throw new IndexNotBuilt(this.name, this.version);
    }
    return this.file()?.find(query) ?? [];
  }

  override async scan(afterKey: string, limit: number): Promise<readonly Stored[]> {
    return this.file()?.scan(afterKey, limit) ?? [];
  }

  override async texts(afterKey: string, limit: number): Promise<readonly DocumentText[]> {
    return this.file()?.texts(afterKey, limit) ?? [];
  }

  override async pin(): Promise<Pinned> {
    const file = this.file();
    const release = file === undefined ? () => undefined : this.pins.hold(file);
    return { model: new EmbeddedReadModel(this.spec, () => file, this.pins, this.isEarlier), release };
  }

  override async edition(): Promise<string> {
    return this.file()?.edition ?? '';
  }

  override async count(): Promise<number> {
    return this.file()?.count() ?? 0;
  }
}

/** A SQLite file for every build of every read model, apart from the log, so that a rebuild blocks no append. */
export class EmbeddedReadModels extends ReadModels {
  private readonly slots = new Map<string, ReadModelSlot>();
  private readonly building = new Set<ReadModelFile>();
  private snapshotFile: SnapshotFile | undefined;
  private closed = false;

  private constructor(private readonly options: Required<EmbeddedReadModelsOptions>) {
    super();
  }

  static async open(options: EmbeddedReadModelsOptions): Promise<EmbeddedReadModels> {
    const folder = readModelsIn(options.folder);
    if (options.mode === 'write') makeFolder(folder);
    const notice = options.notice ?? ((text: string): boolean => process.stderr.write(`${text}\n`));
    return new EmbeddedReadModels({ folder, mode: options.mode, notice });
  }

  override async open(spec: ReadModelSpec): Promise<ReadModel> {
    const slot = this.slotOf(spec);
    const current = (): ReadModelFile | undefined => {
      this.assertOpen();
      return slot.current();
    };
    current();
    return new EmbeddedReadModel(spec, current, slot.pins);
  }

  override async earlier(spec: ReadModelSpec): Promise<ReadModel | undefined> {
    const slot = this.slotOf(spec);
    const found = slot.earlier();
    if (found === undefined) return undefined;
    return new EmbeddedReadModel(found.spec, () => found.file, slot.pins, true);
  }

  override async pin(spec: ReadModelSpec, edition: string): Promise<Pinned | undefined> {
    const slot = this.slotOf(spec);
    const found = slot.ofEdition(edition);
    if (found === undefined) return undefined;
    const { file, spec: of, place } = found;
    const release = place === 'kept' ? () => file.close() : slot.pins.hold(file);
    return { model: new EmbeddedReadModel(of, () => file, slot.pins, place === 'earlier'), release };
  }

  override async build(spec: ReadModelSpec): Promise<ReadModel> {
    if (this.options.mode === 'read') throw new StoreUnavailable('The read models were opened for reading only.');
    const slot = this.slotOf(spec);
    return this.built(spec, slot, slot.build());
  }

  override async unfinished(spec: ReadModelSpec): Promise<ReadModel | undefined> {
    if (this.options.mode === 'read') return undefined;
    const slot = this.slotOf(spec);
    const file = slot.unfinished();
    return file === undefined ? undefined : this.built(spec, slot, file);
  }

  override nameOf(build: ReadModel): string {
    const file = build instanceof EmbeddedReadModel ? build.file() : undefined;
    if (file === undefined) throw new TypeError('No build of this adapter.');
    return basename(file.path);
  }

  override async join(spec: ReadModelSpec, name: string): Promise<ReadModel> {
    const slot = this.slotOf(spec);
    return this.built(spec, slot, slot.join(name));
  }

  override async leave(build: ReadModel): Promise<void> {
    const file = build instanceof EmbeddedReadModel ? build.file() : undefined;
    if (file !== undefined && this.building.delete(file)) file.close();
  }

  private built(spec: ReadModelSpec, slot: ReadModelSlot, file: ReadModelFile): ReadModel {
    this.building.add(file);
    return new EmbeddedReadModel(
      spec,
      () => {
        this.assertOpen();
        return this.building.has(file) ? file : slot.current();
      },
      slot.pins,
    );
  }

  override async swap(build: ReadModel, former: 'keep' | 'drop' = 'drop'): Promise<void> {
    const file = build instanceof EmbeddedReadModel ? build.file() : undefined;
    if (!(build instanceof EmbeddedReadModel) || file === undefined) throw new TypeError('No build of this adapter.');
    this.slotOf(build.spec).swap(file, former);
    this.building.delete(file);
  }

  override async abandon(build: ReadModel): Promise<void> {
    const file = build instanceof EmbeddedReadModel ? build.file() : undefined;
    if (file === undefined || !this.building.delete(file)) return;
    file.close();
    removeDatabase(file.path);
  }

  override async switchBack(spec: ReadModelSpec): Promise<boolean> {
    return this.slotOf(spec).switchBack();
  }

  override async drop(spec: ReadModelSpec): Promise<boolean> {
    return this.slotOf(spec).drop();
  }

  override async belongTo(history: FoldedHistory): Promise<void> {
    this.assertOpen();
    await belong(this.options, await this.snapshots(), history);
  }

  override async note(known: KnownFact): Promise<void> {
    this.assertOpen();
    await noteFact(this.options.folder, known);
  }

  override async snapshots(): Promise<SnapshotStore> {
    this.assertOpen();
    return (this.snapshotFile ??= new SnapshotFile(this.options));
  }

  override async close(): Promise<void> {
    this.closed = true;
    this.snapshotFile?.close();
    for (const slot of this.slots.values()) slot.close();
    for (const file of this.building) file.close();
  }

  private slotOf(spec: ReadModelSpec): ReadModelSlot {
    this.assertOpen();
    const id = JSON.stringify([spec.name, spec.version, spec.indexes]);
    let slot = this.slots.get(id);
    if (slot === undefined) this.slots.set(id, (slot = new ReadModelSlot(spec, this.options)));
    return slot;
  }

  private assertOpen(): void {
    if (this.closed) throw new StoreUnavailable('The read models are closed.');
  }
}
