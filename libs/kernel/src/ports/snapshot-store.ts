import type { Position } from '../fact.js';

/** The state of a stream as of one of its facts, sealed. It can be thrown away and folded again. */
export interface Snapshot {
  /** Of the stream. */
  readonly key: string;
  /** Of the newest fact in it. */
  readonly position: Position;
  /** Of the program that folded it: another one may fold otherwise. */
  readonly version: string;
  /** Which key it is sealed with. */
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

/** The newest snapshot of each stream. What is lost or does not open is folded again, so that nothing here has to last. */
export abstract class SnapshotStore {
  abstract load(key: string): Promise<Snapshot | undefined>;
  /** All of them or none; one that is older than what is there changes nothing. */
  abstract write(snapshots: readonly Snapshot[]): Promise<void>;
  /** Position of the newest fact in any of them; 0 where there is none. */
  abstract newest(): Promise<Position>;
}
