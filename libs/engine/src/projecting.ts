import type { Position } from '#kernel/fact.js';
import type { Parked } from './parking.js';
import type { ReadSide } from './read-side.js';

export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: 'following' | 'rebuilding' | 'stopped' | 'failed';
  readonly position: Position;
  readonly head: Position;
  readonly documents: number;
  readonly parked: readonly Parked[];
  readonly error?: string;
}

/** Says how far a rebuild is. */
export type Progress = (done: Position, of: Position, facts: number) => void;

/** Who keeps the projections up to date: `Projector` in this thread, or one in a thread beside it. */
export interface Projecting extends ReadSide {
  start(): void;
  stop(): Promise<void>;
  /** Waits for every projection. @throws {NotYetProjected} after `timeoutMs` */
  allCaughtUp(position: Position, timeoutMs?: number): Promise<void>;
  /** Everything up to here is in all of them: how far they are, without counting documents. */
  reached(): Promise<Position>;
  status(): Promise<readonly ProjectionStatus[]>;
  /** Folds a projection from the first fact into a build of its own, then lets readers switch in one step. */
  rebuild(name: string, progress?: Progress): Promise<void>;
  /** Folds again what was parked, after its cause was mended; names the projections that had any. */
  retry(): Promise<readonly string[]>;
}
