import type { Position } from '#kernel/fact.js';
import type { Difference } from './differences.js';
import type { Parked } from './parking.js';
import type { MeasuredSide } from './read-side.js';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: 'following' | 'rebuilding' | 'stopped' | 'failed';
  readonly position: Position;
  readonly head: Position;
  /** How far the head is ahead of the position; bytes of the server's log on EventStoreDB. */
  readonly lag: number;
  /** Up to where the log was gone through for it, also in what others wrote, and in a build that is not read yet. */
  readonly looked: Position;
  /** How much of the log that is, from 0 to 1. */
  readonly share: number;
  readonly documents: number;
  readonly parked: readonly Parked[];
  /** What readers have until this version is built; it stands still there. */
  readonly answering?: { readonly version: number; readonly position: Position };
  readonly error?: string;
}

/** How a new build differs from what was read before. */
export interface Compared {
  readonly name: string;
  readonly appeared: number;
  readonly disappeared: number;
  readonly changed: number;
  /** The first of them, in the order of their keys. */
  readonly first: readonly Difference[];
}

/** Says how far a rebuild is: how much of the log it has gone through, as positions lie apart, and how many facts were read. */
export type Progress = (done: number, of: number, facts: number) => void;

/** Who keeps the projections up to date: `Projector` in this thread, or one in a thread beside it. */
export interface Projecting extends MeasuredSide {
  start(): void;
  stop(): Promise<void>;
  /** Waits for every projection. @throws {NotYetProjected} after `timeoutMs` */
  allCaughtUp(position: Position, timeoutMs?: number): Promise<void>;
  /** Everything up to here is in all of them: how far they are, without counting documents. */
  reached(): Promise<Position>;
  status(): Promise<readonly ProjectionStatus[]>;
  /**
   * Folds projections from the first fact in one pass into builds of their own, then lets readers switch in one step each. With
   * `keep` what was read before is compared and kept. @throws {RebuildCancelled}
   */
  rebuild(names: string | readonly string[], progress?: Progress, keep?: boolean): Promise<readonly Compared[]>;
  /** Folds one customer's documents anew where they are read. @throws {NotFound} @throws {NotByCustomer} */
  rebuildCustomer(name: string, customerId: string): Promise<Compared>;
  /** Gives up the rebuild that a projection is in, with those that are built in the same pass; false where there is none. */
  cancel(name: string): Promise<boolean>;
  /** Lets readers have again what was kept by the last rebuild; false where there is nothing. */
  switchBack(name: string): Promise<boolean>;
  /** Removes what was kept by the last rebuild; false where there is nothing. */
  drop(name: string): Promise<boolean>;
  /** Folds again what was parked, after its cause was mended; names the projections that had any. */
  retry(): Promise<readonly string[]>;
}
