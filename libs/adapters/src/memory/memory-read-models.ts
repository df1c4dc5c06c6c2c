import { randomUUID } from 'node:crypto';
import { StoreUnavailable } from '#kernel/ports/event-store.js';
import { compareTexts, declaredIndex } from '#kernel/ports/index-order.js';
import {
  ReadModel,
  ReadModels,
  StaleDocument,
  throwIfBehindTheEnd,
  throwIfGone,
  throwIfOfAnother,
} from '#kernel/ports/read-models.js';
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
import { EARLIEST } from '#kernel/time.js';
import { MemorySnapshots } from './memory-snapshots.js';
import { pageOf } from './page.js';

const PLACE = 'Read models in memory';

interface Build {
  readonly edition: string;
  docs: ReadonlyMap<string, Stored>;
  checkpoint: Checkpoint;
}

/** Which build is read; handles look it up at every call, so that a swap is one step for all of them. */
interface Slot {
  build: Build;
  former?: Build | undefined;
  /** Neither swapped in nor given up. */
  left?: Build | undefined;
}

type NamedSlot = Slot & { readonly name: string; readonly version: number };

const emptyBuild = (): Build => ({
  edition: randomUUID(),
  docs: new Map(),
  checkpoint: { position: 0, clock: EARLIEST },
});

class MemoryReadModel extends ReadModel {
  readonly name: string;
  readonly version: number;
  /** Kept with the next write. */
  private added: Write[] = [];

  constructor(
    readonly spec: ReadModelSpec,
    /** A build has one of its own until it is swapped in. */
    public slot: Slot,
  ) {
    super();
    this.name = spec.name;
    this.version = spec.version;
  }

  override async checkpoint(): Promise<Checkpoint> {
    return this.slot.build.checkpoint;
  }

  override async load(keys: readonly string[]): Promise<ReadonlyMap<string, Stored>> {
    const found = new Map<string, Stored>();
    for (const key of keys) {
      const stored = this.slot.build.docs.get(key);
      if (stored !== undefined)
        found.set(
          key,
          structuredClone({ key: stored.key, doc: stored.doc, position: stored.position, due: stored.due }),
        );
    }
    return found;
  }

  override async write(writes: readonly Write[], checkpoint: Checkpoint): Promise<void> {
    const { build } = this.slot;
    const written = new Map<string, Stored>();
    for (const { loadedAt, ...stored } of [...this.added, ...writes]) {
      const present = written.get(stored.key) ?? build.docs.get(stored.key);
      if ((present?.position ?? 0) !== loadedAt) throw new StaleDocument(stored.key);
      written.set(
        stored.key,
        structuredClone({ key: stored.key, doc: stored.doc, position: stored.position, due: stored.due }),
      );
    }
    for (const [key, stored] of written) (build.docs as Map<string, Stored>).set(key, stored);
    this.added = [];
    build.checkpoint = checkpoint;
  }

  override async add(documents: readonly Stored[]): Promise<void> {
    this.added.push(...documents.map((document) => ({ ...document, loadedAt: 0 })));
  }

  override async keep(noted: (before: Json | undefined) => Json): Promise<void> {
    const { checkpoint } = this.slot.build;
    await this.write([], { ...checkpoint, progress: noted(checkpoint.progress) });
  }

  override async index(): Promise<void> {
    // they are looked through
  }

  override async timers(after: Timer | undefined, limit: number): Promise<readonly Timer[]> {
    const timers = this.live().flatMap(({ key, due }) => (due === null ? [] : [{ due, key }]));
    return timers
      .filter((timer) => after === undefined || compareTimers(timer, after) > 0)
      .sort(compareTimers)
      .slice(0, limit);
  }

  override async find(query: Query): Promise<readonly Stored[]> {
    declaredIndex(this.spec, query);
    return structuredClone(pageOf(this.live(), query));
  }

  override async scan(afterKey: string, limit: number): Promise<readonly Stored[]> {
    const behind = this.live().filter(({ key }) => compareTexts(key, afterKey) > 0);
    return structuredClone(behind.sort((a, b) => compareTexts(a.key, b.key)).slice(0, limit));
  }

  override async texts(afterKey: string, limit: number): Promise<readonly DocumentText[]> {
    return (await this.scan(afterKey, limit)).map(({ key, doc }) => ({ key, text: JSON.stringify(doc) }));
  }

  override async pin(): Promise<Pinned> {
    return { model: new MemoryReadModel(this.spec, { build: this.slot.build }), release: () => undefined };
  }

  override async edition(): Promise<string> {
    return this.slot.build.edition;
  }

  override async count(): Promise<number> {
    return this.live().length;
  }

  private live(): Stored[] {
    return [...this.slot.build.docs.values()].filter(({ doc }) => doc !== null);
  }
}

/** Documents in this process; lost on exit. For tests. */
export class MemoryReadModels extends ReadModels {
  private readonly slots = new Map<string, NamedSlot>();
  private readonly states = new MemorySnapshots();
  private numbering: string | undefined;
  private known: KnownFact | undefined;

  override async open(spec: ReadModelSpec): Promise<ReadModel> {
    return new MemoryReadModel(spec, this.slotOf(spec));
  }

  override async earlier({ name, version, ...spec }: ReadModelSpec): Promise<ReadModel | undefined> {
    const others = [...this.slots.values()]
      .filter((slot) => slot.name === name && slot.version !== version && slot.build.checkpoint.position > 0)
      .sort((left, right) => right.version - left.version);
    const [slot] = others;
    return slot && new MemoryReadModel({ ...spec, name, version: slot.version }, { build: slot.build });
  }

  override async pin(spec: ReadModelSpec, edition: string): Promise<Pinned | undefined> {
    const { build, former } = this.slotOf(spec);
    const kept = [build, former].find((one) => one?.edition === edition);
    const model = kept === undefined ? await this.earlier(spec) : new MemoryReadModel(spec, { build: kept });
    if (model === undefined || (await model.edition()) !== edition) return undefined;
    return { model, release: () => undefined };
  }

  override async build(spec: ReadModelSpec): Promise<ReadModel> {
    const build = emptyBuild();
    this.slotOf(spec).left = build;
    return new MemoryReadModel(spec, { build });
  }

  override async unfinished(spec: ReadModelSpec): Promise<ReadModel | undefined> {
    const { left } = this.slotOf(spec);
    return left && new MemoryReadModel(spec, { build: left });
  }

  override nameOf(build: ReadModel): string {
    return build.name; // there is one at a time
  }

  override async join(spec: ReadModelSpec, name: string): Promise<ReadModel> {
    const { left } = this.slotOf(spec);
    if (left === undefined) throw new StoreUnavailable(`No build of ${name} is under way.`);
    return new MemoryReadModel(spec, { build: left });
  }

  override async leave(): Promise<void> {
    // there is nothing to close
  }

  override async swap(build: ReadModel, former: 'keep' | 'drop' = 'drop'): Promise<void> {
    if (!(build instanceof MemoryReadModel)) throw new TypeError('The build was made by another adapter.');
    const slot = this.slotOf(build.spec);
    if (slot.build.checkpoint.position > 0) this.removeEarlier(build.spec);
    slot.former = former === 'keep' ? slot.build : undefined;
    if (slot.left === build.slot.build) slot.left = undefined;
    slot.build = build.slot.build;
    const { position, clock } = slot.build.checkpoint;
    slot.build.checkpoint = { position, clock };
    build.slot = slot;
  }

  override async abandon(build: ReadModel): Promise<void> {
    if (!(build instanceof MemoryReadModel)) return;
    const slot = this.slotOf(build.spec);
    if (slot.left === build.slot.build) slot.left = undefined;
    build.slot = { build: emptyBuild() };
  }

  override async switchBack(spec: ReadModelSpec): Promise<boolean> {
    const slot = this.slotOf(spec);
    if (slot.former === undefined) return false;
    [slot.build, slot.former] = [slot.former, slot.build];
    return true;
  }

  override async drop(spec: ReadModelSpec): Promise<boolean> {
    const slot = this.slotOf(spec);
    const kept = slot.former !== undefined;
    slot.former = undefined;
    return this.removeEarlier(spec) || kept;
  }

  override async belongTo(history: FoldedHistory): Promise<void> {
    throwIfOfAnother(PLACE, this.numbering, history);
    let furthest = { name: 'snapshots', position: await this.states.newest() };
    for (const { name, build, former } of this.slots.values()) {
      for (const { checkpoint } of former === undefined ? [build] : [build, former])
        if (checkpoint.position > furthest.position) furthest = { name, position: checkpoint.position };
    }
    await throwIfBehindTheEnd(PLACE, furthest, history);
    await throwIfGone(PLACE, this.known, history);
    this.numbering = history.numbering;
  }

  override note(known: KnownFact): Promise<void> {
    this.known = known;
    return Promise.resolve();
  }

  override async snapshots(): Promise<SnapshotStore> {
    return this.states;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  private removeEarlier({ name, version }: ReadModelSpec): boolean {
    const others = [...this.slots].filter(([, slot]) => slot.name === name && slot.version !== version);
    for (const [id] of others) this.slots.delete(id);
    return others.length > 0;
  }

  private slotOf({ name, version }: ReadModelSpec): NamedSlot {
    const id = `${name}-v${version}`;
    let slot = this.slots.get(id);
    if (slot === undefined) this.slots.set(id, (slot = { name, version, build: emptyBuild() }));
    return slot;
  }
}

const compareTimers = (a: Timer, b: Timer): number => compareTexts(a.due, b.due) || compareTexts(a.key, b.key);
