import type { Position, Recorded } from '#kernel/fact.js';
import type { AnyProjection } from '#kernel/projection.js';
import { ClockAdvanced, ClockFixed, PolicyPublished } from '#kernel/system.events.js';
import { EARLIEST, type Instant } from '#kernel/time.js';
import type { References } from './references.js';

/** A fact that concerns everybody, and what it does. */
export interface Step {
  readonly recorded: Recorded;
  /** Business time behind it. */
  readonly clock: Instant;
  /** True where business time moves. */
  readonly isTick: boolean;
  /** True where a policy comes into force: what documents wait for may move. */
  readonly reschedules: boolean;
}

/** What passes for everybody while one customer after the other is folded: time, policies, measurements, in their order. */
export class Passing {
  readonly steps: readonly Step[];
  private readonly positions: Float64Array;
  /** The latest business time up to each step. */
  private readonly latest: readonly Instant[];
  /** Which steps are of a type, and which reschedule. */
  private readonly ofType = new Map<string, number[]>();
  private readonly rescheduling: number[] = [];
  /** The last answer of `before`: facts come in order. */
  private found = 0;

  constructor(shared: readonly Recorded[], references: References) {
    let clock = EARLIEST;
    this.steps = shared.map((recorded, at) => {
      const { type, position, data } = recorded;
      const isTick = type === ClockAdvanced.type || type === ClockFixed.type;
      const from = clock;
      if (isTick) clock = String(data['to']);
      const isInForce = type === PolicyPublished.type && String(data['effectiveFrom']) <= clock;
      const reschedules = isTick ? references.changesBetween(from, clock, position) : isInForce;
      if (reschedules) this.rescheduling.push(at);
      const others = this.ofType.get(type);
      if (others === undefined) this.ofType.set(type, [at]);
      else others.push(at);
      return { recorded, clock, isTick, reschedules };
    });
    this.positions = Float64Array.from(shared, ({ position }) => position);
    let latest = EARLIEST;
    this.latest = this.steps.map((step) => (latest = step.clock > latest ? step.clock : latest));
  }

  /** Business time when all of them are known. */
  get clock(): Instant {
    return this.steps.at(-1)?.clock ?? EARLIEST;
  }

  /** The steps, in order, that concern every document of a projection, whatever is due in it. */
  telling({ broadcast, timers }: AnyProjection): readonly number[] {
    const found = new Set(timers === undefined ? [] : this.rescheduling);
    for (const type of Object.keys(broadcast ?? {})) for (const at of this.ofType.get(type) ?? []) found.add(at);
    return [...found].sort((left, right) => left - right);
  }

  /** How many stand before a position. */
  before(position: Position): number {
    const { positions, found } = this;
    const isHere = (positions[found - 1] ?? -1) < position && (positions[found] ?? Infinity) >= position;
    if (!isHere) this.found = firstOf(positions.length, (at) => (positions[at] as number) >= position);
    return this.found;
  }

  /** The first tick, from a step on, by which business time has reached an instant; the number of steps where none has. */
  reaching(due: Instant, from: number): number {
    const { steps, latest } = this;
    let at = Math.max(
      from,
      firstOf(latest.length, (index) => (latest[index] as Instant) >= due),
    );
    while (at < steps.length && !(steps[at]?.isTick === true && (steps[at]?.clock ?? '') >= due)) at += 1;
    return at;
  }
}

/** The first of so many indices for which something holds, as it does for all behind it. */
function firstOf(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
