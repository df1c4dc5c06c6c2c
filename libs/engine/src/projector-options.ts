import type { EventStore } from '#kernel/ports/event-store.js';
import type { ReadModels } from '#kernel/ports/read-models.js';
import type { Parking } from './parking.js';
import type { OpenPartitions } from './partition.js';
import type { FactReader } from './reader.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';

export interface ProjectorOptions {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly registry: Registry;
  readonly reader: FactReader;
  readonly references: References;
  /** Most facts folded between two writes. */
  readonly batch?: number;
  /** Facts of the customers whose documents a partition of a build holds at once; 5,000 by default. */
  readonly portion?: number;
  /** How many partitions of the customers a build folds at once; 1 by default. */
  readonly partitions?: number;
  /** Opens them in threads of their own, for histories that are worth it; without it they take turns in this one. */
  readonly threads?: OpenPartitions;
  /** Facts from which on a history is worth them: each has to load the program first. 50,000 by default. */
  readonly threadsFrom?: number;
  /**
   * How long a follower that has little to do waits for more, so that a trickle of facts is not a transaction each.
   * Whoever waits for a position ends it at once. Milliseconds; 100 by default.
   */
  readonly lingerMs?: number;
  /** What a build does with a fact that it cannot fold; by default its customer's documents stand still. */
  readonly parking?: () => Parking;
}
