import type { Position, Recorded } from '#kernel/fact.js';
import { ClockAdvanced } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import { References } from './references.js';
import type { Registry } from './registry.js';

/** A policy as it might have been. */
export interface Supposition {
  readonly name: string;
  /** In their normal form, see `Policies.parsed`. */
  readonly rules: object;
  /** In force for facts from then on, whatever was published for them. */
  readonly effectiveFrom: Instant;
}

/** Business time reached `to`, and the clock process looked for what was owed. */
export interface Tick {
  readonly position: Position;
  readonly to: Instant;
  /** A policy came into force since the tick before. */
  readonly changes: boolean;
  /** A supposed one did. */
  readonly supposes: boolean;
}

/**
 * Positions of a history that is decided again are so many times what they were, so that facts that were not there find room
 * behind any that was.
 */
export const SPREAD = 16_384;

export const spread = (recorded: Recorded): Recorded => ({ ...recorded, position: recorded.position * SPREAD });

/** What concerned every customer, as if some policies had been others: what was in force when, and how time passed. */
export class Supposed {
  /** In the order of the log, at positions that are spread. */
  readonly shared: readonly Recorded[];
  readonly references: References;
  readonly ticks: readonly Tick[];
  /** Indexes of ticks at which a policy came into force. */
  readonly changing: readonly number[];
  private readonly views: References[] = [];
  /** Of facts that change what is known, rising. */
  private readonly bounds: readonly Position[];

  /** @param shared  Facts that concern every customer, in the order of the log. */
  constructor(registry: Registry, shared: readonly Recorded[], suppositions: readonly Supposition[]) {
    this.shared = shared.map(spread);
    this.references = References.of(registry, this.shared);
    for (const { name, rules, effectiveFrom } of suppositions) this.references.suppose(name, rules, effectiveFrom);
    const types = new Set(registry.sharedTypes);
    this.bounds = shared.filter(({ type }) => types.has(type)).map(({ position }) => position);
    this.ticks = this.ticksOf(shared, suppositions);
    this.changing = this.ticks.flatMap(({ changes }, index) => (changes ? [index] : []));
  }

  /** What was known to a decision that was appended at a position of the store. */
  before(position: Position): References {
    const known = firstFrom(this.bounds, (bound) => bound >= position);
    return (this.views[known] ??= this.references.before(position * SPREAD));
  }

  private ticksOf(shared: readonly Recorded[], suppositions: readonly Supposition[]): readonly Tick[] {
    const ticks: Tick[] = [];
    let from = EARLIEST;
    for (const { type, position, data } of shared) {
      if (type !== ClockAdvanced.type) continue;
      const to = String(data['to']);
      const supposes = suppositions.some(({ effectiveFrom }) => effectiveFrom > from && effectiveFrom <= to);
      const changes = supposes || this.before(position).changesBetween(from, to);
      ticks.push({ position, to, changes, supposes });
      from = to;
    }
    return ticks;
  }
}

/** Index of the first item from `start` on for which something holds that holds for all behind it; their number where none. */
export function firstFrom<T>(items: readonly T[], holds: (item: T) => boolean, start = 0): number {
  let [low, high] = [start, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
