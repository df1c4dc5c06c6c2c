import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '#kernel/fact.js';
import type { Progress } from './projecting.js';

/** A history so long is folded into an empty read model as a build, which is faster. */
export const WORTH_A_BUILD = 2_000;
const AGAIN_MS = 1_000;

/** Who folds them. */
export interface Builder {
  head(): Promise<Position>;
  /** Every fact lies behind it. */
  readonly beginning: Position;
  /** Readers have another version of it until it is built. */
  isAnswered(name: string): boolean;
  rebuild(names: readonly string[], progress: Progress): Promise<unknown>;
  /** From the first fact on, in the order of the log. */
  follow(names: readonly string[]): Promise<void>;
  readonly isStopped: boolean;
  readonly stopped: Promise<unknown>;
}

/** Read models that hold nothing of a history when their projector begins: they are built beside those that follow. */
export class LaterBuilds {
  readonly names = new Set<string>();
  /** How far they are. */
  reached: Position = 0;
  /** Why they could not be built yet. */
  failure: string | undefined;
  private building: Promise<unknown> | undefined;

  constructor(private readonly builder: Builder) {}

  /** Builds them; where there is too little for that, they follow from the beginning. */
  begin(): void {
    this.building ??= this.build().finally(() => (this.building = undefined));
  }

  async ended(): Promise<void> {
    await this.building;
  }

  private async build(): Promise<void> {
    const { builder, names } = this;
    while (names.size > 0 && !builder.isStopped) {
      try {
        const isLong = (await builder.head()) > WORTH_A_BUILD;
        // readers go from a whole one to a whole one, however short the history is
        const built = [...names].filter((name) => isLong || builder.isAnswered(name));
        if (built.length > 0) await builder.rebuild(built, (done) => (this.reached = builder.beginning + done));
        else await builder.follow([...names]);
        this.failure = undefined;
      } catch (error) {
        this.failure = error instanceof Error ? error.message : String(error);
        await Promise.race([delay(AGAIN_MS), builder.stopped]);
      }
    }
  }
}
