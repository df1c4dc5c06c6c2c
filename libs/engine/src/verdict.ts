import type { Position } from '#kernel/fact.js';
import type { Money } from '#kernel/money.js';
import type { Instant } from '#kernel/time.js';

/** Why a document says what it says: the newest facts it rests on, and the figures that were used. */
export interface Reason {
  readonly facts: readonly string[];
  readonly policy: { readonly name: string; readonly version: number } | null;
}

/** A figure as it is, and as it would be. */
export interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

/** How many customers would stand elsewhere; null stands for those who have no such document. */
export interface Moves {
  readonly model: string;
  readonly field: string;
  /** Customers by where they stand. */
  readonly counts: Readonly<Record<string, Pair<number>>>;
  readonly moved: number;
  readonly moves: readonly { readonly from: string | null; readonly to: string | null; readonly customers: number }[];
  readonly examples: readonly {
    readonly customerId: string;
    readonly from: string | null;
    readonly to: string | null;
    readonly why: Pair<Reason | null>;
  }[];
}

/** How sums over all customers would move, and what is owed for them. */
export interface AmountMoves {
  readonly model: string;
  readonly unit: string;
  /** Customers for whom any of them differs. */
  readonly changed: number;
  readonly sums: Readonly<Record<string, Pair<number>>>;
  readonly liability: {
    /** In `unit`. */
    readonly amount: Pair<number>;
    /** One amount a currency. */
    readonly money: Pair<readonly Money[]>;
  };
  /** Those whose liability would move most. */
  readonly examples: readonly {
    readonly customerId: string;
    readonly before: number;
    readonly after: number;
    readonly why: Pair<Reason | null>;
  }[];
}

export interface EpisodeMoves {
  readonly model: string;
  readonly reasons: readonly {
    readonly reason: string;
    readonly raised: Pair<number>;
    readonly open: Pair<number>;
    readonly appeared: number;
    readonly disappeared: number;
    /** About the same, but raised at another time. */
    readonly moved: number;
  }[];
  readonly examples: readonly {
    readonly customerId: string;
    readonly reason: string;
    readonly kind: 'appeared' | 'disappeared';
    readonly about: string;
    readonly since: Instant;
    readonly why: Reason | null;
  }[];
}

/** What commands took in history and would not have been there. */
export interface ShortfallMoves {
  readonly count: number;
  readonly missing: number;
  readonly byType: readonly {
    readonly type: string;
    readonly count: number;
    readonly asked: number;
    readonly given: number;
  }[];
  readonly examples: readonly {
    readonly customerId: string;
    readonly type: string;
    readonly factId: string;
    readonly at: Instant;
    readonly asked: number;
    readonly given: number;
  }[];
}

/** What another policy would have done with the same history. */
export interface Verdict {
  readonly policies: readonly {
    readonly name: string;
    readonly effectiveFrom: Instant;
    /** False where it says what every published version says: nothing is supposed then. */
    readonly differs: boolean;
  }[];
  /** The newest position that was looked at, and the business time it stands at. */
  readonly asOf: { readonly position: Position; readonly time: Instant | null };
  /** Whether what was measured over all customers was measured again, or is what was published. */
  readonly measurements: 'as published' | 'measured again';
  readonly facts: {
    /** Of commands: history, which stays. */
    readonly kept: number;
    /** Made by reactions and by time: as stored, and as decided again. */
    readonly derived: Pair<number>;
    /** Of commands, that find nothing to be about: an alert that was never raised. By type. */
    readonly withoutObject: Readonly<Record<string, number>>;
  };
  readonly customers: {
    readonly all: number;
    /** Any of the figures below would differ for them. */
    readonly changed: number;
    /** Their history cannot be read or decided; they are in no figure. */
    readonly undecided: number;
    readonly reasons: readonly { readonly customerId: string; readonly reason: string }[];
  };
  readonly standings: readonly Moves[];
  readonly amounts: readonly AmountMoves[];
  readonly episodes: readonly EpisodeMoves[];
  readonly shortfall: ShortfallMoves;
}
