import type { Position } from '#kernel/fact.js';
import { plain } from '#kernel/leaf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import { ByteShelf } from './byte-shelf.js';
import type { FoldContext } from './context.js';
import { Customer, type Packed, type Since } from './customer.js';
import { inflated } from './deflated.js';
import type { Registry } from './registry.js';

interface Taken {
  readonly count: number;
  readonly position: Position;
  readonly dueAt: Instant | null;
  /** Of the slices that know more than at the beginning. */
  readonly states: readonly (readonly [part: number, state: unknown])[];
  readonly commands: KeptSorted;
  readonly identities: readonly string[];
}

const commandForm = plain<number>();

/** From so many bytes on, and where they were deflated, a few facts are folded again in less time than all is made anew. */
const LARGE = 64_000;

/** A customer who goes to rest: one who is large lies there as before if little happened, with what that was. */
export function atRest(customer: Customer, registry: Registry): Packed {
  const { source, since } = customer;
  if (source === undefined) return packed(customer, registry);
  return since.length === 0 ? source : { ...source, since: Buffer.from(JSON.stringify(since)) };
}

/** A customer who rested, up to the newest fact that was taken in. */
export function opened(lies: Packed, registry: Registry, context: FoldContext): Customer {
  const customer = unpacked(lies, registry);
  const since = lies.since === undefined ? [] : (JSON.parse(lies.since.toString()) as readonly Since[]);
  for (const { fact, position } of since) customer.fold(fact, position, registry, context);
  return customer;
}

export function packed(customer: Customer, registry: Registry): Packed {
  const { id, count, position, dueAt, states, commands, identities, snapshotAt } = customer;
  const shelf = ByteShelf.empty();
  const kept: [number, unknown][] = [];
  for (const { index, decider } of registry.parts) {
    if (states[index] === decider.initial) continue;
    kept.push([index, decider.keep === undefined ? states[index] : decider.keep(states[index], shelf)]);
  }
  const taken: Taken = {
    ...{ count, position, dueAt, states: kept },
    ...{ commands: commands.kept(shelf, commandForm), identities: [...identities] },
  };
  return { id, count, position, snapshotAt, bytes: shelf.beside(JSON.stringify(taken)) };
}

/** @param lies  one without `snapshotAt` is the newest snapshot itself */
export function unpacked(lies: Pick<Packed, 'id' | 'bytes'> & Partial<Packed>, registry: Registry): Customer {
  const { id, snapshotAt } = lies;
  const bytes = inflated(lies.bytes);
  const [text, shelf] = ByteShelf.from(bytes);
  const taken = JSON.parse(text) as Taken;
  const customer = new Customer(id, registry);
  for (const [index, state] of taken.states) {
    const restore = registry.parts[index]?.decider.restore;
    customer.states[index] = restore === undefined ? state : restore(state, shelf);
  }
  customer.commands = Sorted.restored(taken.commands, shelf, commandForm);
  for (const identity of taken.identities) customer.identities.add(identity);
  const { count, position, dueAt } = taken;
  Object.assign(customer, { count, position, dueAt, snapshotAt: snapshotAt ?? count });
  if (bytes.length >= LARGE || bytes !== lies.bytes)
    customer.source = { id, bytes: lies.bytes, count, position, snapshotAt: customer.snapshotAt };
  customer.opened = { count, json: text.length, shelf: bytes.length - text.length };
  return customer;
}
