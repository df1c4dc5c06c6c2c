import type { AnyDecider } from '#kernel/decider.js';
import { ByteShelf } from '#engine/byte-shelf.js';

/** A state as a snapshot gives it back. */
export function throughSnapshot<State>(decider: AnyDecider | undefined, state: State): State {
  const shelf = ByteShelf.empty();
  const kept: unknown = decider?.keep === undefined ? state : decider.keep(state, shelf);
  const [json, read] = ByteShelf.from(shelf.beside(JSON.stringify(kept)));
  const restored: unknown = JSON.parse(json);
  return (decider?.restore === undefined ? restored : decider.restore(restored, read)) as State;
}
