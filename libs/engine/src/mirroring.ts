import type { Position, Recorded } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';
import { CopyRefused, type HistoryCopy } from '#kernel/ports/history-copy.js';
import { envelopeOf } from './history-digest.js';

/** Facts taken at once: each time the disk is waited for. */
export const AT_ONCE = 1_000;

/** A copy that goes on following its source, and knows how far it is. */
export interface Mirror extends HistoryCopy {
  /** Where its newest fact stands in the source; 0 when there is none. */
  readonly reached: Position;
  readonly newest: Recorded | undefined;
}

export interface Lag {
  /** Positions in the source: of the mirror's newest fact, and of the newest one known there. */
  readonly position: Position;
  readonly head: Position;
  /** Facts taken since this call began. */
  readonly taken: number;
}

export interface Mirroring {
  /** End at the head of the source instead of waiting for more. */
  readonly once?: boolean;
  readonly signal: AbortSignal;
  /** Told after every batch, and when the head was reached. */
  readonly tell?: (lag: Lag) => void | Promise<void>;
}

/**
 * Takes what the mirror lacks, then what comes, until the signal aborts. Whatever ends it, the same call goes on at the next fact.
 *
 * @throws {CopyRefused} where the source is not the history that the mirror holds
 * @throws {StoreUnavailable} where the source does not answer
 */
export async function mirrored(source: EventStore, mirror: Mirror, options: Mirroring): Promise<void> {
  const { once = false, signal, tell } = options;
  let head = await mustGoOn(source, mirror);
  let taken = 0;
  const after = mirror.reached;
  await tell?.({ position: after, head, taken });
  const wanted = { after, batch: AT_ONCE };
  const batches = once ? source.readAll({ ...wanted, upTo: head }) : source.follow({ ...wanted, signal });
  for await (const { facts, position } of batches) {
    if (signal.aborted) return;
    if (facts.length > 0) await mirror.take(facts);
    taken += facts.length;
    head = Math.max(head, position);
    await tell?.({ position, head: facts.length === 0 ? position : head, taken });
  }
}

/** The head of the source. A server that was put back from a backup, or is another one, must not be mixed into the mirror. */
async function mustGoOn(source: EventStore, mirror: Mirror): Promise<Position> {
  const head = await source.head();
  const { newest, reached } = mirror;
  if (newest === undefined) return head;
  const [there] = await source.readStream(newest.stream, { from: newest.revision, limit: 1 });
  if (there?.position === reached && envelopeOf(there) === envelopeOf(newest)) return head;
  throw new CopyRefused(
    `The source is not what this mirror followed: ${newest.stream}@${newest.revision} (${newest.id}) is not at position ${reached} there. Begin a new mirror in an empty folder.`,
  );
}
