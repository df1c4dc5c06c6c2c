import type { Position } from '#kernel/fact.js';
import type { Checkpoint, Json, ReadModel, Stored, Timer, Write } from '#kernel/ports/read-models.js';
import type { Instant } from '#kernel/time.js';
import { TimerHeap } from './heap.js';

/** A document as a running projection holds it. */
export interface Held {
  doc: Json | null;
  /** Of the last fact that changed it. */
  position: Position;
  due: Instant | null;
  /** Position it has in the store. */
  loadedAt: Position;
  /** What the store has. */
  before: Pick<Stored, 'doc' | 'due'> | undefined;
  dirty: boolean;
}

const TIMERS_PAGE = 10_000;
/** Timers that are remembered at most, also those of documents that were let go. */
const MOST_TIMERS = 100_000;

/** The documents a projection works on: loaded in bulk, changed in memory, written in batches, kept while there is room. */
export class Documents {
  private readonly held = new Map<string, Held>();
  private readonly dirty = new Set<string>();
  private readonly timers = new TimerHeap();
  /** When each document with a timer in `timers` is due; other entries of it were overtaken. */
  private readonly dues = new Map<string, Instant>();
  /** Timers in the store up to here are known, too; later ones are brought in when their time comes. */
  private timersTo: Timer | undefined;
  private allTimers = false;
  /** Those that the facts in hand are about to change. */
  private pinned: ReadonlySet<string> = new Set();
  /** True while the store has no document that is not held. */
  private allHeld = false;

  constructor(
    private readonly model: ReadModel,
    private readonly most: number,
  ) {}

  /** Said of a build that has no document yet: nothing need be looked up until some were let go. */
  storeIsEmpty(): void {
    this.allHeld = this.allTimers = true;
  }

  /** Those that another holds, as they are there now. */
  take(other: Documents): void {
    for (const [key, held] of other.held) {
      this.held.set(key, { ...held });
      if (held.due !== null) this.remind(key, held.due);
    }
  }

  /** Those that are held now. */
  *current(): Iterable<readonly [key: string, doc: Json]> {
    for (const [key, { doc }] of this.held) if (doc !== null) yield [key, doc];
  }

  /** Then nothing need be written for another look at it. */
  get areAllHeld(): boolean {
    return this.allHeld;
  }

  get changed(): number {
    return this.dirty.size;
  }

  /** Brings in the documents that facts are about to change, and keeps them until `unpin`, whatever else comes through. */
  async pin(keys: Iterable<string>): Promise<void> {
    this.pinned = new Set(keys);
    await this.load(this.pinned);
  }

  unpin(): void {
    this.pinned = new Set();
  }

  /** Brings in the documents that are not held yet. */
  async load(keys: Iterable<string>): Promise<void> {
    if (this.allHeld) return;
    const missing = new Set<string>();
    for (const key of keys) if (!this.held.has(key)) missing.add(key);
    if (missing.size === 0) return;
    const stored = await this.model.load([...missing]);
    for (const key of missing) this.hold(key, stored.get(key));
  }

  /** A document that was loaded before. */
  get(key: string): Held {
    return this.held.get(key) ?? this.hold(key, undefined);
  }

  set(key: string, doc: Json | null, position: Position, due: Instant | null): void {
    const held = this.get(key);
    if (due !== null || held.due !== null) this.remind(key, due);
    held.doc = doc;
    held.position = position;
    held.due = due;
    held.dirty = true;
    this.dirty.add(key);
  }

  /** Brings in the next documents whose timers are due up to `until`, at most so many; they are to be fired at once. */
  async due(until: Instant, most: number): Promise<readonly string[]> {
    while (!this.allTimers && (this.timersTo === undefined || this.timersTo.due <= until)) await this.moreTimers();
    const keys: string[] = [];
    while (keys.length < most) {
      const first = this.timers.pop(until);
      if (first === undefined) break;
      const [due, key] = first;
      if (this.dues.get(key) !== due) continue;
      this.dues.delete(key);
      keys.push(key);
    }
    await this.load(keys);
    return keys;
  }

  /** Every document there is, a page at a time; changes are written between pages. */
  async *all(checkpoint: Checkpoint, page: number): AsyncIterable<readonly string[]> {
    if (this.allHeld) {
      yield [...this.held.keys()];
      return;
    }
    await this.write(checkpoint);
    for (let afterKey = ''; ;) {
      const stored = await this.model.scan(afterKey, page);
      for (const document of stored) if (!this.held.has(document.key)) this.hold(document.key, document);
      yield stored.map(({ key }) => key);
      await this.write(checkpoint);
      this.evict();
      if (stored.length < page) return;
      afterKey = stored.at(-1)?.key ?? '';
    }
  }

  /** Writes what changed, and how far the projection is. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const writes: Write[] = [];
    for (const key of [...this.dirty].sort()) {
      const { doc, position, due, loadedAt, before } = this.get(key);
      writes.push({ key, doc, position, due, loadedAt, before });
    }
    await this.model.write(writes, checkpoint);
    for (const key of this.dirty) {
      const held = this.get(key);
      held.loadedAt = held.position;
      held.before = { doc: held.doc, due: held.due };
      held.dirty = false;
    }
    this.dirty.clear();
  }

  /** Lets go of written documents where more are held than there is room for, longest held first. */
  evict(): void {
    for (const [key, { dirty }] of this.held) {
      if (this.held.size <= this.most) break;
      if (dirty || this.pinned.has(key)) continue;
      this.held.delete(key);
      this.allHeld = false;
    }
    if (this.timers.size > MOST_TIMERS) this.forgetTimers();
  }

  /** Forgets everything held; what was not written is folded again. */
  clear(): void {
    this.allHeld = false;
    this.unpin();
    this.held.clear();
    this.dirty.clear();
    this.forgetTimers();
  }

  private hold(key: string, stored: Stored | undefined): Held {
    const { doc = null, position = 0, due = null } = stored ?? {};
    const held: Held = { doc, position, due, loadedAt: position, before: stored, dirty: false };
    this.held.set(key, held);
    return held;
  }

  private remind(key: string, due: Instant | null): void {
    if (due === null) {
      this.dues.delete(key);
    } else if (this.dues.get(key) !== due) {
      this.dues.set(key, due);
      this.timers.push(due, key);
    }
  }

  /** What the store knows of a document that is held may be old. */
  private async moreTimers(): Promise<void> {
    const page = await this.model.timers(this.timersTo, TIMERS_PAGE);
    for (const { key, due } of page) {
      const held = this.held.get(key);
      this.remind(key, held === undefined ? due : held.due);
    }
    this.timersTo = page.at(-1) ?? this.timersTo;
    this.allTimers = page.length < TIMERS_PAGE;
  }

  /** All of them are in the store, but for those of documents that are yet to be written. */
  private forgetTimers(): void {
    this.timers.clear();
    this.dues.clear();
    this.timersTo = undefined;
    this.allTimers = false;
    for (const key of this.dirty) this.remind(key, this.get(key).due);
  }
}
