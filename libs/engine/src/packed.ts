import type { Position } from '#kernel/fact.js';
import { plain } from '#kernel/leaf.js';
import { Sorted, type KeptSorted } from '#kernel/sorted.js';
import type { Instant } from '#kernel/time.js';
import { ByteShelf } from './byte-shelf.js';
import { Customer, type Packed } from './customer.js';
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

/** Bytes from which on folding a few facts again takes less than making all of them anew. */
const LARGE = 16_000;
/** So few facts. */
const FEW = 16;

/** A customer who goes to rest: a large one to whom little happened lies there as before, and takes that in when it is opened. */
export function atRest(customer: Customer, registry: Registry): Packed {
  const { source, count, isBehind } = customer;
  const lies = source === undefined || count - source.count >= FEW ? packed(customer, registry) : source;
  return isBehind || lies.count < count ? { ...lies, isBehind: true } : lies;
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
  return { id, count, position, snapshotAt, json: shelf.beside(JSON.stringify(taken)) };
}

/** @param snapshotAt  All that is in it where it is the newest snapshot. */
export function unpacked(
  { id, json, snapshotAt, isBehind = false }: Pick<Packed, 'id' | 'json'> & Partial<Packed>,
  registry: Registry,
): Customer {
  const [text, shelf] = ByteShelf.from(json);
  const taken = JSON.parse(text) as Taken;
  const customer = new Customer(id, registry);
  for (const [index, state] of taken.states) {
    const restore = registry.parts[index]?.decider.restore;
    customer.states[index] = restore === undefined ? state : restore(state, shelf);
  }
  customer.commands = Sorted.restored(taken.commands, shelf, commandForm);
  for (const identity of taken.identities) customer.identities.add(identity);
  customer.count = taken.count;
  customer.position = taken.position;
  customer.dueAt = taken.dueAt;
  customer.snapshotAt = snapshotAt ?? taken.count;
  if (json.length >= LARGE)
    customer.source = { id, json, count: taken.count, position: taken.position, snapshotAt: customer.snapshotAt };
  customer.isBehind = isBehind;
  customer.opened = { count: taken.count, json: text.length, shelf: json.length - text.length };
  return customer;
}
