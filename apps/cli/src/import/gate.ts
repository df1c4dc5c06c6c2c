import type { Instant } from '#kernel/time.js';

/** A fact as a receipt shows it. */
export interface AnsweredFact {
  readonly type: string;
  readonly data: unknown;
}

export type Answer =
  | {
      readonly ok: true;
      readonly repeated: boolean;
      readonly position: number;
      readonly facts: readonly AnsweredFact[];
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface GateClock {
  readonly now: Instant;
  readonly to: Instant;
  readonly fixedAt: Instant | null;
  readonly zone: string;
}

/** What an import needs of Patron, in this process or behind a server. */
export interface Gate {
  /** Answers refusals; throws only where Patron cannot be reached. */
  send(type: string, body: Readonly<Record<string, unknown>>, commandId: string): Promise<Answer>;
  clock(): Promise<GateClock>;
  /** Facts of a customer's stream of one type, oldest first. */
  facts(customerId: string, type: string): AsyncIterable<AnsweredFact>;
  /** Told that nothing more is sent: what is held for commands may go, as building read models wants the room. */
  ended?(): Promise<void>;
  /** Waits until every read model holds a position; says how far the slowest one is. */
  projected(position: number, tell: (reached: number) => void): Promise<void>;
}
