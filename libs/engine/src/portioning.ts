import type { Portions } from '#kernel/ports/event-store.js';
import type { Task } from './partition.js';
import type { Begun } from './resuming.js';
import { edgeBehind, holdsStream } from './stream-ranges.js';

/** Hands out the customers of builds a portion at a time, those that a build has from an earlier process left out. */
export class Portioning {
  private after = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly portions: Portions,
    private readonly builds: readonly Begun[],
    /** About how many facts a portion has. */
    private readonly size: number,
  ) {}

  /** Streams up to here were handed out. */
  get reached(): number {
    return this.after;
  }

  /** For one who asks after the other; undefined when all are handed out. */
  next(): Promise<Task | undefined> {
    const mine = this.turn.then(() => this.following());
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async following(): Promise<Task | undefined> {
    for (;;) {
      const { after, builds } = this;
      const portion = await this.portions.next(after, this.size);
      if (portion === undefined) return undefined;
      const lacking = builds.filter(({ done }) => !holdsStream(done, after + 1));
      const edge = Math.min(...builds.map(({ done }) => edgeBehind(done, after)));
      this.after = lacking.length > 0 ? Math.min(portion.upTo, edge) : edge;
      const names = lacking.map(({ projection }) => projection.name);
      if (names.length > 0) return { portion: { after, upTo: this.after }, names };
    }
  }
}
