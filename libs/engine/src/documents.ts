import type { Position } from '#kernel/fact.js';
import type { Checkpoint, Json, ReadModel, Stored, Write } from '#kernel/ports/read-models.js';
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

const DUE_PAGE = 1_000;

/** The documents a projection works on: loaded in bulk, changed in memory, written in batches, kept while there is room. */
export class Documents {
  private readonly held = new Map<string, Held>();
  private readonly dirty = new Set<string>();
  private readonly timers = new TimerHeap();
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
    this.allHeld = true;
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
    const missing = new Set<string>();
    for (const key of keys) if (!this.held.has(key)) missing.add(key);
    if (missing.size === 0 || this.allHeld) return;
    const stored = await this.model.load([...missing]);
    for (const key of missing) this.hold(key, stored.get(key));
  }

  /** A document that was loaded before. */
  get(key: string): Held {
    return this.held.get(key) ?? this.hold(key, undefined);
  }

  set(key: string, doc: Json | null, position: Position, due: Instant | null): void {
    const held = this.get(key);
    if (due !== null && due !== held.due) this.timers.push(due, key);
    held.doc = doc;
    held.position = position;
    held.due = due;
    held.dirty = true;
    this.dirty.add(key);
  }

  /** The document whose timer is due first, up to `until`; each call after the last one's timer was moved. */
  nextDue(until: Instant): { readonly key: string; readonly due: Instant } | undefined {
    for (;;) {
      const first = this.timers.pop(until);
      if (first === undefined) return undefined;
      const [due, key] = first;
      const held = this.held.get(key);
      if (held?.due === due && held.doc !== null) return { key, due };
    }
  }

  /**
   * Brings in documents in the store whose timers are due up to `until`; false where more are due than one page holds, and
   * those that are held must fire first.
   */
  async loadDue(until: Instant, checkpoint: Checkpoint): Promise<boolean> {
    while (!this.allHeld) {
      const keys = await this.model.due(until, DUE_PAGE);
      const missing = keys.filter((key) => !this.held.has(key));
      await this.load(missing);
      if (keys.length < DUE_PAGE) return true;
      if (missing.length > 0) continue;
      if (this.dirty.size === 0) return false;
      await this.write(checkpoint);
    }
    return true;
  }

  /** Every document there is, a page at a time; changes are written between pages. */
  async *all(checkpoint: Checkpoint, page: number): AsyncIterable<readonly string[]> {
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
    if (this.timers.size > 4 * this.held.size + 1_000) this.remindAgain();
  }

  /** Forgets everything held; what was not written is folded again. */
  clear(): void {
    this.allHeld = false;
    this.unpin();
    this.held.clear();
    this.dirty.clear();
    this.timers.clear();
  }

  private hold(key: string, stored: Stored | undefined): Held {
    const { doc = null, position = 0, due = null } = stored ?? {};
    const held: Held = { doc, position, due, loadedAt: position, before: stored, dirty: false };
    this.held.set(key, held);
    if (due !== null) this.timers.push(due, key);
    return held;
  }

  private remindAgain(): void {
    this.timers.clear();
    for (const [key, { due }] of this.held) if (due !== null) this.timers.push(due, key);
  }
}
