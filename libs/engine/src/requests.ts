import type { CommandBase } from '#kernel/decider.js';
import type { Actor, Metadata } from '#kernel/fact.js';
import type { Instant } from '#kernel/time.js';
import type { Customer } from './customer.js';
import type { Part } from './registry.js';

const PROGRAM = 'patron/1';

/** A validated command with what its transport knows of it. */
export interface CommandRequest {
  readonly commandId: string;
  readonly command: CommandBase;
  readonly part: Part | null;
  /** Keyed digest of the body as received. */
  readonly bodyDigest?: string;
  /** The revision the caller decided on. */
  readonly ifMatch?: number;
  /** Answer with the facts, append nothing. */
  readonly dryRun?: boolean;
  readonly actor?: Actor;
  readonly source?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
}

/** What a fact is to the one who sent the command. */
export interface ReceiptFact {
  readonly id: string;
  readonly type: string;
  readonly revision: number;
  readonly occurredAt: Instant;
  readonly data: unknown;
}

export interface Receipt {
  readonly commandId: string;
  readonly customerId: string;
  /** Of the customer's newest fact; -1 for none. What `If-Match` takes. */
  readonly revision: number;
  /** What `after=` takes to read what this command did. */
  readonly position: number;
  /** Empty when the command changed nothing. */
  readonly facts: readonly ReceiptFact[];
  /** True when an earlier request of this id did it. */
  readonly repeated: boolean;
  readonly dryRun: boolean;
}

export function metadataOf(request: CommandRequest): Metadata {
  const { commandId, bodyDigest, correlationId, causationId, actor, source } = request;
  return {
    commandId,
    ...(bodyDigest !== undefined && { bodyDigest }),
    ...(correlationId !== undefined && { $correlationId: correlationId }),
    ...(causationId !== undefined && { $causationId: causationId }),
    ...(actor !== undefined && { actor }),
    ...(source !== undefined && { source }),
    program: PROGRAM,
  };
}

export const receiptOf = (
  customer: Customer,
  { commandId }: CommandRequest,
  facts: readonly Omit<ReceiptFact, never>[],
  how: Pick<Receipt, 'repeated' | 'dryRun'>,
): Receipt => ({
  commandId,
  customerId: customer.id,
  revision: customer.count - 1,
  position: customer.position,
  facts: facts.map(({ id, type, revision, occurredAt, data }) => ({ id, type, revision, occurredAt, data })),
  ...how,
});
