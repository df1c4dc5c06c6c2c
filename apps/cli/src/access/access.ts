import type { Json } from '#kernel/ports/read-models.js';
import type { Replayed } from '#engine/replay.js';
import type { Standing } from '#engine/standing.js';
import type { Difference } from '#engine/differences.js';
import type { Explanation } from '#engine/explanation.js';
import type { Compared } from '#engine/projecting.js';
import type { Verdict } from '#engine/verdict.js';
import type { WhatIfRequest } from '#runtime/what-ifs.js';
import type { Find, Page } from '#engine/queries.js';
import type { ErrorKind, FieldError } from '#kernel/errors.js';
import { DomainError } from '#kernel/errors.js';
import type { Recorded } from '#kernel/fact.js';
import type { NamedSnapshot } from '#runtime/named-snapshots.js';
import type { OwnReplay } from '#runtime/own/own-replay.js';
import type { Own } from '#runtime/own/own-projections.js';
import type { Gate, GateClock } from '../import/gate.js';

export interface WhereGiven {
  readonly data?: string | undefined;
  readonly keys?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  /** Of builds that this process makes. */
  readonly partitions?: string | undefined;
}

/**
 * What a command wants of a data folder; readers may open it beside a running server, `bulk` writes a great deal, `import` does
 * so to everybody in the order of time, `fold` changes read models only, which a mirror allows.
 */
export type Wanted = 'read' | 'write' | 'bulk' | 'import' | 'fold';

export interface Sending {
  readonly type: string;
  readonly body: unknown;
  readonly commandId?: string;
  readonly ifMatch?: number;
  readonly dryRun?: boolean;
}

export type Answered = Readonly<Record<string, unknown>>;

export type ProjectionStatus = Standing;

export interface PublishedPolicy {
  readonly name: string;
  readonly version: number;
  readonly effectiveFrom: string;
  readonly rules: Json;
}

/** As of when, in the words of whoever asks. */
export interface AsOf {
  readonly at: string;
  readonly by?: string;
}

/** The name of a kept snapshot. */
export interface InSnapshot {
  readonly snapshot: string;
}

/** Told how far a fold is: its share, and how many facts. */
export type Tell = (share: number, facts: number) => void;

/** Patron as the command line uses it: a data folder in this process, or a server. */
export interface Access {
  /** @throws {DomainError} the refusal */
  submit(sending: Sending): Promise<Answered>;
  customer(customerId: string, asOf?: AsOf): Promise<Readonly<Record<string, Json>>>;
  find(model: string, find: Find, after: number | undefined, asOf?: AsOf | InSnapshot): Promise<Page>;
  /** Why something is said of a customer. */
  why(customerId: string, statement: string, which?: string, asOf?: AsOf): Promise<readonly Explanation[]>;
  /** What differs in a read model between two moments, in the order of its keys. */
  differences(model: string, from: string, to: string, by?: string): AsyncIterable<Difference>;
  /** What other policies would have done with the same history; writes nothing. */
  whatIf(request: WhatIfRequest, tell: (share: number, facts: number) => void, signal: AbortSignal): Promise<Verdict>;
  /** Facts as they are stored, oldest first. */
  stream(stream: string, from: number, limit: number): Promise<readonly Recorded[]>;
  /** Those of the whole log, as they are stored, in its order; of these types where some are named. */
  facts(types: readonly string[], asOf: AsOf | undefined, tell: Tell): AsyncIterable<readonly Recorded[]>;
  /** Every version, oldest first; of all policies the newest where none is named. */
  policies(name: string | undefined): Promise<readonly PublishedPolicy[]>;
  projections(): Promise<readonly ProjectionStatus[]>;
  /** Several are folded in one pass; what was read before is kept. Where it is interrupted a server goes on, and a folder's next one. */
  rebuild(
    names: readonly string[],
    tell: (name: string, share: number, facts: number) => void,
    signal: AbortSignal,
  ): Promise<readonly Compared[]>;
  /** One customer's documents, where they are read. @throws {DomainError} where there is no such customer, or it goes by others */
  rebuildCustomer(name: string, customerId: string): Promise<Compared>;
  /** @throws {DomainError} where nothing is rebuilt, or kept */
  turn(name: string, how: 'cancel' | 'switch-back' | 'drop'): Promise<void>;
  /** Names the projections that had parked facts. */
  retry(): Promise<readonly string[]>;
  digest(name: string): Promise<{ readonly digest: string; readonly documents: number }>;
  /** Folds the whole log anew in this process and compares. */
  replay(tell: Tell): Promise<readonly Replayed[]>;
  /** Folds projections of the user's own in this process; whoever asks closes it. @throws {ProjectionFailed} */
  replayOwn(projections: readonly Own[], asOf: AsOf | undefined, tell: Tell): Promise<OwnReplay>;
  /** Read models that are kept as of a moment. */
  snapshots(): Promise<readonly NamedSnapshot[]>;
  /** Folds one in this process and keeps it; as of now where no moment is given. */
  keepSnapshot(name: string, model: string, asOf: AsOf | undefined, tell: Tell): Promise<NamedSnapshot>;
  dropSnapshot(name: string): Promise<void>;
  clock(): Promise<GateClock>;
  gate(source: string): Gate;
  close(): Promise<void>;
}

/** A refusal that a server told. */
export class RemoteRefusal extends DomainError {
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message);
  }
}
