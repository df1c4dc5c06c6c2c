import { customerOf, customerStream, type Recorded } from '#kernel/fact.js';
import type { EventStore } from '#kernel/ports/event-store.js';

/** Streams read at once where a store cannot read several in one go. */
const STREAMS = 64;
const PORTION_FACTS = 1_000;

/** A customer, and the facts of their stream from the first one on. */
export interface InTurn {
  readonly customerId: string;
  readonly own: readonly Recorded[];
}

/** One customer after the other. */
export async function* customersInTurn(store: EventStore): AsyncGenerator<InTurn> {
  const { portions } = store;
  if (portions === undefined) {
    yield* streamByStream(store);
    return;
  }
  for (let after = 0; ;) {
    const portion = await portions.next(after, PORTION_FACTS);
    if (portion === undefined) return;
    let own: Recorded[] = [];
    for await (const facts of portions.byStream(portion)) {
      for (const recorded of facts) {
        if (own[0] !== undefined && own[0].stream !== recorded.stream) {
          yield { customerId: customerOf(own[0].stream), own };
          own = [];
        }
        if (customerOf(recorded.stream) !== '') own.push(recorded);
      }
    }
    if (own[0] !== undefined) yield { customerId: customerOf(own[0].stream), own };
    after = portion.upTo;
  }
}

/** One walk through the log finds the streams; holds their names. */
async function* streamByStream(store: EventStore): AsyncGenerator<InTurn> {
  const ids = new Set<string>();
  for await (const { facts } of store.readAll()) for (const { stream } of facts) ids.add(customerOf(stream));
  ids.delete('');
  const all = [...ids];
  for (let start = 0; start < all.length; start += STREAMS) {
    const some = all.slice(start, start + STREAMS);
    const read = await Promise.all(some.map((id) => store.readStream(customerStream(id))));
    for (const [index, customerId] of some.entries()) yield { customerId, own: read[index] ?? [] };
  }
}
