import { DomainError } from '../errors.js';
import type { Position } from '../fact.js';
import type { Index } from '../projection.js';
import type { Instant } from '../time.js';
import { StoreRefused, type EventStore } from './event-store.js';
import type { SnapshotStore } from './snapshot-store.js';

export type Json = Readonly<Record<string, unknown>>;

/** A document with what the engine needs to know of it. */
export interface Stored {
  readonly key: string;
  /** null for a tombstone. */
  readonly doc: Json | null;
  /** Of the last fact that changed it. */
  readonly position: Position;
  /** When its timer fires next. */
  readonly due: Instant | null;
}

/** When a document's timer fires. */
export interface Timer {
  readonly due: Instant;
  readonly key: string;
}

export interface Write extends Stored {
  /** Position of the document as it was loaded; 0 for none. Where it is another by now, the write is refused. */
  readonly loadedAt: Position;
  /** What is stored there, where the writer knows: an index need not be touched where its fields stay. */
  readonly before?: Pick<Stored, 'doc' | 'due'> | undefined;
}

export interface Checkpoint {
  /** Everything up to here is folded in. */
  readonly position: Position;
  /** Business time reached. */
  readonly clock: Instant;
  /** What a build needs to go on after its process ended; forgotten with the first write that has none, and when it is read. */
  readonly progress?: Json;
}

/** A range over the field behind the equal ones. */
export interface Range {
  readonly gte?: unknown;
  readonly gt?: unknown;
  readonly lte?: unknown;
  readonly lt?: unknown;
}

export interface Query {
  readonly index: Index;
  /** Values for the first fields of the index. */
  readonly equal?: Readonly<Record<string, unknown>>;
  /** A range over the next field of the index. */
  readonly range?: Range;
  /** Walk the index from its other end. */
  readonly reverse?: boolean;
  readonly limit: number;
  /** Continue behind this document: its values of the index's fields, then its key. */
  readonly after?: readonly unknown[];
}

/** Another writer changed a document between load and write. Load and fold again. */
export class StaleDocument extends DomainError {
  readonly code = 'read_models.stale_document';
  readonly kind = 'conflict';

  constructor(readonly key: string) {
    super(`Document ${key} was changed by another writer.`);
  }
}

/** An earlier version answers until the present one is built, and has no such index. Ask again when it is. */
export class IndexNotBuilt extends DomainError {
  readonly code = 'read_models.index_not_built';
  readonly kind = 'unavailable';

  constructor(name: string, version: number) {
    super(
      `Version ${version} of ${name} answers until the present one is built, and has no such index; ` +
        '`patron projections` shows how far it is.',
    );
  }
}

/** Whose facts are folded. */
export type FoldedHistory = Pick<EventStore, 'numbering' | 'head' | 'markAt'>;

/** A fact that was in a log, so that the log can be known again. */
export interface KnownFact {
  readonly position: Position;
  /** See `EventStore.markAt`. */
  readonly mark: string;
}

const FOLD_ANEW = 'Where that log is meant to stay, remove them while nothing runs: they are folded anew from it.';

/** @throws {StoreRefused} for what was folded from another log */
export function throwIfOfAnother(place: string, noted: string | undefined, { numbering }: FoldedHistory): void {
  if (noted === undefined || noted === numbering) return;
  throw new StoreRefused(
    `${place} were folded from log ${noted}, and the log here is ${numbering}: positions of the one mean other facts in the other. ` +
      `Put back the log that they belong to, or choose another data folder. ${FOLD_ANEW}`,
  );
}

/** @throws {StoreRefused} for what was folded from facts that the log does not hold any more */
export async function throwIfBehindTheEnd(
  place: string,
  furthest: { readonly name: string; readonly position: Position },
  history: FoldedHistory,
): Promise<void> {
  const head = await history.head(); // asked last: a log that grows meanwhile only goes further
  if (furthest.position <= head) return;
  throw new StoreRefused(
    `${place} know facts up to position ${furthest.position} (${furthest.name}), and the log ends at ${head}: ` +
      `it was put back to an earlier state, or lost its end. Put back the newer log. ${FOLD_ANEW}`,
  );
}

/** @throws {StoreRefused} for a log that went on after it was put back: its end alone would not tell */
export async function throwIfGone(place: string, known: KnownFact | undefined, history: FoldedHistory): Promise<void> {
  if (known === undefined || (await history.markAt(known.position)) === known.mark) return;
  throw new StoreRefused(
    `${place} belong to a log with another fact at position ${known.position} than the log here has, if it has any: it was put back to ` +
      `an earlier state and may have gone on from there. Put back the log that they belong to. ${FOLD_ANEW}`,
  );
}

/** One build, for several reads that must be of the same. */
export interface Pinned {
  readonly model: ReadModel;
  release(): void;
}

/** A document as JSON. */
export interface DocumentText {
  readonly key: string;
  readonly text: string;
}

/** One version of one read model. */
export abstract class ReadModel {
  abstract readonly name: string;
  abstract readonly version: number;

  /** Where its projection stands; position 0 when nothing was folded yet. */
  abstract checkpoint(): Promise<Checkpoint>;
  /** Documents and tombstones with these keys; a key without either is absent. */
  abstract load(keys: readonly string[]): Promise<ReadonlyMap<string, Stored>>;
  /** All writes and the checkpoint, or none where the store has transactions; elsewhere the checkpoint comes last. */
  abstract write(writes: readonly Write[], checkpoint: Checkpoint): Promise<void>;
  /**
   * Adds documents to a build that has none of them; they are kept with the next `write` or `keep`, and lost with the process
   * until then. @throws {StaleDocument} here, or by `index`, where one of them was there
   */
  abstract add(documents: readonly Stored[]): Promise<void>;
  /**
   * Keeps in a build that is under way what was added here, with the progress that `noted` makes of what is noted by then, also
   * by others who write to the build; all or none where the store has transactions.
   */
  abstract keep(noted: (before: Json | undefined) => Json): Promise<void>;
  /** Makes ready for readers a build that holds all its documents. @throws {StaleDocument} where one was added twice */
  abstract index(): Promise<void>;
  /** Timers of documents, earliest first, ties by key; from the first one behind `after` on. */
  abstract timers(after: Timer | undefined, limit: number): Promise<readonly Timer[]>;
  /** One page in index order, tombstones left out; ties are ordered by key. */
  abstract find(query: Query): Promise<readonly Stored[]>;
  /** Documents in key order behind `afterKey`, tombstones left out. */
  abstract scan(afterKey: string, limit: number): Promise<readonly Stored[]>;
  /** The same as the texts that are kept of them, for a comparison: where two texts are equal, so are the documents. */
  abstract texts(afterKey: string, limit: number): Promise<readonly DocumentText[]>;
  /** The build that is read now, whichever readers are switched to meanwhile. It is let go by whoever pinned it. */
  abstract pin(): Promise<Pinned>;
  /** Names the build that is read now, in every process alike; another build never has the same name. */
  abstract edition(): Promise<string>;
  /** Documents, tombstones left out. */
  abstract count(): Promise<number>;
}

export interface ReadModelSpec {
  readonly name: string;
  readonly version: number;
  readonly indexes: readonly Index[];
}

/** Documents that can be thrown away and folded again. Every version of every read model stands for itself. */
export abstract class ReadModels {
  /** The build that is read now; made empty where there is none of this version. */
  abstract open(spec: ReadModelSpec): Promise<ReadModel>;
  /**
   * What readers had of this read model in another version, the newest there is, or with other indexes; undefined where nothing
   * is. Nobody folds it: it stands still until it is dropped, or a build of this version follows another.
   */
  abstract earlier(spec: ReadModelSpec): Promise<ReadModel | undefined>;
  /** The build that is read, or that was and is kept, by its edition; undefined where there is none any more. */
  abstract pin(spec: ReadModelSpec, edition: string): Promise<Pinned | undefined>;
  /** An empty build beside the one being read; one that was left unfinished is removed. */
  abstract build(spec: ReadModelSpec): Promise<ReadModel>;
  /** The build that a process which ended left unfinished, as far as it was written; undefined where there is none. */
  abstract unfinished(spec: ReadModelSpec): Promise<ReadModel | undefined>;
  /** Names a build that is under way, for `join`; also to another thread of this process. */
  abstract nameOf(build: ReadModel): string;
  /** A further writer of a build that is under way, to be let go with `leave`: what it adds is kept apart until its `keep`. */
  abstract join(spec: ReadModelSpec, name: string): Promise<ReadModel>;
  /** Lets go of a build that another process may go on with. */
  abstract leave(build: ReadModel): Promise<void>;
  /**
   * Makes a build the one that is read, in one step. The former one is dropped, or kept where that is asked for: until `drop`,
   * or until the next swap.
   */
  abstract swap(build: ReadModel, former?: 'keep' | 'drop'): Promise<void>;
  /** Removes a build that will not be read. */
  abstract abandon(build: ReadModel): Promise<void>;
  /** Makes the one that was kept the one that is read, in one step, and keeps the other; false where none was kept. */
  abstract switchBack(spec: ReadModelSpec): Promise<boolean>;
  /** Removes the one that was kept, and what is there of other versions; false where nothing was. */
  abstract drop(spec: ReadModelSpec): Promise<boolean>;
  /**
   * Notes whose facts are folded here. What was folded from another log, or further than this one goes, would tell of facts that are not
   * there, and miss those that are appended in their places.
   *
   * @throws {StoreRefused} for a log that what lies here was not folded from, or that lacks the fact noted last
   */
  abstract belongTo(history: FoldedHistory): Promise<void>;
  /** Notes a fact of the log, the newest there is, for the next `belongTo`. It may be lost with a power cut. */
  abstract note(known: KnownFact): Promise<void>;
  /** The states of streams that lie beside the read models. */
  abstract snapshots(): Promise<SnapshotStore>;
  abstract close(): Promise<void>;
}

/** A value of a document by its path, `spend.units`. */
export function fieldOf(doc: Json, path: string): unknown {
  if (!path.includes('.')) return doc[path] ?? null;
  let value: unknown = doc;
  for (const name of path.split('.')) value = (value as Json | null | undefined)?.[name];
  return value ?? null;
}
