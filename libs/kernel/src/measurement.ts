import type { Proposal } from './event.js';
import type { Context, PolicyDefinition } from './policy.js';
import type { Instant } from './time.js';

/**
 * Figures taken over all documents of a read model when a month ends, and published as a fact. Pure. What is gathered passes between
 * threads: plain objects, lists, maps and sets.
 */
export interface Measurement<Doc = never, Gathered = never> {
  /** The stream that holds the published facts. */
  readonly stream: string;
  /** The read model that is gone through, in key order. */
  readonly model: string;
  /** Policies that decide what is measured: a what-if that changes one of them measures again. */
  readonly policies: readonly PolicyDefinition[];
  gather(): Gathered;
  add(gathered: Gathered, doc: Doc): void;
  publish(gathered: Gathered, at: Instant, context: Context): Proposal;
}
