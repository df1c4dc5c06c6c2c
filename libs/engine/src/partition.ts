import type { Position } from '#kernel/fact.js';
import type { Portion } from '#kernel/ports/event-store.js';

/** A portion of customers, and the builds that have not got it yet. */
export interface Task {
  readonly portion: Portion;
  readonly names: readonly string[];
}

/** What partitions work on: builds under way by the names of their projections, and what names them where they are kept. */
export interface Shared {
  readonly builds: readonly { readonly name: string; readonly place: string }[];
  /** Facts up to here are folded. */
  readonly upTo: Position;
}

/** One of those who fold portions of customers beside each other into the same builds. */
export interface Partition {
  /** Folds the customers of a portion, and keeps their documents. @param tell  Facts since it was told last; what it throws ends it */
  fold(task: Task, tell: (facts: number) => void): Promise<void>;
  /** Says of a build that it holds everything, and makes it ready for readers. @throws {DefinitionError} where two customers share one */
  index(name: string): Promise<void>;
  /** Lets go of the builds. What was not kept is lost. */
  end(): Promise<void>;
}

/** Opens so many partitions, each in a thread of its own. */
export type OpenPartitions = (count: number, shared: Shared) => Promise<readonly Partition[]>;
