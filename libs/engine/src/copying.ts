import type { Position, Recorded } from '#kernel/fact.js';
import type { Batch, EventStore } from '#kernel/ports/event-store.js';
import { CopyRefused, type HistoryCopy } from '#kernel/ports/history-copy.js';
import { envelopeOf, HistoryDigest } from './history-digest.js';
import { AT_ONCE } from './mirroring.js';

export interface Copied {
  readonly storeId: string;
  /** In the copy now, and how many of them were taken this time. */
  readonly facts: number;
  readonly taken: number;
  /** See `HistoryDigest`. */
  readonly digest: string;
  /** Of the last fact, in the source and in the copy. */
  readonly positions: { readonly source: Position; readonly copy: Position };
}

export type Phase = 'comparing' | 'copying' | 'verifying';

export interface Copying {
  /** @param share  From 0 to 1, of the phase. */
  readonly tell?: (phase: Phase, share: number, facts: number) => void;
  readonly signal?: AbortSignal;
}

/** What a walk through the source found. */
interface Walked {
  readonly digest: HistoryDigest;
  readonly last: Position;
  readonly taken: number;
}

/**
 * Copies all facts there are now, and reads the copy again from its first fact before it is complete. What an earlier run copied is
 * compared fact by fact, not copied again: after a kill the same call goes on.
 *
 * @throws {CopyRefused} where the copy holds anything else, at the first fact that differs; nothing of it is changed
 */
export async function copyHistory(source: EventStore, copy: HistoryCopy, options: Copying = {}): Promise<Copied> {
  const { digest, last, taken } = await walked(source, copy, options);
  const held = await verified(copy, digest.facts, options);
  if (held.digest.hex !== digest.hex || held.digest.facts !== digest.facts) {
    throw new CopyRefused(
      `The copy is not equal to its source: it holds ${held.digest.facts} facts with the digest ${held.digest.hex}, the source ${digest.facts} with ${digest.hex}.`,
    );
  }
  await copy.complete();
  const { facts, hex } = digest;
  return { storeId: copy.storeId, facts, taken, digest: hex, positions: { source: last, copy: held.last } };
}

async function walked(source: EventStore, copy: HistoryCopy, { tell, signal }: Copying): Promise<Walked> {
  const head = await source.head();
  const digest = new HistoryDigest();
  const held = eachOf(copy.taken());
  let [last, taken] = [0, 0];
  try {
    let known = await held.next();
    for await (const { facts, position } of source.readAll({ upTo: head, batch: AT_ONCE })) {
      const fresh: Recorded[] = [];
      for (const fact of facts) {
        const envelope = envelopeOf(fact);
        digest.add(envelope);
        last = fact.position;
        if (known.done === true) fresh.push(fact);
        else {
          if (envelopeOf(known.value) !== envelope) throw differing(digest.facts, fact, known.value);
          known = await held.next();
        }
      }
      if (fresh.length > 0) await copy.take(fresh);
      taken += fresh.length;
      tell?.(taken > 0 ? 'copying' : 'comparing', position / head, digest.facts);
      signal?.throwIfAborted();
    }
    if (known.done !== true) throw tooMany(known.value);
  } finally {
    await held.return(undefined);
  }
  return { digest, last, taken };
}

async function verified(
  copy: HistoryCopy,
  expected: number,
  { tell, signal }: Copying,
): Promise<Pick<Walked, 'digest' | 'last'>> {
  const digest = new HistoryDigest();
  let last = 0;
  for await (const { facts, position } of copy.taken()) {
    for (const fact of facts) digest.add(envelopeOf(fact));
    last = position;
    tell?.('verifying', digest.facts / Math.max(1, expected), digest.facts);
    signal?.throwIfAborted();
  }
  return { digest, last };
}

async function* eachOf(batches: AsyncIterable<Batch>): AsyncGenerator<Recorded, undefined> {
  for await (const { facts } of batches) yield* facts;
  return undefined;
}

const placeOf = ({ stream, revision, type, id }: Recorded): string => `${stream}@${revision} (${type} ${id})`;

function differing(number: number, fact: Recorded, held: Recorded): CopyRefused {
  const how =
    fact.id === held.id && fact.stream === held.stream
      ? `fact ${number}, ${placeOf(fact)}, is another one in the copy`
      : `fact ${number} is ${placeOf(fact)} in the source and ${placeOf(held)} in the copy`;
  return new CopyRefused(`The target holds another history: ${how}. Choose an empty target.`);
}

const tooMany = (held: Recorded): CopyRefused =>
  new CopyRefused(`The target went on by itself: the source has no ${placeOf(held)}. Choose an empty target.`);
