import { DefinitionError } from '#kernel/errors.js';
import type { Fact, Position } from '#kernel/fact.js';
import type { Json } from '#kernel/ports/read-models.js';
import type { AnyProjection } from '#kernel/projection.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { FoldContext } from './context.js';
import type { References } from './references.js';
import { handlerOf, type Wanted } from './wanting.js';

/** A document as whoever folds sees it. */
export interface InHand {
  readonly doc: Json | null;
  /** Of the last fact that changed it. */
  readonly position: Position;
  readonly due: Instant | null;
}

/** Where the documents are that a projection works on; each that it asks for was brought in before. */
export interface Documentary {
  get(key: string): InHand;
  set(key: string, doc: Json | null, position: Position, due: Instant | null): void;
}

/** What facts and time do to the documents of one projection, wherever those are held. */
export class DocumentFold {
  /** Business time reached. */
  clock: Instant = EARLIEST;
  private readonly context: FoldContext;

  constructor(
    private readonly projection: AnyProjection,
    references: References,
    private readonly documents: Documentary,
  ) {
    this.context = new FoldContext(references);
  }

  fold({ fact, keys, everyKeys }: Wanted, position: Position): void {
    const [only] = keys;
    if (only !== undefined && keys.length === 1 && everyKeys.length === 0) this.foldOne(only, fact, position);
    else this.foldAll(fact, keys, everyKeys, position);
  }

  /** The document after its timers up to `until` fired. */
  fired(key: string, until: Instant, position: Position): Json | null {
    const { timers } = this.projection;
    let held = this.documents.get(key);
    while (timers !== undefined && held.doc !== null && held.due !== null && held.due <= until) {
      const { due } = held;
      // the fact at `position` may be the very policy that made it due
      const doc = timers.fire(held.doc, due, this.context.turnTo(due, position + 1)) as Json | null;
      this.put(key, doc, position, due);
      held = this.documents.get(key);
      if (held.due !== null && held.due <= due) {
        throw new DefinitionError(`${this.projection.name}: the timer of ${key} stays at ${due}.`);
      }
    }
    return held.doc;
  }

  /** A fact that concerns everybody changes a document, unless it has changed it already. */
  broadcast(key: string, fact: Fact, position: Position): void {
    const handler = handlerOf(this.projection.broadcast, fact.type);
    this.change(
      key,
      position,
      (doc) => handler?.(doc, fact, this.context.turnTo(fact.occurredAt, position + 1)) ?? null,
    );
  }

  /** A policy came into force: what a document waits for may have moved. */
  reschedule(key: string, position: Position): void {
    this.change(key, position, (doc) => doc);
  }

  private change(key: string, position: Position, change: (doc: Json) => unknown): void {
    const held = this.documents.get(key);
    if (held.doc === null || held.position >= position) return;
    const doc = change(held.doc) as Json | null;
    const due = this.dueOf(doc, position, this.clock);
    if (doc !== held.doc) this.documents.set(key, doc, position, due);
    else if (due !== held.due) this.documents.set(key, doc, held.position, due);
  }

  private foldOne(key: string, fact: Fact, position: Position): void {
    const { projection, documents } = this;
    if (documents.get(key).position >= position) return;
    const doc: unknown = this.fired(key, fact.occurredAt, position) ?? projection.initial(key);
    const context = this.context.turnTo(fact.occurredAt, position, fact.metadata.policies);
    const changed = handlerOf(projection.on, fact.type)?.(doc, fact, context) ?? null;
    this.put(key, changed as Json | null, position, fact.occurredAt);
    this.fired(key, this.clock, position);
  }

  /** All documents of a fact, or none where one of them cannot be folded. */
  private foldAll(fact: Fact, keys: readonly string[], everyKeys: readonly string[], position: Position): void {
    const { projection, documents } = this;
    const changed = new Map<string, Json | null>();
    for (const [index, key] of [...everyKeys, ...keys].entries()) {
      if (!changed.has(key) && documents.get(key).position >= position) continue;
      const before = changed.has(key) ? changed.get(key) : this.fired(key, fact.occurredAt, position);
      const doc: unknown = before ?? projection.initial(key);
      const fold = index < everyKeys.length ? projection.every?.fold : handlerOf(projection.on, fact.type);
      this.context.turnTo(fact.occurredAt, position, fact.metadata.policies);
      changed.set(key, (fold?.(doc, fact, this.context) ?? null) as Json | null);
    }
    for (const [key, doc] of changed) this.put(key, doc, position, fact.occurredAt);
    for (const key of changed.keys()) this.fired(key, this.clock, position);
  }

  private put(key: string, doc: Json | null, position: Position, at: Instant): void {
    this.documents.set(key, doc, position, this.dueOf(doc, position, at));
  }

  private dueOf(doc: Json | null, position: Position, at: Instant): Instant | null {
    const { timers } = this.projection;
    if (doc === null || timers === undefined) return null;
    const asOf = at > this.clock ? at : this.clock;
    return timers.due(doc, this.context.turnTo(asOf, position + 1));
  }
}
