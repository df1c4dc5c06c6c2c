import type { Position, Recorded } from '#kernel/fact.js';

const MOST_FACTS = 8_192;
/** As the server's log counts them. */
const MOST_BYTES = 16 * 1_048_576;

/** The newest facts, one after the other without a gap, for all followers that are near the head. */
export class Recent {
  private facts: Recorded[] = [];

  /** @param floor  Every fact behind this position is here. */
  constructor(private floor: Position) {}

  get newest(): Position {
    return this.facts.at(-1)?.position ?? this.floor;
  }

  push(fact: Recorded): void {
    if (fact.position <= this.newest) return;
    this.facts.push(fact);
    const oldest = this.facts[0]?.position ?? 0;
    if (this.facts.length > MOST_FACTS || fact.position - oldest > MOST_BYTES) this.forget();
  }

  /** The facts behind a position; undefined where some of them are not here any more. */
  behind(position: Position): readonly Recorded[] | undefined {
    if (position < this.floor) return undefined;
    let [low, high] = [0, this.facts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.facts[middle]?.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return this.facts.slice(low);
  }

  /** The older half, so that it happens seldom. */
  private forget(): void {
    const bytes = this.newest - MOST_BYTES / 2;
    const kept = this.facts.findIndex(({ position }) => position > bytes);
    const dropped = Math.max(kept, this.facts.length > MOST_FACTS ? MOST_FACTS / 2 : 0);
    this.floor = this.facts[dropped - 1]?.position ?? this.floor;
    this.facts = this.facts.slice(dropped);
  }
}
