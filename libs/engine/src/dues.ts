import type { Instant } from '#kernel/time.js';
import type { FoldContext } from './context.js';
import type { Part, Registry } from './registry.js';

/**
 * When each slice will next owe a customer a fact. A command asks every slice, and changes the state of few: the answer of
 * a slice whose state is the very same under the same policies is remembered.
 */
export class Dues {
  private generation = -1;
  /** By slice and by the period in which the same policies are in force. */
  private states: unknown[] = [];
  private instants: (Instant | null)[] = [];

  constructor(private readonly registry: Registry) {}

  /** What a slice owes from `from` on, where the period of that number begins. */
  of(part: Part, state: unknown, period: number, from: Instant, context: FoldContext): Instant | null {
    const { generation } = context.references;
    if (this.generation !== generation) {
      this.generation = generation;
      this.states = [];
      this.instants = [];
    }
    const at = period * this.registry.parts.length + part.index;
    if (this.instants[at] !== undefined && this.states[at] === state) return this.instants[at];
    const due = part.decider.due?.(state, context.turnTo(from, Infinity)) ?? null;
    this.states[at] = state;
    this.instants[at] = due;
    return due;
  }

  /** The earliest of all slices under the policies in force at `at`. */
  earliest(states: readonly unknown[], at: Instant, context: FoldContext): Instant | null {
    const periods = context.references.changesUpTo(at);
    const from = periods.at(-1) ?? at;
    let earliest: Instant | null = null;
    for (const part of this.registry.timed) {
      const due = this.of(part, states[part.index], periods.length - 1, from, context);
      if (due !== null && (earliest === null || due < earliest)) earliest = due;
    }
    return earliest;
  }
}
