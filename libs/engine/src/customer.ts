import { customerStream, type Fact, type Position } from '#kernel/fact.js';
import { Sorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import type { FoldContext } from './context.js';
import { Dues } from './dues.js';
import type { Piece } from './piece.js';
import type { Registry } from './registry.js';

/** What the engine keeps of one customer between commands: each slice's state, and which commands were done. */
export class Customer {
  readonly stream: string;
  /** How many facts the stream holds. */
  count = 0;
  /** Of the newest fact. */
  position: Position = 0;
  /** When time alone will next owe a fact, as the facts say. */
  dueAt: Instant | null = null;
  /** Each slice's state, in the order of `Registry.parts`. */
  states: unknown[];
  /** The revision at which each command's facts begin. */
  commands = Sorted.empty<number>();
  /** Identities that the facts say this customer holds. */
  readonly identities = new Set<string>();
  /** Facts in the newest snapshot. */
  snapshotAt = 0;
  /** How many facts were known when this customer was opened, and characters of what was read for it. */
  opened = { count: 0, json: 0 };
  /** What lies in the snapshot it was opened from, of which its maps read what is wanted. */
  pieces: readonly Piece[] = [];
  readonly dues: Dues;

  constructor(
    readonly id: string,
    registry: Registry,
  ) {
    this.stream = customerStream(id);
    this.dues = new Dues(registry);
    this.states = registry.parts.map(({ decider }): unknown => decider.initial);
  }

  /** Takes in the next fact of the stream whose effect on the states is known, or is folded by `fold`. */
  take(fact: Fact, position: Position): void {
    const { commandId, claims = [], releases = [], dueAt } = fact.metadata;
    if (!this.commands.has(commandId)) this.commands = this.commands.set(commandId, fact.revision);
    for (const identity of claims) this.identities.add(identity);
    for (const identity of releases) this.identities.delete(identity);
    if (dueAt !== undefined) this.dueAt = dueAt;
    this.count = fact.revision + 1;
    this.position = position;
  }

  /** Folds the next stored fact. */
  fold(fact: Fact, position: Position, registry: Registry, context: FoldContext): void {
    evolve(this.states, fact, position, registry, context);
    this.take(fact, position);
  }
}

/** A customer outside of the heap: little memory, and nothing for the garbage collector to walk through. */
export interface Packed extends Pick<Customer, 'id' | 'count' | 'position' | 'snapshotAt'> {
  /** JSON. */
  readonly head: Buffer;
  readonly pieces: readonly Buffer[];
}

/** Changes each concerned slice's state in place of the list; the states themselves are immutable. */
export function evolve(
  states: unknown[],
  fact: Fact,
  position: Position,
  registry: Registry,
  context: FoldContext,
): void {
  for (const { index, decider } of registry.evolvers(fact.type)) {
    context.turnTo(fact.occurredAt, position, fact.metadata.policies);
    states[index] = decider.evolve(states[index], fact, context) as unknown;
  }
}
