import type { Json } from '#kernel/ports/read-models.js';
import type { Next, Rule } from '#kernel/statement.js';
import type { Instant } from '#kernel/time.js';

/** A fact behind a statement, in the order of the log. */
export interface ListedFact {
  readonly id: string;
  readonly revision: number;
  readonly type: string;
  readonly occurredAt: Instant;
  /** What happened, in words. */
  readonly what: string;
  readonly amount: string | null;
  /** Without it the statement would be another. */
  readonly decisive: boolean;
  /** What would be said without a decisive one; null where nothing would be. */
  readonly without: string | null;
}

/** All facts of the statement's read model, and of what it was decided by, up to a revision: behind the statement as one. */
export interface Earlier {
  readonly facts: number;
  readonly lastRevision: number;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly decisive: boolean;
}

/** Why a statement holds. Replaying the listed facts under the policies, the clock and the measurements of then gives it. */
export interface Explanation {
  readonly customerId: string;
  readonly statement: string;
  /** Of several statements of that name; or the name of the alert. */
  readonly which: string | null;
  readonly readModel: string;
  readonly key: string;
  /** Business time as of which it is said. */
  readonly at: Instant;
  /** `c-7 is at risk since 2026-03-12.` */
  readonly says: string;
  readonly states: Json;
  readonly figures: Json;
  readonly follows: readonly string[];
  readonly rules: readonly Rule[];
  readonly earlier: Earlier | null;
  readonly facts: readonly ListedFact[];
  /** What time will change if nothing happens before; null for nothing. */
  readonly next: Next | null;
}
